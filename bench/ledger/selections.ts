import type { GrantCursor } from '../../libs/weixin-subscribe/src/grant/grant.types.js';
import { idOf } from '../../test/support/ids.js';
import { claimBatch } from '../../test/support/library-parts.js';
import { type Cost, costOf, medianCost } from '../support/measure.js';
import { KEY } from './fill.js';
import { CONTENT, type Ledger } from './ledger.js';

const BATCH = 500;

/** The medians of the batches in the first and in the last 5 % of a selection over all grants of a scene. */
export async function selection(
  ledger: Ledger,
  scene: number,
  { cursor }: { cursor: boolean },
): Promise<{ first: Cost; last: Cost; grants: number }> {
  const costs: Cost[] = [];
  let after: GrantCursor | undefined;
  let grants = 0;
  for (let n = BATCH; n === BATCH; ) {
    const cost = await costOf(async () => {
      const batch = await claimBatch(ledger.parts, {
        from: { ...KEY, scene, after },
        limit: BATCH,
        ...CONTENT,
      });
      if (cursor) after = batch.at(-1);
      n = batch.length;
      return n;
    }, ledger);
    if (n === BATCH) costs.push(cost);
    grants += n;
  }
  const part = Math.ceil(costs.length / 20);
  return { first: medianCost(costs.slice(0, part)), last: medianCost(costs.slice(-part)), grants };
}

/** Holds a snapshot of now on another connection while `work` runs, as a long report or a backup does. */
export async function underOldSnapshot<T>(ledger: Ledger, work: () => Promise<T>): Promise<T> {
  const other = await ledger.connect();
  const begin = {
    postgres: ['BEGIN ISOLATION LEVEL REPEATABLE READ'],
    mysql: ['START TRANSACTION WITH CONSISTENT SNAPSHOT'],
    sqlite: ['BEGIN'],
  }[ledger.kind];
  const runner = other.createQueryRunner();
  try {
    for (const sql of [...begin, `SELECT COUNT(*) FROM weixin_live_grant WHERE id = '${idOf('nobody')}'`])
      await runner.query(sql);
    return await work();
  } finally {
    await runner.query('ROLLBACK');
    await runner.release();
    await other.destroy();
  }
}
