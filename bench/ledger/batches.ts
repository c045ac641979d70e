import {
  type ClaimedRow,
  claimedMessages,
  countEnds,
  insertBatch,
  SELECT_CLAIMED,
  settleMessages,
} from '../../libs/weixin-subscribe/src/delivery/batches/message-batch.sql.js';
import type { ClaimedGrant, GrantCursor } from '../../libs/weixin-subscribe/src/grant/grant.types.js';
import { BatchIds } from '../../libs/weixin-subscribe/src/grant/grant-batch.repository.js';
import { claimNext } from '../../libs/weixin-subscribe/src/grant/grant-batch.sql.js';
import type { ServerDialect } from '../../libs/weixin-subscribe/src/sql/bulk-update.js';
import type { NativeConnection } from '../../libs/weixin-subscribe/src/sql/server-executor.js';
import type { SqlStep } from '../../libs/weixin-subscribe/src/sql/sql-executor.js';
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
    const dialect = sql.dialect as ServerDialect;
    const now = clock.now();
    const ids = new BatchIds(random.id(now));
    const broadcastId = random.id(now);
    const selection = { ...KEY, scene: this.scene, after: this.after };
    await transaction(connection, [
      ...claimNext(
        dialect,
        selection,
        BATCH,
        claimedMessages(
          dialect,
          ids,
          { broadcastId, content: JSON.stringify(CONTENT.content), requestedBy: null },
          now,
        ),
        now,
      ),
      insertBatch(ids, { broadcastId, owner: 'bench', posting: BATCH }, now + 60_000),
    ]);
    const { rows } = await connection.execute(SELECT_CLAIMED, [ids.first, ids.last]);
    const { scene, proof, granted_at, id } = rows.at(-1) as ClaimedRow;
    this.after = { scene, proof: proof as GrantCursor['proof'], grantedAt: Number(granted_at), id };
    const held = (rows as ClaimedRow[]).map((row) => row.message_id);
    const ended = held.map((messageId) => ({
      message: { ...KEY, id: messageId, openid: '', scene, broadcastId },
      settlement: SENT,
    }));
    await transaction(connection, [...settleMessages(dialect, ended, now), ...countEnds(ended)]);
  }

  /** accept and settle, a grant at a time. */
  async singly(n: number): Promise<Cost> {
    const { messages, grants } = this.ledger.parts;
    const keys = await grants.list({ ...KEY, scene: this.scene, status: 'available' }, n);
    return costOf(async () => {
      for (const { openid } of keys) {
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
      return keys.length;
    }, this.ledger);
  }
}

function ends(claimed: ClaimedGrant[]) {
  return claimed.map(({ messageId, openid, scene }) => ({
    message: { ...KEY, id: messageId, openid, scene },
    settlement: SENT,
  }));
}

async function transaction(connection: NativeConnection, steps: SqlStep[]): Promise<void> {
  await connection.execute('BEGIN', []);
  for (const { sql, params } of steps) await connection.execute(sql, params);
  await connection.execute('COMMIT', []);
}
