import { BadRequestException, ServiceUnavailableException } from '@nestjs/common';
import type { SimulatorClient, WxConfigOptions } from 'weixin-simulator';
import type { ChannelEntry } from './channel.catalog.js';
import type { ChannelPerson, InboxCard } from './channel.types.js';

const MOST_PEOPLE = 3;
const MOST_CARDS = 5;

/** A person at an account. */
export interface Receiver {
  appId: string;
  openid: string;
}

/**
 * What a person does on the phone, done by the simulator. There is one only where `WEIXIN_SIMULATOR_URL` is
 * set.
 */
export class SimulatedPhone {
  constructor(private readonly simulator: SimulatorClient) {}

  /** The first few that the simulator has, and the one of `openid`. */
  async people(appId: string, openid: string | undefined): Promise<ChannelPerson[]> {
    const { people } = await answered(this.simulator.state());
    return people
      .map(({ name, openids }) => ({ name, openid: openids[appId] ?? '' }))
      .filter((person, index) => index < MOST_PEOPLE || person.openid === openid);
  }

  /** Newest first. */
  async inbox(openid: string, channel: ChannelEntry): Promise<InboxCard[]> {
    const messages = await answered(this.simulator.inbox(openid));
    return messages
      .filter((message) => message.channel === channel.name)
      .slice(-MOST_CARDS)
      .reverse()
      .map(({ title, lines = [], receivedAt }) => ({ title, lines, receivedAt: new Date(receivedAt) }));
  }

  inboxUrl(name: string | undefined): string {
    const url = new URL('/_simulator/inbox.html', this.simulator.url);
    if (name !== undefined) url.searchParams.set('person', name);
    return url.href;
  }

  /** What `wx.requestSubscribeMessage`, or the element `<wx-open-subscribe>`, gives to the front end. */
  async answer(
    to: Receiver,
    channel: ChannelEntry,
    templateId: string,
    answer: 'accept' | 'reject',
  ): Promise<object> {
    const request = { ...to, answers: { [templateId]: answer } };
    const { result } = await answered<{ result: object }>(
      channel.name === 'mini-subscribe'
        ? this.simulator.requestSubscribeMessage(request)
        : this.simulator.openSubscribe(request),
    );
    return result;
  }

  /**
   * Runs `wx.config` of a page, which `<wx-open-subscribe>` needs.
   * @throws {ServiceUnavailableException} WeChat does not take the signature
   */
  async configure(signed: WxConfigOptions): Promise<void> {
    const { errMsg } = await answered(this.simulator.wxConfig(signed));
    if (errMsg !== 'config:ok') throw new ServiceUnavailableException(`wx.config answered ${errMsg}`);
  }

  async switchTemplate(to: Receiver, templateId: string, on: boolean): Promise<void> {
    await answered(this.simulator.switchTemplate({ ...to, templateId, on }));
  }

  /** What a form with `report-submit` gives to the mini-program. */
  async submitForm(to: Receiver): Promise<string> {
    return (await answered(this.simulator.submitForm(to))).formId;
  }

  /** The prepay_id of a completed payment. */
  async pay(to: Receiver): Promise<string> {
    return (await answered(this.simulator.pay(to))).prepayId;
  }

  /** Until everything that was pushed so far has its answer. */
  async pushed(appId: string): Promise<void> {
    await answered(this.simulator.settledPushes(appId));
  }
}

/**
 * @throws {BadRequestException} the simulator does not know what it was asked
 * @throws {ServiceUnavailableException} it does not answer
 */
async function answered<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if ((error as Error).name === 'UsageError') throw new BadRequestException((error as Error).message);
    throw new ServiceUnavailableException('the simulator does not answer');
  }
}
