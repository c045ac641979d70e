import { setTimeout as pause } from 'node:timers/promises';
import { Inject, Injectable, NotFoundException, Optional } from '@nestjs/common';
import { AuthorizationService, FormIdService, JssdkService, PushEventService } from 'nestjs-weixin-subscribe';
import { Environment } from '../config/environment.js';
import type { ChannelEntry } from './channel.catalog.js';
import type { PlayClientDto } from './channel.dto.js';
import type { ClientOutcome } from './channel.types.js';
import { ChannelAccounts } from './channel-accounts.js';
import { type Receiver, SimulatedPhone } from './simulated-phone.js';

export const CLIENT_ACTIONS = {
  accept: 'accept',
  reject: 'reject',
  'switch-off': 'switch-off',
  'switch-on': 'switch-on',
  submit: 'submit',
  pay: 'pay',
} as const;
export type ClientAction = keyof typeof CLIENT_ACTIONS;

const OF_FORMS: readonly ClientAction[] = ['submit', 'pay'];
/** Its listener waits for the answer to the send, for seconds if need be. */
const RECEIPT = 'subscribe_msg_sent_event';
const LOOK_EVERY_MS = 20;
const MOST_LOOKS = 100;

/**
 * Plays the front end of a mini-program or a web page, with the simulator in the place of WeChat's client.
 */
@Injectable()
export class ChannelClientService {
  constructor(
    private readonly accounts: ChannelAccounts,
    private readonly authorization: AuthorizationService,
    private readonly formIds: FormIdService,
    private readonly pushEvents: PushEventService,
    private readonly jssdk: JssdkService,
    private readonly environment: Environment,
    @Optional() @Inject(SimulatedPhone) private readonly phone?: SimulatedPhone,
  ) {}

  /** @throws {NotFoundException} there is no simulator, or the channel has no such button or template */
  async play(
    channel: ChannelEntry,
    action: ClientAction,
    { openid, templateId }: PlayClientDto,
  ): Promise<ClientOutcome> {
    if (!this.phone || OF_FORMS.includes(action) !== (channel.name === 'mini-template'))
      throw new NotFoundException();
    const { appId } = this.accounts.withTemplate(channel, templateId);
    const to = { appId, openid };
    const outcome = await this.act(this.phone, channel, action, to, templateId);
    await this.phone.pushed(appId);
    await this.received(to);
    return outcome;
  }

  private act(
    phone: SimulatedPhone,
    channel: ChannelEntry,
    action: ClientAction,
    to: Receiver,
    templateId: string,
  ): Promise<ClientOutcome> {
    switch (action) {
      case 'accept':
      case 'reject':
        return this.ask(phone, channel, action, to, templateId);
      case 'switch-off':
        return phone.switchTemplate(to, templateId, false).then(() => 'switched-off');
      case 'switch-on':
        return phone.switchTemplate(to, templateId, true).then(() => 'switched-on');
      case 'submit':
        return this.submit(phone, to);
      case 'pay':
        return this.pay(phone, to);
    }
  }

  /**
   * As the front end does with `subscribe/intents` and `subscribe/results`; those endpoints learn who is
   * asked from the host's login.
   */
  private async ask(
    phone: SimulatedPhone,
    channel: ChannelEntry,
    answer: 'accept' | 'reject',
    to: Receiver,
    templateId: string,
  ): Promise<ClientOutcome> {
    const { appId, openid } = to;
    const subject = { id: `demo:${openid}`, openid };
    const request = { appId, templateIds: [templateId], subject };
    const { state } = await this.authorization.askToSubscribe(request);
    if (channel.name === 'service-notice') await this.openPage(phone, channel, appId);
    const result = await phone.answer(to, channel, templateId, answer);
    const { results } = await this.authorization.report({ state, result }, subject);
    return results[templateId] === 'confirmed' ? 'confirmed' : 'cancelled';
  }

  /** The page of the tag runs `wx.config` first, as its `GET jssdk/config` has signed it. */
  private async openPage(phone: SimulatedPhone, { name }: ChannelEntry, appId: string): Promise<void> {
    const url = new URL(`/channels/${name}`, this.environment.PUBLIC_BASE_URL).href;
    await phone.configure({ ...(await this.jssdk.sign({ appId, url })), url });
  }

  private async submit(phone: SimulatedPhone, to: Receiver): Promise<ClientOutcome> {
    await this.formIds.record({ ...to, formId: await phone.submitForm(to) });
    return 'submitted';
  }

  private async pay(phone: SimulatedPhone, to: Receiver): Promise<ClientOutcome> {
    await this.formIds.record({ ...to, prepayId: await phone.pay(to) });
    return 'paid';
  }

  /**
   * WeChat has its answer before the ledger has the event: the next page is shown when it has it, or two
   * seconds later.
   */
  private async received({ appId, openid }: Receiver): Promise<void> {
    for (let look = 0; look < MOST_LOOKS; look++) {
      const waiting = await this.pushEvents.list({ appId, status: 'pending' });
      if (!waiting.some((event) => event.openid === openid && event.name !== RECEIPT)) return;
      await pause(LOOK_EVERY_MS);
    }
  }
}
