import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import { WeixinSubscribeConfig } from '../common/config/weixin-subscribe.config.js';
import { toDate } from '../common/database/epoch-column.js';
import { SqlExecutor, type SqlStep, UniqueViolation } from '../common/database/sql-executor.js';
import { DatabaseError } from '../common/errors.js';
import { PersonalDataService } from '../common/personal-data.js';
import { RandomSource } from '../common/random-source.js';
import { digest } from '../common/secret.js';
import { GrantRepository } from '../grant/grant.repository.js';
import type { GrantChannel } from '../grant/grant.types.js';
import type { MessageRecord, MessageStatus, OutgoingMessage, SettledMessage } from './message.types.js';
import { settleMessage } from './settle-message.sql.js';
import type { Settlement } from './settlement.js';

/** Each lost attempt means that somebody else's confirm or claim of this very key went through. */
const CLAIM_ATTEMPTS = 50;

interface MessageRow {
  id: string;
  app_id: string;
  openid: string;
  template_id: string;
  scene: number;
  channel: string;
  status: string;
  content: string | null;
  content_digest: string;
  idempotency_key: string | null;
  requested_by: string | null;
  grant_id: string | null;
  errcode: number | null;
  errmsg: string | null;
  rid: string | null;
  reason: string | null;
  accepted_at: string | number;
  settled_at: string | number | null;
}

const SELECT = `SELECT id, app_id, openid, template_id, scene, channel, status, content, content_digest, idempotency_key,
  requested_by, grant_id, errcode, errmsg, rid, reason, accepted_at, settled_at FROM weixin_message`;

/** The record of what was to be said and what became of it. A message and its grant change together, in one transaction. */
@Injectable()
export class MessageRepository {
  constructor(
    private readonly sql: SqlExecutor,
    private readonly grants: GrantRepository,
    private readonly clock: Clock,
    private readonly random: RandomSource,
    private readonly config: WeixinSubscribeConfig,
    personalData: PersonalDataService,
  ) {
    personalData.register({ holds: 'messages', forget: (appId, openid) => this.forget(appId, openid) });
  }

  /**
   * Claims a grant for the message and writes the message down, both or neither. `no-grant`: there is nothing to claim.
   * `duplicate`: its idempotency key is taken. In both cases nothing was written.
   */
  async accept(message: OutgoingMessage): Promise<MessageRecord | 'no-grant' | 'duplicate'> {
    for (let attempt = 1; ; attempt++) {
      const now = this.clock.now();
      const id = this.random.id(now);
      try {
        const result = await this.sql.atomically([
          this.grants.claimStep(message, id),
          insertStep(message, id, now, now + this.config.leaseMs),
        ]);
        if (result.applied) return accepted(message, id, now);
      } catch (error) {
        if (error instanceof UniqueViolation && error.concerns('idempotency_key')) return 'duplicate';
        // The answer to our COMMIT may have been lost: then the message is accepted all the same, and goes on.
        if (!(error instanceof DatabaseError && error.temporary && (await this.find(id)))) throw error;
        return accepted(message, id, now);
      }
      // A claim that lost against a renewal or another claim affects no row although a grant is there.
      if ((await this.grants.countAvailable(message)) === 0) return 'no-grant';
      if (attempt === CLAIM_ATTEMPTS) throw new DatabaseError('the grants of this key kept changing', true);
    }
  }

  /**
   * Ends a message in flight. Should recovery have called it `unknown` meanwhile, a definite answer that comes late still wins, unless a
   * person has resolved it. Answers whether anything was written.
   */
  async settle(message: SettledMessage, settlement: Settlement): Promise<boolean> {
    if (await this.move(message, 'sending', settlement)) return true;
    return settlement.outcome !== 'unknown' && (await this.move(message, 'unknown', settlement));
  }

  /** Ends an `unknown` message by a person's word. `false` when it is not `unknown`. */
  resolve(message: SettledMessage, settlement: Settlement): Promise<boolean> {
    return this.move(message, 'unknown', settlement);
  }

  private async move(
    message: SettledMessage,
    from: 'sending' | 'unknown',
    settlement: Settlement,
  ): Promise<boolean> {
    const step = settleMessage(message.id, from, settlement, this.clock.now());
    const grantFrom = from === 'sending' ? 'claimed' : 'unknown';
    const { refusedBy } = await this.grants.settle([step], message, grantFrom, settlement.grant);
    return refusedBy === undefined;
  }

  /** Messages in flight whose lease has run out: the process that sent them is gone or far too slow. At most `limit`. */
  async interrupted(limit: number): Promise<MessageRecord[]> {
    const rows = await this.sql.all<MessageRow>(
      `${SELECT} WHERE status = 'sending' AND leased_until <= ? ORDER BY leased_until LIMIT ${limit}`,
      [this.clock.now()],
    );
    return rows.map(toRecord);
  }

  async find(id: string): Promise<MessageRecord | undefined> {
    const [row] = await this.sql.all<MessageRow>(`${SELECT} WHERE id = ?`, [id]);
    return row && toRecord(row);
  }

  async findByIdempotencyKey(appId: string, idempotencyKey: string): Promise<MessageRecord | undefined> {
    const [row] = await this.sql.all<MessageRow>(`${SELECT} WHERE app_id = ? AND idempotency_key = ?`, [
      appId,
      idempotencyKey,
    ]);
    return row && toRecord(row);
  }

  /** How many messages of an account stand where. */
  async countByStatus(appId: string): Promise<Record<MessageStatus, number>> {
    const counts: Record<MessageStatus, number> = { sending: 0, sent: 0, refused: 0, failed: 0, unknown: 0 };
    const rows = await this.sql.all<{ status: MessageStatus; n: string | number }>(
      'SELECT status, COUNT(*) AS n FROM weixin_message WHERE app_id = ? GROUP BY status',
      [appId],
    );
    for (const { status, n } of rows) counts[status] = Number(n);
    return counts;
  }

  /** Deletes the settled messages accepted before `moment`, except `unknown` ones. Answers how many. */
  purgeAcceptedBefore(moment: Date): Promise<number> {
    return this.sql.run(
      "DELETE FROM weixin_message WHERE accepted_at < ? AND status IN ('sent', 'refused', 'failed')",
      [moment.getTime()],
    );
  }

  /** Keeps the outcome, so that the account stays exact, and erases who it was and what was said. */
  private async forget(appId: string, openid: string): Promise<{ erased: number; inFlight: number }> {
    const erased = await this.sql.run(
      `UPDATE weixin_message SET openid = '', content = NULL, content_digest = '', idempotency_key = NULL, errmsg = NULL
        WHERE app_id = ? AND openid = ? AND status <> 'sending'`,
      [appId, openid],
    );
    const [{ n }] = await this.sql.all<{ n: string | number }>(
      "SELECT COUNT(*) AS n FROM weixin_message WHERE app_id = ? AND openid = ? AND status = 'sending'",
      [appId, openid],
    );
    return { erased, inFlight: Number(n) };
  }
}

/** Not read back: the row is committed, and a failing read must not hide that. */
function accepted({ content, ...message }: OutgoingMessage, id: string, now: number): MessageRecord {
  return {
    ...message,
    content,
    id,
    status: 'sending',
    contentDigest: contentDigest({ ...message, content }),
    acceptedAt: new Date(now),
  };
}

/** What makes two messages the same for an idempotency key. */
export function contentDigest({ openid, templateId, scene, channel, content }: OutgoingMessage): string {
  const { title, content: text, url, miniprogram } = content;
  return digest(
    JSON.stringify([
      openid,
      templateId,
      scene,
      channel,
      title,
      text.value,
      text.color ?? null,
      url ?? null,
      miniprogram ? [miniprogram.appId, miniprogram.pagepath] : null,
    ]),
  );
}

function insertStep(message: OutgoingMessage, id: string, acceptedAt: number, leasedUntil: number): SqlStep {
  return {
    name: 'insert message',
    sql: `INSERT INTO weixin_message (id, app_id, openid, template_id, scene, channel, status, content, content_digest,
        idempotency_key, requested_by, accepted_at, leased_until, grant_id)
      SELECT ?, app_id, openid, template_id, scene, channel, 'sending', ?, ?, ?, ?, ?, ?, id
        FROM weixin_grant WHERE claimed_by = ?`,
    params: [
      id,
      JSON.stringify(message.content),
      contentDigest(message),
      message.idempotencyKey ?? null,
      message.requestedBy ?? null,
      acceptedAt,
      leasedUntil,
      id,
    ],
    expect: 'one',
  };
}

function toRecord(row: MessageRow): MessageRecord {
  return {
    id: row.id,
    appId: row.app_id,
    openid: row.openid,
    templateId: row.template_id,
    scene: Number(row.scene),
    channel: row.channel as GrantChannel,
    status: row.status as MessageStatus,
    content: row.content === null ? undefined : JSON.parse(row.content),
    contentDigest: row.content_digest,
    idempotencyKey: row.idempotency_key ?? undefined,
    requestedBy: row.requested_by ?? undefined,
    grantId: row.grant_id ?? undefined,
    errcode: row.errcode ?? undefined,
    errmsg: row.errmsg ?? undefined,
    rid: row.rid ?? undefined,
    reason: row.reason ?? undefined,
    acceptedAt: toDate(row.accepted_at),
    settledAt: toDate(row.settled_at),
  };
}
