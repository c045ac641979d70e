import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SqlExecutor } from '../../libs/weixin-subscribe/src/sql/sql-executor.js';
import type { SqlValue } from '../../libs/weixin-subscribe/src/sql/sql-step.js';
import { OFFICIAL, SERVICE_KEY } from '../support/accounts.js';
import { addRecurring, consoleReads } from '../support/console-reads.js';
import { costsOf } from '../support/cost.js';
import { createTestApp, type TestApp } from '../support/create-test-app.js';
import { type Filled, fillSchool } from '../support/school.js';
import { type DatabaseKind, describeDatabase } from '../support/test-databases.js';

const { appId } = OFFICIAL;
const [templateId] = OFFICIAL.templates;
const DAY = 86_400_000;
const FEW = 1500;
const MORE = 4000;
/** Whoever reads a table would read the older messages, too. */
const GROWTH = 1000;
/**
 * PostgreSQL plans as for a table too large to be read as a whole: of a small one it is the cheapest plan.
 * What no index can answer is read as a whole all the same.
 */
const AS_IF_LARGE = ['seqscan', 'bitmapscan'].map((node) => `SET LOCAL enable_${node} = off`).join('; ');
const WEB = 'libs/weixin-console/web/src';
/** Of what does not grow with messages. */
const OTHERS = [
  '/accounts/{appId}',
  '/accounts/{appId}/changes',
  '/accounts/{appId}/doctor',
  '/templates',
  '/overview/quotas',
];

/** SQLite tells no rows. */
for (const kind of ['postgres', 'mysql'] as const)
  describeDatabase(kind, 'what a page of the console reads', suite);

function suite(kind: DatabaseKind): void {
  let host: TestApp;
  let filled: Filled;
  let recurring: string;
  let ran: { sql: string; params: SqlValue[] }[] = [];

  beforeAll(async () => {
    host = await createTestApp({ database: kind });
    filled = await fillSchool(host.dataSource, { appId, templateId, now: host.clock.now(), messages: FEW });
    recurring = await addRecurring(host.url);
    const sql = host.app.get(SqlExecutor, { strict: false });
    const all = sql.all.bind(sql);
    sql.all = (text: string, params: SqlValue[]) => {
      ran.push({ sql: text, params });
      return all(text, params);
    };
    await analyze();
  }, 120_000);
  afterAll(() => host?.close());

  const analyze = () =>
    host.dataSource.query(
      kind === 'mysql'
        ? 'ANALYZE TABLE weixin_grant, weixin_live_grant, weixin_message, weixin_push_event, weixin_audit /*M! PERSISTENT FOR ALL */'
        : 'ANALYZE',
    );

  const before = kind === 'postgres' ? AS_IF_LARGE : undefined;
  /** By address, all that its statements read. */
  async function rows(): Promise<Map<string, { rows: number; most: number; worst: string }>> {
    const found = new Map<string, { rows: number; most: number; worst: string }>();
    for (const [path, reads] of Object.entries(consoleReads(filled, recurring))) {
      for (const read of reads) {
        const query = new URLSearchParams(
          Object.entries(read.query ?? {}).map(([name, value]) => [name, String(value)]),
        );
        const address = `${read.path ?? path}?${query}`;
        ran = [];
        const { status } = await fetch(`${host.url}/weixin${address}`, {
          headers: { authorization: `Bearer ${SERVICE_KEY}` },
        });
        expect([address, status]).toEqual([address, 200]);
        let sum = 0;
        let worst = { examined: 0, sql: '' };
        for (const step of ran) {
          const costs = await costsOf(host.dataSource, kind, { name: 'read', ...step }, before);
          const examined = Math.max(...costs.map((cost) => cost.examined ?? 0));
          sum += examined;
          if (examined > worst.examined) worst = { examined, sql: step.sql };
        }
        found.set(address, { rows: sum, most: read.most ?? 0, worst: `${worst.examined} by ${worst.sql}` });
      }
    }
    return found;
  }

  it('does not grow with the messages of earlier months', async () => {
    const small = await rows();
    const earlier = host.clock.now() - 30 * DAY;
    await fillSchool(host.dataSource, {
      appId,
      templateId,
      now: earlier,
      messages: MORE,
      days: 120,
      live: 0,
    });
    await analyze();
    const grown = [...(await rows())].flatMap(([address, { rows: after, most, worst }]) => {
      const limit = Math.max(most, (small.get(address)?.rows ?? 0) + GROWTH);
      return after > limit ? [`${address}: ${small.get(address)?.rows} → ${after}, most ${worst}`] : [];
    });
    expect(grown).toEqual([]);
  }, 180_000);

  it('is told of each address that the console reads', () => {
    const files = readdirSync(WEB, { recursive: true, encoding: 'utf8' }).filter((name) =>
      /\.(vue|ts)$/.test(name),
    );
    const source = files.map((name) => readFileSync(join(WEB, name), 'utf8')).join('\n');
    const asked = new Set([...source.matchAll(/weixin\.GET\(\s*'([^']+)'/g)].map(([, path]) => String(path)));
    expect([...asked].sort()).toEqual([...Object.keys(consoleReads(filled, recurring)), ...OTHERS].sort());
  });
}
