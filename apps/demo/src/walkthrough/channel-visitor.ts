import { Browser, type Reply } from './browser.js';
import { readForm } from './html-form.js';
import { json, type Stage, withQuery } from './stage.js';

interface VisitedChannel {
  name: string;
  appId: string;
  templateId: string;
}

/** Somebody on the page of a channel, who presses its buttons. */
export class ChannelVisitor {
  private readonly browser: Browser;

  private constructor(
    private readonly stage: Stage,
    private readonly channel: VisitedChannel,
    private readonly person: string,
    private readonly openid: string,
    private page: Reply,
  ) {
    // As browsers do with every form.
    this.browser = new Browser({ origin: stage.world.url });
  }

  static async at(stage: Stage, channel: VisitedChannel, person: string): Promise<ChannelVisitor> {
    const { world, service } = stage;
    const { name, appId, templateId } = channel;
    const known = await service.get(withQuery(world.simulatorUrl, '/_simulator/openid', { person, appId }));
    const openid = String(json(known).openid);
    const page = await service.get(withQuery(world.url, `/channels/${name}`, { openid, templateId }));
    return new ChannelVisitor(stage, channel, person, openid, page);
  }

  /** Plays the client, and looks what the page shows of the ledger then. */
  async play(action: string, shows: string, available: number): Promise<void> {
    const form = readForm(this.page.text, `/client/${action}`);
    const played = await this.browser.submit(this.addressOf(form?.action), form?.fields ?? {});
    this.stage.report.check(played, { status: 303, says: `${this.person}: ${action}` });
    await this.follow(played, shows, `可发 ${available} 条`);
  }

  /** What breaks a rule is told beside its field, and nothing is used up. */
  async sendWrong(data: Record<string, string>, says: string): Promise<void> {
    const sent = await this.submit(data);
    this.stage.report.check(sent, { status: 400, holds: sent.text.includes(says), says });
  }

  async send(data: Record<string, string>): Promise<void> {
    const { world, report, service } = this.stage;
    const sent = await this.submit(data);
    report.check(sent, { status: 303, says: 'back to the page' });
    await this.follow(sent, '提醒已发送', '可发 0 条');
    const inbox = await service.get(
      withQuery(world.simulatorUrl, '/_simulator/inbox', { openid: this.openid }),
    );
    const cards = JSON.parse(inbox.text) as { channel?: string; content?: { value?: string } }[];
    const [card, ...others] = cards.filter(({ channel }) => channel === this.channel.name);
    const text = String(card?.content?.value);
    report.check(inbox, {
      status: 200,
      holds: others.length === 0 && Object.values(data).every((value) => text.includes(value)),
      says: `in the Service Notifications of ${this.person}: ${text.replaceAll('\n', ' · ')}`,
    });
  }

  /** The endpoint for other services says it in its own words. */
  async sendAgain(data: Record<string, string>): Promise<void> {
    const { world, report, service } = this.stage;
    const { appId, templateId } = this.channel;
    const body = { appId, templateId, openid: this.openid, data: valuesOf(data) };
    const second = await service.postJson(`${world.url}/weixin/messages`, body);
    const { code } = json(second);
    report.check(second, { status: 409, holds: code === 'WEIXIN_NO_GRANT', says: String(code) });
  }

  private submit(data: Record<string, string>): Promise<Reply> {
    const form = readForm(this.page.text, '/messages');
    const typed = Object.entries(data).map(([key, value]) => [`data.${key}.value`, value]);
    return this.browser.submit(this.addressOf(form?.action), {
      ...form?.fields,
      ...Object.fromEntries(typed),
    });
  }

  private async follow(redirect: Reply, ...shows: string[]): Promise<void> {
    this.page = await this.browser.get(String(redirect.location));
    this.stage.report.check(this.page, {
      status: 200,
      holds: shows.every((text) => this.page.text.includes(text)),
      says: `the page shows ${shows.join(', ')}`,
    });
  }

  private addressOf(action = ''): URL {
    return new URL(action, this.page.url);
  }
}

function valuesOf(data: Record<string, string>): Record<string, { value: string }> {
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, { value }]));
}
