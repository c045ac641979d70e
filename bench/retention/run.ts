/**
 * P1: retention of many rows beside sends: the longest statement, the longest stop of the event loop, sends
 * that failed. P2: the rows that a sweep examines when nothing is due, in a table a hundred times as large.
 *
 * npm run bench:retention [-- --rows 100000 --small 2000 --databases postgres,mysql,sqlite]
 */
import { parseArgs } from 'node:util';
import type { DataSource } from 'typeorm';
import { MessageUpkeep } from '../../libs/weixin-subscribe/src/delivery/ledger/message.upkeep.js';
import { GrantUpkeep } from '../../libs/weixin-subscribe/src/grant/grant.upkeep.js';
import { nextTurn } from '../../libs/weixin-subscribe/src/kernel/next-turn.js';
import type { SqlStep, SqlValue } from '../../libs/weixin-subscribe/src/sql/sql-step.js';
import { OFFICIAL } from '../../test/support/accounts.js';
import { costsOf } from '../../test/support/cost.js';
import { libraryParts } from '../../test/support/library-parts.js';
import { insertMany, numbered } from '../../test/support/many-rows.js';
import { type DatabaseKind, openDatabase } from '../../test/support/test-databases.js';
import { sweepsOf } from '../../test/support/upkeep.js';
import { LoopWatch } from '../broadcast/loop-watch.js';
import { LABELS, reachable } from '../support/databases.js';
import { machine } from '../support/machine.js';
import { atMost, goalTable, type Line, say } from '../support/report.js';

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '100000' },
    small: { type: 'string', default: '2000' },
    databases: { type: 'string' },
  },
});
const ROWS = Number(values.rows);
const SMALL = Number(values.small);
const DAY_MS = 86_400_000;
const SENDERS = 8;
const KEY = { appId: OFFICIAL.appId, templateId: OFFICIAL.templates[0] };
const CONTENT = { title: '提醒', content: { value: '上课' } };
const ms = (value: number) => `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
const counts = (n: number) => n.toLocaleString('en');

/** So many used grants and their messages, which ended at `at`. */
async function fill(
  dataSource: DataSource,
  kind: DatabaseKind,
  n: number,
  at: number,
  name: string,
): Promise<void> {
  const common = {
    app_id: `'${KEY.appId}'`,
    template_id: `'${KEY.templateId}'`,
    openid: numbered(kind, `${name}-p`),
    ...{ scene: '1', channel: "'one-time'" },
  };
  await insertMany(dataSource, kind, 'weixin_grant', n, {
    ...common,
    id: numbered(kind, `${name}-g`),
    ...{ source: numbered(kind, `${name}-s`), granted_at: '1', proof: "'bound'" },
  });
  await insertMany(dataSource, kind, 'weixin_message', n, {
    ...common,
    id: numbered(kind, `${name}-m`),
    ...{ status: "'sent'", content: "'{}'", content_digest: "''", accepted_at: '1' },
    ...{ settled_at: String(at), grant_id: numbered(kind, `${name}-g`) },
  });
  const analyze = kind === 'mysql' ? 'ANALYZE TABLE weixin_grant, weixin_message' : 'ANALYZE';
  await dataSource.query(analyze);
}

/**
 * A process with both retentions at one day; `longest`: its longest statement, or transaction, milliseconds.
 */
function processOn(dataSource: DataSource) {
  const parts = libraryParts(dataSource);
  const registry = sweepsOf(parts);
  const retention = {
    grantsDays: 1,
    messagesDays: 1,
    intentsDays: 1,
    auditDays: 1,
    pushEventsDays: 1,
    actionsDays: 1,
    cardsDays: 1,
  };
  new GrantUpkeep(registry.sweeps, parts.grants, retention);
  new MessageUpkeep(registry.sweeps, parts.messages, parts.grants, retention);
  const measured = { longest: 0 };
  const { sql } = parts;
  const timed = async <T>(work: Promise<T>, startedAt: number): Promise<T> => {
    const result = await work;
    measured.longest = Math.max(measured.longest, performance.now() - startedAt);
    return result;
  };
  const [all, atomically] = [sql.all.bind(sql), sql.atomically.bind(sql)];
  sql.all = <Row>(text: string, params: SqlValue[]) => {
    const startedAt = performance.now();
    return timed(all<Row>(text, params), startedAt);
  };
  sql.atomically = (steps) => {
    const startedAt = performance.now();
    return timed(atomically(steps), startedAt);
  };
  return { ...parts, ...registry, measured };
}

/** Sends, without a platform, until told to end. */
async function sends(
  dataSource: DataSource,
  isOver: () => boolean,
): Promise<{ made: number; failed: number }> {
  const { grants, messages } = libraryParts(dataSource);
  const told = { made: 0, failed: 0 };
  let next = 0;
  const sender = async () => {
    while (!isOver()) {
      const key = { ...KEY, scene: 2, openid: `beside-${++next}` };
      try {
        await grants.record({ ...key, source: `beside:${next}` });
        const message = await messages.accept({ ...key, channel: 'one-time', content: CONTENT });
        const sent = { outcome: 'sent', grant: 'spent', errcode: 0 } as const;
        if (typeof message === 'string' || !(await messages.settle(message, sent))) told.failed++;
        told.made++;
      } catch {
        told.failed++;
      }
      await nextTurn();
    }
  };
  await Promise.all(Array.from({ length: SENDERS }, sender));
  return told;
}

async function besideSends(kind: DatabaseKind): Promise<Line[]> {
  const { dataSource, close } = await openDatabase(kind);
  try {
    const one = processOn(dataSource);
    await fill(dataSource, kind, ROWS, one.clock.now() - DAY_MS - 1, 'old');
    let over = false;
    const sending = sends(dataSource, () => over);
    const watch = new LoopWatch();
    const startedAt = performance.now();
    await Promise.all([one.run('used-grant-retention'), one.run('message-retention')]);
    const seconds = (performance.now() - startedAt) / 1000;
    const { longest: stop, own } = watch.end();
    over = true;
    const { made, failed } = await sending;
    const what = `retention of ${counts(ROWS)} grants and ${counts(ROWS)} messages beside ${counts(made)} sends, ${seconds.toFixed(1)} s`;
    const line = { id: 'P1', where: LABELS[kind], beside: '–', ratio: '–' };
    const { longest } = one.measured;
    return [
      {
        ...line,
        what: `${what}: longest statement`,
        measured: ms(longest),
        goal: atMost(longest, 200, '200 ms'),
      },
      {
        ...line,
        what: 'longest stop of the event loop (the process alone)',
        measured: `${ms(stop)} (${own === undefined ? 'n/a' : ms(own)})`,
        goal: atMost(own ?? stop, 50, '50 ms'),
      },
      { ...line, what: 'failed sends', measured: String(failed), goal: atMost(failed, 0, '0') },
    ];
  } finally {
    await close();
  }
}

/** Rows that the look of each sweep examines when nothing is due. SQLite tells none. */
async function examined(kind: DatabaseKind, n: number): Promise<number | undefined> {
  const { dataSource, close } = await openDatabase(kind);
  try {
    const one = processOn(dataSource);
    await fill(dataSource, kind, n, one.clock.now(), 'new');
    const looks: SqlStep[] = [];
    const all = one.sql.all.bind(one.sql);
    one.sql.all = (sql, params) => {
      looks.push({ name: 'look', sql, params });
      return all(sql, params);
    };
    for (const task of ['grant-retention', 'used-grant-retention', 'message-retention', 'grant-expiry'])
      await one.run(task);
    const costs = await Promise.all(looks.map((look) => costsOf(dataSource, kind, look)));
    const rows = costs.map(([cost]) => cost.examined);
    return rows.includes(undefined) ? undefined : rows.reduce<number>((sum, of = 0) => sum + of, 0);
  } finally {
    await close();
  }
}

async function withNothingDue(kind: DatabaseKind): Promise<Line[]> {
  const [few, many] = [await examined(kind, SMALL), await examined(kind, SMALL * 100)];
  if (few === undefined || many === undefined) return [];
  return [
    {
      id: 'P2',
      what: `rows examined by the looks of three sweeps with nothing due at ${counts(SMALL * 100)} rows`,
      where: LABELS[kind],
      measured: String(many),
      beside: `${few} of ${counts(SMALL)} rows`,
      ratio: '–',
      goal: atMost(many, Math.max(4, 2 * few), '2×'),
    },
  ];
}

const lines: Line[] = [];
for (const kind of await reachable(values.databases)) {
  say(`${LABELS[kind]} …`);
  lines.push(...(await besideSends(kind)), ...(await withNothingDue(kind)));
}
process.stdout.write(`${machine()}\n\n${goalTable(lines)}\n`);
