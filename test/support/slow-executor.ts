import { SqlExecutor } from '../../libs/weixin-subscribe/src/sql/sql-executor.js';
import type { TestApp } from './create-test-app.js';

/** A database that answers some reads only when the test lets it. */
export interface SlowExecutor {
  /** Queries under way now. */
  readonly waiting: number;
  /** The most that were under way at once. */
  readonly most: number;
  /** Queries that there were. */
  readonly asked: number;
  /** Answers the oldest one that waits. */
  release(): void;
  /** Answers all of them, and is fast again. */
  end(): void;
}

/** Holds the reads of a host whose SQL matches. */
export function slowExecutor({ app }: TestApp, matching: RegExp): SlowExecutor {
  const sql = app.get(SqlExecutor, { strict: false });
  const all = sql.all;
  const gates: (() => void)[] = [];
  const counts = { waiting: 0, most: 0, asked: 0 };
  sql.all = async (text, params) => {
    if (!matching.test(text)) return all.call(sql, text, params) as never;
    counts.asked++;
    counts.most = Math.max(counts.most, ++counts.waiting);
    await new Promise<void>((open) => gates.push(open));
    counts.waiting--;
    return all.call(sql, text, params) as never;
  };
  return {
    get waiting() {
      return counts.waiting;
    },
    get most() {
      return counts.most;
    },
    get asked() {
      return counts.asked;
    },
    release: () => gates.shift()?.(),
    end: () => {
      sql.all = all;
      for (const open of gates.splice(0)) open();
    },
  };
}
