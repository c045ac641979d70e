import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import { SqlExecutor } from '../common/database/sql-executor.js';
import { DAY_MS } from '../common/platform-day.js';
import { MessageRepository } from './message.repository.js';
import { type MessageRow, SELECT_MESSAGES, SET_SAID, saidParams, toRecord } from './message.sql.js';
import type { MessageRecord } from './message.types.js';
import type { Said } from './said.js';

/** What WeChat reports later about one message that it accepted (`subscribe_msg_sent_event`). */
export interface Receipt {
  appId: string;
  openid: string;
  templateId: string;
  msgid: string;
  /** When WeChat says it was; to the second. */
  at: Date;
  /** 0: it was delivered. */
  errorCode: number;
  errorStatus: string;
}

/**
 * `settled`: an unknown message has its outcome now. `taken-back`: a sent message was not delivered after all. `known`: the ledger knew.
 * `in-flight`: the answer to the send is still on its way, so come again. `ambiguous`: several messages it could be about. `none`: no message of ours.
 */
export type ReceiptEffect = 'settled' | 'taken-back' | 'known' | 'in-flight' | 'ambiguous' | 'none';

/** Clocks differ, and a receipt is told to the second. */
const SKEW_MS = 60_000;
/** What a person has had from one template within a day; more than that is not looked at. */
const MOST = 100;

const FIND = `${SELECT_MESSAGES} WHERE app_id = ? AND openid = ? AND accepted_at > ? AND accepted_at <= ? AND template_id = ?
  ORDER BY accepted_at DESC LIMIT ${MOST}`;

/** Brings what WeChat reports about a message into the ledger. */
@Injectable()
export class ReceiptRepository {
  constructor(
    private readonly sql: SqlExecutor,
    private readonly messages: MessageRepository,
    private readonly clock: Clock,
  ) {}

  /**
   * The message that a receipt is about is the one that has its msgid. Without one, it is about a message whose answer was lost: only if there is
   * exactly one such, since a guess would call the wrong one sent.
   * @throws {DatabaseError}
   */
  async apply(receipt: Receipt): Promise<ReceiptEffect> {
    const candidates = await this.candidates(receipt);
    const named = candidates.find(({ msgid }) => msgid === receipt.msgid);
    if (named) return this.applyTo(named, receipt);
    const nameless = candidates.filter(({ msgid }) => msgid === undefined);
    if (nameless.some(({ status }) => status === 'sending')) return 'in-flight';
    const unknown = nameless.filter(({ status }) => status === 'unknown');
    if (unknown.length > 1) return 'ambiguous';
    return unknown.length === 1 ? this.settle(unknown[0], receipt) : 'none';
  }

  private async candidates({ appId, openid, templateId, at }: Receipt): Promise<MessageRecord[]> {
    const moment = at.getTime();
    const params = [appId, openid, moment - DAY_MS, moment + SKEW_MS, templateId];
    return (await this.sql.all<MessageRow>(FIND, params)).map(toRecord);
  }

  private async applyTo(message: MessageRecord, receipt: Receipt): Promise<ReceiptEffect> {
    if (receipt.errorCode === 0 || message.status !== 'sent') return 'known';
    return (await this.takeBack(message, receipt)) ? 'taken-back' : 'known';
  }

  /** It had a permission, which WeChat has used either way. */
  private async settle(message: MessageRecord, receipt: Receipt): Promise<ReceiptEffect> {
    const { errorCode, msgid } = receipt;
    const settled = await this.messages.resolve(message, {
      ...(errorCode === 0
        ? { outcome: 'sent', errcode: 0, reason: 'reported by WeChat' }
        : { outcome: 'failed', ...failure(receipt) }),
      grant: 'spent',
      msgid,
    });
    return settled ? 'settled' : 'known';
  }

  /** The only way out of an outcome: WeChat itself withdraws its word. Safe for any number of processes, since the move is conditional. */
  private async takeBack({ id, msgid }: MessageRecord, receipt: Receipt): Promise<boolean> {
    const taken = await this.sql.run(
      `UPDATE weixin_message SET status = 'failed', ${SET_SAID}, settled_at = ? WHERE id = ? AND status = 'sent'`,
      [...saidParams({ ...failure(receipt), msgid }), this.clock.now(), id],
    );
    return taken === 1;
  }
}

function failure({ errorCode, errorStatus }: Receipt): Said {
  return {
    errcode: errorCode,
    errmsg: errorStatus,
    reason: 'accepted, but WeChat reports that it was not delivered',
  };
}
