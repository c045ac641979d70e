import { Browser, type Reply } from './browser.js';
import { readForm } from './html-form.js';
import { checkAvailable, json, type Stage, withQuery } from './stage.js';

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
    const { world, report } = stage;
    const { appId, templateId } = channel;
    const known = await stage.service.get(
      withQuery(world.simulatorUrl, '/_simulator/openid', { person, appId }),
    );
    const openid = String(json(known).openid);
    const page = await stage.service.get(
      withQuery(world.url, `/channels/${channel.name}`, { openid, templateId }),
    );
    report.check(page, {
      status: 200,
      holds: page.text.includes(openid) && page.text.includes('还没有授权'),
      says: `the page of the channel; no permission of ${person} yet`,
    });
    return new ChannelVisitor(stage, channel, person, openid, page);
  }

  /** Plays the client, and looks what the page shows of the ledger then. */
  async play(action: string, shows: string, available: number): Promise<void> {
    const { report } = this.stage;
    const form = readForm(this.page.text, `/client/${action}`);
    const played = await this.browser.submit(this.addressOf(form?.action), form?.fields ?? {});
    report.check(played, { status: 303, says: `${this.person}: ${action}, at the simulator` });
    await this.follow(played, shows);
    await this.checkAvailable(available);
  }

  /** What breaks a rule is told beside its field, and nothing is used up. */
  async sendWrong(data: Record<string, string>, says: string): Promise<void> {
    const sent = await this.submit(data);
    this.stage.report.check(sent, { status: 400, holds: sent.text.includes(says), says: `${says} …` });
  }

  async send(data: Record<string, string>): Promise<void> {
    const { world, report, service } = this.stage;
    const sent = await this.submit(data);
    report.check(sent, { status: 303, says: 'taken' });
    await this.follow(sent, '提醒已发送');
    const inbox = await service.get(
      withQuery(world.simulatorUrl, '/_simulator/inbox', { openid: this.openid }),
    );
    const cards = JSON.parse(inbox.text) as { channel?: string; content?: { value?: string } }[];
    const [card] = cards.filter(({ channel }) => channel === this.channel.name);
    const text = String(card?.content?.value);
    report.check(inbox, {
      status: 200,
      holds: Object.values(data).every((value) => text.includes(value)),
      says: `in the Service Notifications of ${this.person}: ${text.replaceAll('\n', ' · ')}`,
    });
  }

  /** The door for other services says it in its own words. */
  async sendAgain(data: Record<string, string>): Promise<void> {
    const { world, report, service } = this.stage;
    const { appId, templateId } = this.channel;
    const body = { appId, templateId, openid: this.openid, data: valuesOf(data) };
    const second = await service.postJson(`${world.url}/weixin/messages`, body);
    const { code } = json(second);
    report.check(second, { status: 409, holds: code === 'WEIXIN_NO_GRANT', says: String(code) });
  }

  /** The person has switched the template off, and nobody has told us. */
  async sendRefused(data: Record<string, string>): Promise<void> {
    const sent = await this.submit(data);
    this.stage.report.check(sent, { status: 303, says: 'taken' });
    await this.follow(sent, 'errcode 43101');
    await this.checkAvailable(0);
  }

  private submit(data: Record<string, string>): Promise<Reply> {
    const form = readForm(this.page.text, '/messages');
    const typed = Object.entries(data).map(([key, value]) => [`data.${key}.value`, value]);
    return this.browser.submit(this.addressOf(form?.action), {
      ...form?.fields,
      ...Object.fromEntries(typed),
    });
  }

  private async follow(redirect: Reply, shows: string): Promise<void> {
    this.page = await this.browser.get(String(redirect.location));
    this.stage.report.check(this.page, {
      status: 200,
      holds: this.page.text.includes(shows),
      says: `the page shows ${shows}`,
    });
  }

  private checkAvailable(available: number): Promise<void> {
    const { appId, templateId } = this.channel;
    const permission = { appId, templateId, openid: this.openid };
    return checkAvailable(this.stage, permission, available, `available: ${available}`);
  }

  private addressOf(action = ''): URL {
    return new URL(action, this.page.url);
  }
}

function valuesOf(data: Record<string, string>): Record<string, { value: string }> {
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, { value }]));
}
