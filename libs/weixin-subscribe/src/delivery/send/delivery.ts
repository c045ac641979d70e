import { Injectable } from '@nestjs/common';
import { linkTo, Telemetry, type TelemetrySpan } from '../../kernel/telemetry.js';
import { AuthorizedApiClient } from '../../token/authorized-api.client.js';
import { WeixinConfig } from '../../weixin/weixin.options.js';
import { Channels } from '../channels/channels.js';
import { DeliveryConfig } from '../delivery.options.js';
import { MessageRepository } from '../ledger/message.repository.js';
import type { MessageRecord, OutgoingMessage } from '../ledger/message.types.js';
import { attributesOf, startAttributesOf } from '../ledger/message-attributes.js';
import { settlementOf } from '../ledger/settlement.js';
import { SendPauses } from '../pauses/send-pauses.js';
import { InFlight } from './in-flight.js';
import { Poster } from './poster.js';
import { Settler } from './settler.js';

/** A caller waits for the answer, so a post that did not leave is repeated at once or not at all. */
const PAUSES_MS = [200, 1000];

/**
 * One grant, one message: claim, post, settle. Whatever happens after the claim, the message ends in one of
 * the four outcomes, here or in recovery, and a grant is given back only where the message surely was not
 * delivered.
 */
@Injectable()
export class Delivery {
  constructor(
    private readonly channels: Channels,
    private readonly pauses: SendPauses,
    private readonly messages: MessageRepository,
    private readonly api: AuthorizedApiClient,
    private readonly poster: Poster,
    private readonly settler: Settler,
    private readonly inFlight: InFlight,
    private readonly deliveryConfig: DeliveryConfig,
    private readonly weixinConfig: WeixinConfig,
    private readonly telemetry: Telemetry,
  ) {}

  /**
   * Sends a message for one grant. `no-grant` and `duplicate` (its idempotency key is taken): nothing was
   * written, WeChat was not asked. Otherwise the record of what became of it. A post that surely did not
   * reach WeChat is tried twice more, after about 200 ms and 1 s.
   * @throws {InvalidInputError} {@link UnknownAccountError} {@link UnknownTemplateError}
   * {@link SendingPausedError} {@link TokenUnavailableError} {@link DatabaseError} before anything was
   * accepted
   */
  deliver(message: OutgoingMessage): Promise<MessageRecord | 'no-grant' | 'duplicate'> {
    const options = { attributes: startAttributesOf(message) };
    return this.inFlight.track(
      this.telemetry.span('weixin message send', options, (span) => this.claimAndPost(message, span)),
    );
  }

  private async claimAndPost(
    message: OutgoingMessage,
    span: TelemetrySpan,
  ): Promise<MessageRecord | 'no-grant' | 'duplicate'> {
    const channel = this.channels.checked(message);
    this.pauses.assertNone(message.appId, channel.path, message.templateId);
    // Without a token nothing could be posted: find that out before a grant is claimed.
    await this.api.ready(message.appId);
    const ready = this.channels.ready(message, channel);
    if (ready) await ready;
    const record = await this.telemetry.part('weixin grant claim', () => this.messages.accept(message));
    if (typeof record === 'string') return record;
    // What is posted must be answered before the lease ends: after it, recovery calls the message unknown and
    // a person may resolve it.
    const latest =
      record.acceptedAt.getTime() + this.deliveryConfig.leaseMs - this.weixinConfig.http.timeoutMs;
    const { answer } = await this.poster.post({ ...message, id: record.id }, channel, {
      latest,
      pausesMs: PAUSES_MS,
    });
    const settled = await this.settler.settle(record, settlementOf(answer));
    if (span.isRecording()) {
      span.setAttributes({ ...attributesOf(settled), 'weixin.outcome': settled.status });
      span.addLink(linkTo(record.id));
    }
    return settled;
  }
}
