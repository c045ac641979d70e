/**
 * PostgreSQL with years of messages in it: what each request of a console's page, each claim and a retention
 * read there, beside a month of 20,000 messages, and how long that takes. See README.md.
 *
 * npm run bench:size [-- --messages 2000000 --live 500000 --due 100000]
 */
import { parseArgs } from 'node:util';
import { SqlExecutor } from '../../libs/weixin-subscribe/src/sql/sql-executor.js';
import type { SqlValue } from '../../libs/weixin-subscribe/src/sql/sql-step.js';
import { addRecurring } from '../../test/support/console-reads.js';
import { createTestApp, type TestApp } from '../../test/support/create-test-app.js';
import { fillSchool } from '../../test/support/school.js';
import { KEY } from '../ledger/fill.js';
import { machine } from '../support/machine.js';
import { say, table } from '../support/report.js';
import { fillYears, liveOpenid } from './fill-years.js';
import { Reading } from './reads.js';

process.env.TEST_POSTGRES_URL ??= 'postgres://postgres@127.0.0.1:5432/postgres';
const { values } = parseArgs({
  options: {
    messages: { type: 'string', default: '2000000' },
    live: { type: 'string', default: '500000' },
    due: { type: 'string', default: '100000' },
  },
});
const [MESSAGES, LIVE, DUE] = [values.messages, values.live, values.due].map(Number);
const MONTH = { messages: 20_000, live: 5000, scene: 3 };
const DAY_MS = 86_400_000;
const YEARS_DAYS = 720;
const KEPT_DAYS = YEARS_DAYS + 30;
const LIVE_SCENE = 45;
const KEYS = 15;
const counts = (n: number) => Math.round(n).toLocaleString('en');

const host = await createTestApp({
  database: 'postgres',
  options: { retention: { messagesDays: KEPT_DAYS, grantsDays: KEPT_DAYS } },
});
try {
  const { dataSource } = host;
  const now = host.clock.now();
  const filled = await fillSchool(dataSource, { ...KEY, ...MONTH, now });
  const recurring = await addRecurring(host.url);
  await dataSource.query('VACUUM ANALYZE');
  const newest: { openid: string }[] = await dataSource.query(
    `SELECT openid FROM weixin_live_grant WHERE scene = ${MONTH.scene} ORDER BY id DESC LIMIT ${KEYS}`,
  );
  const reading = new Reading(host);
  const small = { scene: MONTH.scene, openids: newest.map(({ openid }) => openid) };
  const before = await reading.all(filled, recurring, small);

  const begun = performance.now();
  await fillYears(dataSource, {
    messages: MESSAGES,
    from: now - KEPT_DAYS * DAY_MS - Math.round((DUE / MESSAGES) * YEARS_DAYS * DAY_MS),
    to: now - 30 * DAY_MS,
    live: LIVE,
    liveScene: LIVE_SCENE,
  });
  say(`filled in ${((performance.now() - begun) / 1000).toFixed(0)} s`);
  const spread = Array.from({ length: KEYS }, (_, n) => Math.floor((LIVE / (KEYS + 1)) * (n + 1)));
  const large = { scene: LIVE_SCENE, openids: spread.map(liveOpenid) };
  const after = await reading.all(filled, recurring, large);

  const [{ size }] = await dataSource.query('SELECT pg_database_size(current_database()) AS size');
  const rows = [...after].map(([what, { rows, pages, ms }]) => {
    const beside = before.get(what);
    const took = ms === undefined ? '–' : `${ms.toFixed(1)} (${beside?.ms?.toFixed(1)})`;
    return [
      what,
      `${counts(rows)} (${counts(beside?.rows ?? 0)})`,
      `${counts(pages)} (${counts(beside?.pages ?? 0)})`,
      took,
    ];
  });
  const filledWith = `${counts(MESSAGES)} messages and ${counts(LIVE)} grants that may be used, ${(Number(size) / 1e9).toFixed(1)} GB`;
  process.stdout.write(
    `${machine()}\n${filledWith}; in parentheses: ${counts(MONTH.messages)} and ${counts(MONTH.live)}\n\n${table(['what', 'rows examined', 'pages', 'ms'], rows)}\n\n`,
  );
  for (const task of ['used-grant-retention', 'message-retention'])
    process.stdout.write(`${task}: ${await retention(host, task)}\n`);
} finally {
  await host.close();
}

/** Lets everything that is due go. */
async function retention({ app, dataSource, tasks, clock }: TestApp, task: string): Promise<string> {
  const sql = app.get(SqlExecutor, { strict: false });
  let longest = 0;
  const timed = async <T>(work: Promise<T>): Promise<T> => {
    const begun = performance.now();
    const result = await work;
    longest = Math.max(longest, performance.now() - begun);
    return result;
  };
  const [all, atomically] = [sql.all.bind(sql), sql.atomically.bind(sql)];
  sql.all = <Row>(text: string, params: SqlValue[]) => timed(all<Row>(text, params));
  sql.atomically = (steps) => timed(atomically(steps));
  const [name, moment] =
    task === 'message-retention' ? ['weixin_message', 'settled_at'] : ['weixin_grant', 'granted_at'];
  const due = async () => {
    const before = clock.now() - KEPT_DAYS * DAY_MS - DAY_MS;
    const [{ n }] = await dataSource.query(`SELECT COUNT(*) AS n FROM ${name} WHERE ${moment} < ${before}`);
    return Number(n);
  };
  const asked = await due();
  const begun = performance.now();
  await tasks.run(task);
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  Object.assign(sql, { all, atomically });
  return `${counts(asked - (await due()))} of ${counts(asked)} rows in ${seconds} s, longest statement ${longest.toFixed(0)} ms`;
}
