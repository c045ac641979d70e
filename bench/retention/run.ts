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
import { numberedId } from '../../test/support/ids.js';
import { libraryParts } from '../../test/support/library-parts.js';
import { insertMany, numbered } from '../../test/support/many-rows.js';
import { type DatabaseKind, openDatabase } from '../../test/support/test-databases.js';
import { sweepsOf } from '../../test/support/upkeep.js';
import { LoopWatch } from '../broadcast/loop-watch.js';
import { connectOnce, cpuNs, LABELS, reachable, threadOf, waitedMs } from '../support/databases.js';
import { machine } from '../support/machine.js';
import { atMost, goalTable, type Line, say, table } from '../support/report.js';

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
/** So many messages of a broadcast end at one moment. */
const BATCH = 500;
const KEY = { appId: OFFICIAL.appId, templateId: OFFICIAL.templates[0] };
const CONTENT = { title: '提醒', content: { value: '上课' } };
const ms = (value: number) => `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
const counts = (n: number) => n.toLocaleString('en');

/** So many used grants and their messages, which ended before `at`, a batch in each millisecond. */
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
    id: numberedId(kind, `${name}-g`),
    ...{ source: numbered(kind, `${name}-s`), granted_at: '1', proof: "'bound'", scene_key: '1' },
  });
  const batch = kind === 'mysql' ? `i DIV ${BATCH}` : `i / ${BATCH}`;
  const settledAt = `${at - Math.ceil(n / BATCH)} + ${batch}`;
  await insertMany(dataSource, kind, 'weixin_message', n, {
    ...common,
    id: numberedId(kind, `${name}-m`),
    ...{ status: "'sent'", content: "'{}'", content_digest: "''", accepted_at: '1' },
    ...{ settled_at: settledAt, grant_id: numberedId(kind, `${name}-g`) },
  });
  const analyze = kind === 'mysql' ? 'ANALYZE TABLE weixin_grant, weixin_message' : 'ANALYZE';
  await dataSource.query(analyze);
}

/** The statements of one kind. */
interface Kind {
  n: number;
  /** As the caller waited, milliseconds. */
  longest: number;
  /** The same without the time that the thread which works for it, or this process, waited for a core. */
  own: number;
  /** The most that one took of that thread, milliseconds. */
  cpu: number;
}

/** What was waited for, by its name. */
class Waits {
  readonly kinds = new Map<string, Kind>();

  /** @param thread that of the server which works on it; none on SQLite */
  async time<T>(name: string, work: () => Promise<T>, thread: number | 'self' = 'self'): Promise<T> {
    const of = new Set<number | 'self'>([thread, 'self']);
    const waited = () => [...of].reduce<number>((sum, one) => sum + (waitedMs(one) ?? 0), 0);
    const cpu = () => (cpuNs(thread) ?? 0) / 1e6;
    const before = { at: performance.now(), waited: waited(), cpu: cpu() };
    const result = await work();
    const took = performance.now() - before.at;
    const kind = this.kinds.get(name) ?? { n: 0, longest: 0, own: 0, cpu: 0 };
    kind.n++;
    kind.longest = Math.max(kind.longest, took);
    kind.own = Math.max(kind.own, took - (waited() - before.waited));
    kind.cpu = Math.max(kind.cpu, cpu() - before.cpu);
    this.kinds.set(name, kind);
    return result;
  }
}

/** A read is told by its columns and its table. */
const nameOf = (sql: string) => `${sql.split(' FROM ')[0]} FROM ${/weixin_\w+/.exec(sql)?.[0]}`;

/**
 * A process with both retentions at one day.
 * @param thread the one that works for its only connection
 */
function processOn(dataSource: DataSource, waits = new Waits(), thread?: number) {
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
  const { sql } = parts;
  const [all, atomically] = [sql.all.bind(sql), sql.atomically.bind(sql)];
  sql.all = <Row>(text: string, params: SqlValue[]) =>
    waits.time(nameOf(text), () => all<Row>(text, params), thread);
  sql.atomically = (steps) => {
    const names = [...new Set(steps.map(({ name }) => name))].join(', ');
    return waits.time(names, () => atomically(steps), thread);
  };
  return { ...parts, ...registry };
}

/** Sends, without a platform, until told to end. */
async function sends(
  dataSource: DataSource,
  waits: Waits,
  isOver: () => boolean,
): Promise<{ made: number; failed: number }> {
  const { grants, messages } = libraryParts(dataSource);
  const told = { made: 0, failed: 0 };
  let next = 0;
  const sender = async () => {
    while (!isOver()) {
      const key = { ...KEY, scene: 2, openid: `beside-${++next}` };
      try {
        await waits.time('a confirm beside it', () =>
          grants.record({ ...key, source: `beside:${key.openid}` }),
        );
        const message = await waits.time('a claim beside it', () =>
          messages.accept({ ...key, channel: 'one-time', content: CONTENT }),
        );
        const sent = { outcome: 'sent', grant: 'spent', errcode: 0 } as const;
        const settled =
          typeof message !== 'string' &&
          (await waits.time('an end beside it', () => messages.settle(message, sent)));
        if (!settled) told.failed++;
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

async function besideSends(kind: DatabaseKind): Promise<{ lines: Line[]; kinds: (string | number)[][] }> {
  const { dataSource, connect, close } = await openWithConnections(kind);
  try {
    const waits = new Waits();
    const beside = new Waits();
    // Each sweep over a connection of its own, so that it is known which thread of the server works for it.
    const processes = await Promise.all(
      ['used-grant-retention', 'message-retention'].map(async (task) => {
        const own = await connect();
        return { task, ...processOn(own, waits, await threadOf(kind, own)) };
      }),
    );
    await fill(dataSource, kind, ROWS, processes[0].clock.now() - DAY_MS, 'old');
    let over = false;
    const sending = sends(dataSource, beside, () => over);
    const watch = new LoopWatch();
    const startedAt = performance.now();
    await Promise.all(processes.map(({ task, run }) => run(task)));
    const seconds = (performance.now() - startedAt) / 1000;
    const { longest: stop, own } = watch.end();
    over = true;
    const { made, failed } = await sending;
    const what = `retention of ${counts(ROWS)} grants and ${counts(ROWS)} messages beside ${counts(made)} sends, ${seconds.toFixed(1)} s`;
    const line = { id: 'P1', where: LABELS[kind], beside: '–', ratio: '–' };
    const [[slowest, longest]] = [...waits.kinds].sort(([, a], [, b]) => b.own - a.own);
    return {
      lines: [
        {
          ...line,
          what: `${what}: longest statement, “${slowest}” (without waits for a core)`,
          measured: `${ms(longest.longest)} (${ms(longest.own)})`,
          goal: atMost(longest.own, 200, '200 ms'),
        },
        {
          ...line,
          what: 'longest stop of the event loop (the process alone)',
          measured: `${ms(stop)} (${own === undefined ? 'n/a' : ms(own)})`,
          goal: atMost(own ?? stop, 50, '50 ms'),
        },
        { ...line, what: 'failed sends', measured: String(failed), goal: atMost(failed, 0, '0') },
      ],
      kinds: [
        ...[...waits.kinds].map(([name, of]) => [name, counts(of.n), ms(of.longest), ms(of.own), ms(of.cpu)]),
        ...[...beside.kinds].map(([name, of]) => [name, counts(of.n), ms(of.longest), ms(of.own), '–']),
      ].map((row) => [LABELS[kind], ...row]),
    };
  } finally {
    await close();
  }
}

/**
 * A database with our tables, and connections to it. Those of SQLite are one, as in a process there.
 */
async function openWithConnections(kind: DatabaseKind) {
  const { dataSource, close } = await openDatabase(kind);
  const connections: DataSource[] = [];
  return {
    dataSource,
    async connect() {
      if (kind === 'sqlite') return dataSource;
      const connection = await connectOnce(kind, dataSource);
      connections.push(connection);
      return connection;
    },
    async close() {
      for (const connection of connections) await connection.destroy();
      await close();
    },
  };
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
const kinds: (string | number)[][] = [];
for (const kind of await reachable(values.databases)) {
  say(`${LABELS[kind]} …`);
  const measured = await besideSends(kind);
  lines.push(...measured.lines, ...(await withNothingDue(kind)));
  kinds.push(...measured.kinds);
}
const byKind = table(
  ['where', 'statement or transaction', 'n', 'longest', 'without waits for a core', 'most CPU'],
  kinds,
);
process.stdout.write(`${machine()}\n\n${goalTable(lines)}\n\n${byKind}\n`);
