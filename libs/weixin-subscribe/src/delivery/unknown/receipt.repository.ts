import { Injectable } from '@nestjs/common';
import { GrantRepository } from '../../grant/grant.repository.js';
import { batchIdOf } from '../../grant/grant-batch.repository.js';
import { Clock } from '../../kernel/clock.js';
import { DAY_MS } from '../../kernel/platform-day.js';
import { Telemetry } from '../../kernel/telemetry.js';
import { DatabaseError } from '../../sql/database.error.js';
import { SqlExecutor } from '../../sql/sql-executor.js';
import type { SqlStep } from '../../sql/sql-step.js';
import { inFlightTo } from '../batches/message-batch.fragments.js';
import { countStep } from '../batches/message-batch.sql.js';
import { MessageRepository } from '../ledger/message.repository.js';
import {
  grantOf,
  type MessageRow,
  SELECT_MESSAGES,
  SET_VERDICT,
  toRecord,
  verdictParams,
} from '../ledger/message.sql.js';
import type { MessageRecord } from '../ledger/message.types.js';
import { attributesOf, startAttributesOf } from '../ledger/message-attributes.js';
import { REPORTED_LOST, REPORTED_SENT } from '../ledger/reasons.js';
import type { Verdict } from '../ledger/weixin-verdict.js';

/** What WeChat reports later about one message that it accepted (`subscribe_msg_sent_event`). */
export interface Receipt {
  appId: string;
  openid: string;
  templateId: string;
  /** Empty where WeChat gives none. */
  msgid: string;
  /** When WeChat says it was; to the second. */
  at: Date;
  /** 0: it was delivered. */
  errorCode: number;
  errorStatus: string;
}

/**
 * `settled`: an unknown message has its outcome now. `taken-back`: a sent message was not delivered after
 * all. `known`: the ledger knew. `in-flight`: the answer to the send is still on its way, so come again.
 * `ambiguous`: several messages it could be about, so nothing was written. `none`: no message of ours.
 */
export type ReceiptEffect = 'settled' | 'taken-back' | 'known' | 'in-flight' | 'ambiguous' | 'none';

/** Clocks differ, and a receipt has whole seconds. */
const SKEW_MS = 60_000;
/** More than a person has from one template within a day, and more than a report is compared with. */
const MOST = 100;
/** Each lost attempt means that another report has changed the message that this one is about. */
const ATTEMPTS = 10;

/**
 * The message that has the msgid, and those that have none and could be meant. A deferred message is accepted
 * long before it is posted, so its end counts, not its beginning.
 */
const FIND = `${SELECT_MESSAGES} WHERE app_id = ? AND openid = ? AND template_id = ? AND (msgid = ? OR (msgid IS NULL AND accepted_at <= ?
    AND (status = 'sending' OR (status IN ('unknown', 'sent') AND settled_at > ?))))
  ORDER BY CASE WHEN msgid IS NULL THEN 1 ELSE 0 END, accepted_at DESC LIMIT ${MOST}`;

/** Brings what WeChat reports about a message into the ledger. */
@Injectable()
export class ReceiptRepository {
  constructor(
    private readonly sql: SqlExecutor,
    private readonly messages: MessageRepository,
    private readonly grants: GrantRepository,
    private readonly clock: Clock,
    private readonly telemetry: Telemetry,
  ) {}

  /**
   * The message that a receipt is about is the one that has its msgid. Without one, it is about a message
   * whose answer was lost, or held no msgid: only if there is exactly one such, since a guess would end the
   * wrong one.
   * @throws {DatabaseError}
   */
  async apply(receipt: Receipt): Promise<ReceiptEffect> {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const effect = await this.applyOnce(receipt);
      if (effect !== 'changed') return effect;
    }
    throw new DatabaseError('the messages of this person kept changing', true);
  }

  /**
   * The ids of the messages that an ambiguous receipt could be about, the newest first, at most 100.
   * @throws {DatabaseError}
   */
  async possible(receipt: Receipt): Promise<string[]> {
    return nameless(await this.candidates(receipt)).map(({ id }) => id);
  }

  /**
   * `changed`: somebody else was faster with the message that it is about, so it may be about another one.
   */
  private async applyOnce(receipt: Receipt): Promise<ReceiptEffect | 'changed'> {
    const { appId, openid, templateId, at } = receipt;
    // First: what a batch holds now, and has ended by the time we come to the messages, may be the one.
    const held = await this.sql.all(inFlightTo(this.sql.dialect), [
      ...[appId, templateId, at.getTime() + SKEW_MS, openid],
    ]);
    const candidates = await this.candidates(receipt);
    const named = candidates.find(({ msgid }) => msgid !== undefined);
    if (named) return this.applyTo(named, receipt);
    if (held.length > 0 || candidates.some(({ status }) => status === 'sending')) return 'in-flight';
    const possible = nameless(candidates);
    if (possible.length === 1) return this.applyTo(possible[0], receipt);
    if (possible.length === 0) return 'none';
    // That each of them was sent is what the ledger says.
    const isNoNews = receipt.errorCode === 0 && possible.every(({ status }) => status === 'sent');
    return isNoNews ? 'known' : 'ambiguous';
  }

  private async candidates({ appId, openid, templateId, msgid, at }: Receipt): Promise<MessageRecord[]> {
    const moment = at.getTime();
    const params = [appId, openid, templateId, msgid, moment + SKEW_MS, moment - DAY_MS];
    return (await this.sql.all<MessageRow>(FIND, params)).map(toRecord);
  }

  /** In the trace of the message, which so goes from its acceptance to what WeChat reports of it. */
  private applyTo(message: MessageRecord, receipt: Receipt): Promise<ReceiptEffect | 'changed'> {
    const attributes = { ...startAttributesOf(message), 'weixin.delivered': receipt.errorCode === 0 };
    const options = { kind: 'consumer', message: message.id, attributes } as const;
    return this.telemetry.span('weixin message report', options, (span) => {
      if (span.isRecording()) span.setAttributes(attributesOf(message));
      return this.change(message, receipt);
    });
  }

  private async change(message: MessageRecord, receipt: Receipt): Promise<ReceiptEffect | 'changed'> {
    if (message.status === 'unknown') return this.settle(message, receipt);
    if (message.status !== 'sent') return 'known';
    if (receipt.errorCode !== 0) return this.takeBack(message, receipt);
    return message.msgid === undefined && receipt.msgid !== '' ? this.name(message, receipt) : 'known';
  }

  /** It had a permission, which WeChat has used either way. */
  private async settle(message: MessageRecord, receipt: Receipt): Promise<ReceiptEffect | 'changed'> {
    const settled = await this.messages.resolve(message, {
      ...(receipt.errorCode === 0
        ? { outcome: 'sent', errcode: 0, reason: REPORTED_SENT }
        : { outcome: 'failed', ...failure(receipt) }),
      grant: 'spent',
      msgid: receipt.msgid || undefined,
    });
    return settled ? 'settled' : 'changed';
  }

  /** Keeps the msgid that the answer to the send did not hold: the next report is about another message. */
  private async name({ id }: MessageRecord, { msgid }: Receipt): Promise<ReceiptEffect | 'changed'> {
    const named = await this.sql.run(`UPDATE weixin_message SET msgid = ? WHERE id = ? AND ${STILL_SENT}`, [
      ...[msgid, id, msgid],
    ]);
    return named === 1 ? 'known' : 'changed';
  }

  /**
   * The only way out of an outcome: WeChat itself reports another outcome. Safe for any number of processes,
   * since the move is conditional.
   */
  private async takeBack(message: MessageRecord, receipt: Receipt): Promise<ReceiptEffect | 'changed'> {
    const { id, broadcastId } = message;
    const msgid = message.msgid ?? (receipt.msgid || undefined);
    const now = this.clock.now();
    const take: SqlStep = {
      name: 'take back',
      sql: `UPDATE weixin_message SET status = 'failed', ${SET_VERDICT}, settled_at = ? WHERE id = ? AND ${STILL_SENT}`,
      params: [...verdictParams({ ...failure(receipt), msgid }), now, id, msgid ?? null],
      expect: 'one',
    };
    const counted = broadcastId === undefined ? [] : [countStep(batchIdOf(id), { sent: -1, failed: 1 })];
    const { applied } = await this.sql.atomically([
      take,
      ...counted,
      this.grants.endStep(grantOf(id), 'spent', now),
    ]);
    return applied ? 'taken-back' : 'changed';
  }
}

/** Conditional on the msgid as well: another report may just have given it one. */
const STILL_SENT = "status = 'sent' AND (msgid IS NULL OR msgid = ?)";

function nameless(messages: MessageRecord[]): MessageRecord[] {
  return messages.filter(({ status, msgid }) => msgid === undefined && status !== 'sending');
}

function failure({ errorCode, errorStatus }: Receipt): Verdict {
  return {
    errcode: errorCode,
    errmsg: errorStatus,
    reason: REPORTED_LOST,
  };
}
