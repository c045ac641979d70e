import { SqlExecutor } from '../../libs/weixin-subscribe/src/sql/sql-executor.js';
import type { SqlStep } from '../../libs/weixin-subscribe/src/sql/sql-step.js';
import { OFFICIAL, SERVICE_KEY } from '../../test/support/accounts.js';
import { type ConsoleRead, consoleReads } from '../../test/support/console-reads.js';
import { type Cost, costsOf } from '../../test/support/cost.js';
import type { TestApp } from '../../test/support/create-test-app.js';
import { claimBatch, claimSteps, libraryParts } from '../../test/support/library-parts.js';
import type { Filled } from '../../test/support/school.js';
import { ends } from '../ledger/batches.js';
import { KEY } from '../ledger/fill.js';
import { median } from '../support/measure.js';

const ROUNDS = 3;
const BATCH = 500;

/** What a request or a claim needed: rows and pages from EXPLAIN, and how long it took. */
export interface Reads {
  rows: number;
  pages: number;
  ms?: number;
}

/** Grants that may be used: their scene, and the people of some of them. */
export interface LiveGrants {
  scene: number;
  openids: string[];
}

/** Measures an app over PostgreSQL. */
export class Reading {
  private readonly parts;
  private ran: SqlStep[] = [];

  constructor(private readonly host: TestApp) {
    this.parts = libraryParts(host.dataSource);
    const sql = host.app.get(SqlExecutor, { strict: false });
    const all = sql.all.bind(sql);
    sql.all = (text, params) => {
      this.ran.push({ name: 'read', sql: text, params });
      return all(text, params);
    };
  }

  /** Every address that the console's pages read, and the claims. */
  async all(filled: Filled, recurring: string, live: LiveGrants): Promise<Map<string, Reads>> {
    const found = new Map<string, Reads>();
    for (const [path, reads] of Object.entries(consoleReads(filled, recurring)))
      for (const read of reads) found.set(nameOf(path, read, filled), await this.get(path, read));
    found.set('claim by key', await this.claims(live));
    found.set(`claim of ${BATCH}`, await this.batch(live.scene));
    return found;
  }

  private async get(path: string, read: ConsoleRead): Promise<Reads> {
    const address = `${this.host.url}/weixin${read.path ?? path}?${new URLSearchParams(pairsOf(read))}`;
    const took: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      this.ran = [];
      const begun = performance.now();
      const response = await fetch(address, { headers: { authorization: `Bearer ${SERVICE_KEY}` } });
      if (!response.ok) throw new Error(`GET ${address}: ${response.status} ${await response.text()}`);
      await response.arrayBuffer();
      took.push(performance.now() - begun);
    }
    return { ...(await this.costOf([...this.ran])), ms: median(took) };
  }

  /** The median of some people. */
  private async claims({ scene, openids }: LiveGrants): Promise<Reads> {
    const reads: Reads[] = [];
    for (const openid of openids)
      reads.push(
        await this.costOf(claimSteps(this.parts, { ...KEY, scene, openid }, `explained-${openid}`), true),
      );
    return { rows: median(reads.map(({ rows }) => rows)), pages: median(reads.map(({ pages }) => pages)) };
  }

  /** With the pages that it writes. */
  private async batch(scene: number): Promise<Reads> {
    const before = await this.pagesRead();
    const begun = performance.now();
    const content = { title: '上课提醒', content: { value: '8:50' } };
    const claimed = await claimBatch(this.parts, { from: { ...KEY, scene }, limit: BATCH, content });
    const ms = performance.now() - begun;
    const pages = (await this.pagesRead()) - before;
    if (claimed.length !== BATCH) throw new Error(`${claimed.length} grants were claimed, not ${BATCH}`);
    await this.parts.messageBatches.settleBatch(ends(claimed));
    return { rows: claimed.length, pages, ms };
  }

  /** By the plan for these values, which is the one of a read; of what is prepared, the worse of both. */
  private async costOf(steps: SqlStep[], isPrepared = false): Promise<Reads> {
    const sum = { rows: 0, pages: 0 };
    for (const step of steps) {
      const costs = (await costsOf(this.host.dataSource, 'postgres', step)).slice(0, isPrepared ? 2 : 1);
      sum.rows += Math.max(...costs.map(({ examined = 0 }) => examined));
      sum.pages += Math.max(...costs.map(pagesOf));
    }
    return sum;
  }

  /** So far, by everybody in this database. */
  private async pagesRead(): Promise<number> {
    await this.host.dataSource.query('SELECT pg_stat_force_next_flush()');
    const [{ n }] = await this.host.dataSource.query(
      'SELECT blks_hit + blks_read AS n FROM pg_stat_database WHERE datname = current_database()',
    );
    return Number(n);
  }
}

/** Of the whole statement: each node counts what is below it. */
function pagesOf({ plan }: Cost): number {
  const root = JSON.parse(plan);
  return root['Shared Hit Blocks'] + root['Shared Read Blocks'];
}

const pairsOf = ({ query = {} }: ConsoleRead): [string, string][] =>
  Object.entries(query).map(([name, value]) => [name, String(value)]);

function nameOf(path: string, read: ConsoleRead, { messages }: Filled): string {
  const status = Object.entries(messages).find(([, id]) => read.path?.includes(id))?.[0];
  const filters = pairsOf(read).flatMap(([name, value]) => {
    if (name === 'openid') return path === '/messages' ? 'of one person' : [];
    return name === 'appId' || name === 'limit' || value === OFFICIAL.templates[0] ? [] : `${name}=${value}`;
  });
  return ['GET', path, status ?? '', ...filters].filter((part) => part !== '').join(' ');
}
