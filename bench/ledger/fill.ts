import type { DataSource } from 'typeorm';
import { sceneKeyOf } from '../../libs/weixin-subscribe/src/grant/live-key.js';
import { OFFICIAL } from '../../test/support/accounts.js';
import { DIALECTS } from '../../test/support/dialects.js';
import type { DatabaseKind } from '../../test/support/test-databases.js';

export const KEY = { appId: OFFICIAL.appId, templateId: OFFICIAL.templates[0] };
const START = Date.UTC(2026, 0, 1);
const CHUNK = 100_000;
/**
 * An odd factor modulo a power of two scatters numbers, each to a place of its own: openids and digests come
 * in no order.
 */
const FACTOR = 2654435761n;
const MODULUS = 4294967296n;
const SCATTERED = `* ${FACTOR} % ${MODULUS}`;

/** How the databases say a sequence, hexadecimal digits and a joined text. */
const WORDS: Record<
  DatabaseKind,
  { numbers(from: number, to: number): string; hex(value: string): string; join: string[] }
> = {
  postgres: {
    numbers: (from, to) => `generate_series(${from}, ${to}) AS s(i)`,
    hex: (value) => `lpad(to_hex(${value}), 12, '0')`,
    join: ['', ' || ', ''],
  },
  mysql: {
    numbers: (from, to) => `(SELECT seq AS i FROM seq_${from}_to_${to}) AS s`,
    hex: (value) => `LPAD(LOWER(HEX(${value})), 12, '0')`,
    join: ['CONCAT(', ', ', ')'],
  },
  sqlite: {
    numbers: (from, to) =>
      `(WITH RECURSIVE s(i) AS (SELECT ${from} UNION ALL SELECT i + 1 FROM s WHERE i < ${to}) SELECT i FROM s) AS s`,
    hex: (value) => `printf('%012x', ${value})`,
    join: ['', ' || ', ''],
  },
};

export interface Grants {
  /** The first row's number; a ledger's parts must not overlap. */
  from: number;
  rows: number;
  /** The oldest so many are spent, the rest is available. */
  spent: number;
  scene: number;
}

/** The person of the n-th available grant of a part: spent grants of the same people are older. */
export function openidOf(n: number): string {
  const scattered = (BigInt(n) * FACTOR) % MODULUS;
  return `oBench_${scattered.toString(16).padStart(12, '0')}_wxs23456`;
}

/** Rows as the library writes them, made by the database itself. */
export async function fill(dataSource: DataSource, kind: DatabaseKind, grants: Grants): Promise<void> {
  const { from, rows } = grants;
  for (let start = from; start < from + rows; start += CHUNK) {
    const end = Math.min(start + CHUNK, from + rows) - 1;
    await dataSource.query(insert(kind, grants, start, end));
    await dataSource.query(
      `INSERT INTO weixin_live_grant (${FACTS}) SELECT ${FACTS} FROM weixin_grant WHERE ${live(kind, grants, start, end)}`,
    );
  }
}

function insert(
  kind: DatabaseKind,
  { from, rows, spent, scene }: Grants,
  start: number,
  end: number,
): string {
  const { numbers, hex, join } = WORDS[kind];
  const concat = (...parts: string[]) => `${join[0]}${parts.join(join[1])}${join[2]}`;
  const people = Math.max(1, rows - spent);
  // Available grants come last and belong to person 0, 1, 2 …
  const person = hex(`((i + ${people - ((from + spent) % people)}) % ${people}) ${SCATTERED}`);
  const digest = concat(hex(`i ${SCATTERED}`), "'_of_key_01'");
  const id = (start: string) => DIALECTS[kind].asId(concat(start, hex('i')));
  return `INSERT INTO weixin_grant (id, app_id, openid, template_id, scene, scene_key, channel, live_key, intent_id, proof, granted_at)
    SELECT ${id("'019b0000-0000-7000-8000-'")}, '${KEY.appId}', ${concat("'oBench_'", person, "'_wxs23456'")}, '${KEY.templateId}', ${scene},
      ${sceneKeyOf({ ...KEY, scene })}, 'one-time', ${digest}, ${id("'019b0000-0000-7000-9000-'")}, 'bound', ${START} + i
    FROM ${numbers(start, end)}`;
}

const FACTS = 'id, app_id, openid, template_id, scene, channel, proof, granted_at, expires_at';

/** Those of a chunk that are not spent. */
function live(kind: DatabaseKind, { from, spent }: Grants, start: number, end: number): string {
  const { hex, join } = WORDS[kind];
  const id = (n: number) =>
    DIALECTS[kind].asId(`${join[0]}'019b0000-0000-7000-8000-'${join[1]}${hex(String(n))}${join[2]}`);
  return `id BETWEEN ${id(Math.max(start, from + spent))} AND ${id(end)}`;
}

/**
 * What a database does for itself in time: statistics, and on PostgreSQL the marks of what is visible to all.
 */
export async function settleDown(dataSource: DataSource, kind: DatabaseKind): Promise<void> {
  const analyze = {
    postgres: 'VACUUM ANALYZE weixin_grant, weixin_live_grant',
    mysql: 'ANALYZE TABLE weixin_grant, weixin_live_grant',
    sqlite: 'ANALYZE',
  };
  await dataSource.query(analyze[kind]);
  if (kind === 'postgres') await dataSource.query('CHECKPOINT');
  if (kind === 'sqlite') await dataSource.query('PRAGMA wal_checkpoint(TRUNCATE)');
}
