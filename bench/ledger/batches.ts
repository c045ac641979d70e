import {
  type BatchMessage,
  type ClaimedRow,
  claimedBatch,
  claimedIn,
  endSteps,
  type MessageEnd,
  readClaimed,
} from '../../libs/weixin-subscribe/src/delivery/batches/message-batch.sql.js';
import type { ClaimedGrant, GrantCursor } from '../../libs/weixin-subscribe/src/grant/grant.types.js';
import { BatchIds } from '../../libs/weixin-subscribe/src/grant/grant-batch.repository.js';
import { claimNext } from '../../libs/weixin-subscribe/src/grant/grant-batch.sql.js';
import type { NativeConnection } from '../../libs/weixin-subscribe/src/sql/server-executor.js';
import type { SqlStep } from '../../libs/weixin-subscribe/src/sql/sql-step.js';
import { claimBatch } from '../../test/support/library-parts.js';
import { type Cost, costOf } from '../support/measure.js';
import { KEY } from './fill.js';
import { CONTENT, type Ledger } from './ledger.js';

const BATCH = 500;
const SENT = { outcome: 'sent', grant: 'spent', errcode: 0 } as const;

/**
 * The whole life of a grant: claimed with its message, and both ended as sent. By the library, by its bare
 * statements, and one by one.
 */
export class Lives {
  private after?: GrantCursor;

  constructor(
    private readonly ledger: Ledger,
    private readonly scene: number,
  ) {}

  /** claimBatch and settleBatch, `n` times. */
  batched(n: number): Promise<Cost> {
    return costOf(async () => {
      for (let at = 0; at < n; at++) await this.batch();
      return n * BATCH;
    }, this.ledger);
  }

  /** One of them. Returns how many messages it has. */
  async one(): Promise<number> {
    await this.batch();
    return BATCH;
  }

  private async batch(): Promise<void> {
    const { messageBatches } = this.ledger.parts;
    const from = { ...KEY, scene: this.scene, after: this.after };
    const claimed = await claimBatch(this.ledger.parts, { from, limit: BATCH, ...CONTENT });
    this.after = claimed.at(-1);
    const written = await messageBatches.settleBatch(ends(claimed));
    if (written.length !== BATCH || written.includes(false)) throw new Error('a batch was not settled');
  }

  /**
   * The same statements given to the driver as they are: what no library can do without. Not on SQLite, where
   * they are the work itself.
   */
  async bare(n: number): Promise<Cost> {
    const executor = this.ledger.parts.sql as unknown as { native(connection: unknown): NativeConnection };
    const runner = this.ledger.dataSource.createQueryRunner();
    try {
      const connection = executor.native(await runner.connect());
      return await costOf(async () => {
        for (let at = 0; at < n; at++) await this.bareBatch(connection);
        return n * BATCH;
      }, this.ledger);
    } finally {
      await runner.release();
    }
  }

  private async bareBatch(connection: NativeConnection): Promise<void> {
    const { sql, random, clock } = this.ledger.parts;
    const { dialect } = sql;
    const now = clock.now();
    const ids = new BatchIds(random.id(now));
    const broadcastId = random.id(now);
    const selection = { ...KEY, scene: this.scene, after: this.after };
    const row = {
      ...{ ...KEY, channel: 'one-time' as const, broadcastId, requestedBy: null, owner: 'bench' },
      ...{ posting: BATCH, acceptedAt: now, leasedUntil: now + 60_000 },
      content: JSON.stringify(CONTENT.content),
    };
    const batch = claimedBatch(dialect, ids, row, false);
    const rows = await transaction(connection, [
      ...claimNext(dialect, selection, BATCH, batch, now),
      ...readClaimed(dialect, ids),
    ]);
    const claimed = claimedIn(rows as ClaimedRow[], ids);
    this.after = claimed.at(-1);
    const ended = ends(claimed);
    const { first, last } = endSteps(dialect, ids.batchId, ended, {}, now);
    await transaction(connection, [...first, ...last]);
  }

  /** accept and settle, `inFlight` at a time. @param n at most 1,000 */
  async singly(n: number, inFlight = 1): Promise<Cost> {
    const { messages, grants } = this.ledger.parts;
    const keys = await grants.list({ ...KEY, scene: this.scene, status: 'available' }, n);
    const waiting = keys.values();
    const lane = async () => {
      for (const { openid } of waiting) {
        const message = await messages.accept({
          ...KEY,
          ...CONTENT,
          openid,
          scene: this.scene,
          channel: 'one-time',
        });
        if (typeof message === 'string' || !(await messages.settle(message, SENT)))
          throw new Error('not settled');
      }
    };
    return costOf(async () => {
      await Promise.all(Array.from({ length: inFlight }, lane));
      return keys.length;
    }, this.ledger);
  }
}

/** Everything that a batch claimed, as sent. */
export function ends(claimed: ClaimedGrant[]): MessageEnd[] {
  return claimed.map(({ messageId: id, id: grantId, openid, scene, proof }) =>
    sent({ id, grantId, openid, scene, proof }),
  );
}

/**
 * Spelled out, as who posts a broadcast does: in Node 20 each member behind a spread costs 0.8 µs, which was
 * a third of what this measured.
 */
function sent({
  id,
  grantId,
  openid,
  scene,
  proof,
}: Omit<BatchMessage, 'broadcastId' | 'appId' | 'templateId'>) {
  const { appId, templateId } = KEY;
  return {
    message: { id, appId, templateId, openid, scene, grantId, proof, broadcastId: 'bench' },
    settlement: SENT,
  };
}

async function transaction(connection: NativeConnection, steps: SqlStep[]): Promise<unknown[]> {
  const returned: unknown[] = [];
  await connection.execute('BEGIN', []);
  for (const { sql, params } of steps) returned.push(...(await connection.execute(sql, params)).rows);
  await connection.execute('COMMIT', []);
  return returned;
}
