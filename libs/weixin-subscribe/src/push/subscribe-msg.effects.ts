import { Injectable } from '@nestjs/common';
import { Accounts } from '../account/accounts.js';
import {
  type Receipt,
  type ReceiptEffect,
  ReceiptRepository,
} from '../delivery/unknown/receipt.repository.js';
import { GrantRepository } from '../grant/grant.repository.js';
import { LibraryLogger } from '../kernel/library-logger.js';
import { WeixinEvents } from '../kernel/weixin-events.js';
import type { PushEvent, SubscribeMsgChangeItem, SubscribeMsgSentItem } from './push.types.js';
import { OnWeixinEvent } from './push-listeners.js';

/**
 * What the pushes about subscription messages change in the ledger (docs/platform.md §6.3). A listener like
 * those of hosts: an event is handled once for all its deliveries, and again should it throw. Each effect is
 * idempotent, so a process that dies half-way does no harm.
 */
@Injectable()
export class SubscribeMsgEffects {
  private readonly logger = new LibraryLogger('SubscribeMsgEvents');

  constructor(
    private readonly grants: GrantRepository,
    private readonly receipts: ReceiptRepository,
    private readonly accounts: Accounts,
    private readonly emitter: WeixinEvents,
  ) {}

  /**
   * Each accept is one grant, also where the front end reports the same accept, before or after; rejects
   * close what the person had given for that template.
   */
  @OnWeixinEvent('subscribe_msg_popup_event')
  async popup(event: PushEvent<'subscribe_msg_popup_event'>): Promise<void> {
    this.checkItems(event);
    for (const [index, item] of event.items.entries()) {
      if (!this.isKnown(event, item.templateId)) continue;
      if (item.status.startsWith('accept')) await this.accept(event, item.templateId, index);
      else if (item.status === 'reject') await this.reject(event, item);
    }
  }

  /** The person switched a template off in the settings. */
  @OnWeixinEvent('subscribe_msg_change_event')
  async change(event: PushEvent<'subscribe_msg_change_event'>): Promise<void> {
    this.checkItems(event);
    for (const item of event.items) {
      if (item.status === 'reject' && this.isKnown(event, item.templateId)) await this.reject(event, item);
    }
  }

  /**
   * What became of messages after WeChat had accepted them, also of those whose acceptance we never learnt.
   */
  @OnWeixinEvent('subscribe_msg_sent_event')
  async sent(event: PushEvent<'subscribe_msg_sent_event'>): Promise<void> {
    this.checkItems(event);
    const unmatched: Receipt[] = [];
    let early = 0;
    for (const item of event.items) {
      if (!this.isKnown(event, item.templateId)) continue;
      const receipt = receiptOf(event, item);
      const effect = await this.receive(receipt);
      if (effect === 'in-flight') early++;
      if (effect === 'ambiguous') unmatched.push(receipt);
    }
    // All of them come again, so what is unmatched is said when it is so for good.
    if (early > 0) throw new Error('the response to the send is not recorded yet');
    for (const receipt of unmatched) await this.tellUnmatched(receipt);
  }

  private async accept(event: PushEvent, templateId: string, index: number): Promise<void> {
    const { id, appId, openid, receivedAt, createdAt = receivedAt } = event;
    const source = `push:${id}:${index}`;
    await this.grants.record({ appId, openid, templateId, source, proof: 'signed', grantedAt: createdAt });
  }

  private async reject(event: PushEvent, { templateId }: SubscribeMsgChangeItem): Promise<void> {
    const { appId, openid, receivedAt, createdAt = receivedAt } = event;
    // WeChat tells the second: what was given within it was given before.
    await this.grants.voidGivenUntil({ appId, openid, templateId }, createdAt.getTime() + 999);
  }

  private async receive(receipt: Receipt): Promise<ReceiptEffect> {
    const { appId, templateId, msgid, errorCode, errorStatus } = receipt;
    const effect = await this.receipts.apply(receipt);
    if (effect === 'taken-back')
      this.logger.warn(
        `account "${appId}": message ${msgid} was not delivered: ${errorCode} ${errorStatus}`,
        {
          appId,
          templateId,
          errcode: errorCode,
          reason: errorStatus,
        },
      );
    if (effect === 'none')
      this.logger.debug(`account "${appId}": message ${msgid} of template "${templateId}" is none of ours`, {
        appId,
        templateId,
      });
    return effect;
  }

  private async tellUnmatched(receipt: Receipt): Promise<void> {
    const { at: _, ...facts } = receipt;
    const { appId, msgid, errorCode, errorStatus } = facts;
    const messageIds = await this.receipts.possible(receipt);
    this.logger.warn(
      `account "${appId}": WeChat reports message ${msgid} (${errorCode} ${errorStatus}), but ${messageIds.length} messages without a msgid could be it; a person has to resolve them: ${messageIds.join(', ')}`,
      { appId },
    );
    this.emitter.emit('weixin.delivery.report-unmatched', { ...facts, messageIds });
  }

  /**
   * An event whose list is written in a way that nobody knows would have no effect, and nobody would know.
   */
  private checkItems({ id, appId, name, items }: PushEvent): void {
    if (items.length === 0)
      this.logger.warn(`account "${appId}": push event ${id} (${name}) has no List that can be read`, {
        appId,
      });
  }

  /** Of the channels that these events are about. */
  private isKnown({ appId, name }: PushEvent, templateId: string): boolean {
    const channel = this.accounts.find(appId)?.templates.get(templateId);
    if (channel === 'mini-subscribe' || channel === 'service-notice') return true;
    this.logger.debug(`account "${appId}": ${name} for template "${templateId}", which is none of its own`, {
      appId,
      templateId,
    });
    return false;
  }
}

function receiptOf(
  { appId, openid, receivedAt, createdAt: at = receivedAt }: PushEvent,
  { templateId, msgId: msgid, errorCode, errorStatus }: SubscribeMsgSentItem,
): Receipt {
  return { appId, openid, templateId, msgid, at, errorCode, errorStatus };
}
