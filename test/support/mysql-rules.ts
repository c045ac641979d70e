// What MariaDB accepts and MySQL (8.0 to 9.7) refuses, found in the text of a statement: .ci/run has MariaDB
// alone. It knows names and a few rules, not the grammar: other-servers of .github/workflows/ci.yml has the
// last word.
import mysql2 from 'mysql2';

/** One pair of parentheses, or what stands outside of all. */
interface Level {
  /** Its own words; each inner pair is `()`. */
  text: string;
  /** The word before its parenthesis, in upper case. */
  calledBy: string;
}

const LOCKS = /\bFOR (UPDATE|SHARE)\b|\bLOCK IN SHARE MODE\b/;

/** Functions, with their parenthesis. */
const FUNCTIONS = [
  // Gone since 9.6.
  ...['MD5', 'SHA', 'SHA1'],
  // Gone since 8.0.
  ...['PASSWORD', 'OLD_PASSWORD', 'ENCODE', 'DECODE', 'ENCRYPT', 'DES_ENCRYPT', 'DES_DECRYPT'],
  ...['JSON_EXISTS', 'JSON_QUERY', 'JSON_DETAILED', 'JSON_LOOSE', 'JSON_COMPACT', 'JSON_EQUALS'],
  ...[
    'JSON_NORMALIZE',
    'JSON_KEY_VALUE',
    'JSON_ARRAY_INTERSECT',
    'JSON_OBJECT_TO_ARRAY',
    'JSON_OBJECT_FILTER_KEYS',
  ],
  ...['COLUMN_CREATE', 'COLUMN_GET', 'COLUMN_JSON', 'NEXTVAL', 'LASTVAL', 'SETVAL'],
  ...['MEDIAN', 'PERCENTILE_CONT', 'PERCENTILE_DISC', 'TO_CHAR', 'CHR', 'NVL', 'NVL2', 'ADD_MONTHS'],
  ...['SFORMAT', 'NATURAL_SORT_KEY', 'CRC32C', 'VALUE'],
];

const REFUSED: [rule: string, pattern: RegExp][] = [
  ['a function that MySQL does not have', new RegExp(`\\b(${FUNCTIONS.join('|')})\\(\\)`)],
  ['SET STATEMENT, which is for MariaDB alone', /\bSET STATEMENT\b/],
  ['PERSISTENT FOR, which is for MariaDB alone', /\bPERSISTENT FOR\b/],
  ['a table of numbers, which MariaDB alone has', /\bSEQ_\d+_TO_\d+\b/],
  ['a sequence, which MariaDB alone has', /\b(NEXT|PREVIOUS) VALUE FOR\b/],
  ['OR REPLACE of what is no view', /\bCREATE OR REPLACE (?!VIEW|ALGORITHM|SQL|DEFINER)/],
  ['IF [NOT] EXISTS of a column or an index', /\b(COLUMN|INDEX|KEY|CONSTRAINT) IF (NOT )?EXISTS\b/],
  ['FETCH in place of LIMIT', /\bFETCH (FIRST|NEXT)\b/],
  ['ROWS EXAMINED', /\bROWS EXAMINED\b/],
  ['a lock that waits for so long', /\bFOR (UPDATE|SHARE) WAIT\b|\bLOCK IN SHARE MODE WAIT\b/],
  ['LOCK IN SHARE MODE with words behind it', /\bLOCK IN SHARE MODE (SKIP LOCKED|NOWAIT)\b/],
  ['what MySQL knows since 8.0.31', /\b(EXCEPT|INTERSECT)\b/],
];

/** What was refused in this test file: who asked may have taken the error for one of the server's. */
export const refusedSoFar = new Set<string>();

/**
 * From now on the driver refuses what MySQL would, whoever sends it from this process: the library's
 * executors, its migrations, TypeORM and the tests. Statements of one text are looked at once.
 */
export function watchMysql(): void {
  const { prototype } = (mysql2 as unknown as { Connection: { prototype: Driver } }).Connection;
  const { query } = prototype;
  const fine = new Set<string>();
  prototype.query = function (this: unknown, statement, ...more) {
    const sql = typeof statement === 'string' ? statement : statement.sql;
    if (!fine.has(sql)) {
      const reason = refusedByMysql(sql);
      if (reason) {
        const message = `MySQL would refuse ${reason}, in: ${sql}`;
        refusedSoFar.add(message);
        throw new Error(message);
      }
      fine.add(sql);
    }
    return query.call(this, statement, ...more);
  };
}

interface Driver {
  query(statement: string | { sql: string }, ...more: unknown[]): unknown;
}

/** Why MySQL would refuse this statement, as far as a look at its words can say; undefined: it would not. */
export function refusedByMysql(sql: string): string | undefined {
  for (const { text, calledBy } of levelsOf(asMysqlReads(sql))) {
    for (const [rule, pattern] of REFUSED) {
      const found = pattern.exec(text);
      if (found) return `${rule}: ${found[0]}`;
    }
    // MySQL has the word too, for the type of what it takes out of JSON.
    if (/\bRETURNING\b/.test(text) && calledBy !== 'JSON_VALUE') return 'RETURNING';
    const selects = text.split(/\bUNION\b/);
    if (selects.some((select) => /\bJSON_TABLE\(\)/.test(select) && LOCKS.test(select)))
      return 'a JSON_TABLE in a SELECT that locks rows (ER_DUPLICATE_TABLE_LOCK); see besideLocks';
  }
  return undefined;
}

/**
 * In upper case, with one blank between words, without texts and comments. What is a comment for MySQL alone
 * begins with an exclamation mark and an M; with the mark alone it is read.
 */
function asMysqlReads(sql: string): string {
  return sql
    .replace(
      /'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*"|`([^`]*)`|\/\*!\d*((?:[^*]|\*(?!\/))*)\*\/|\/\*(?:[^*]|\*(?!\/))*\*\/|(?:--\s|#).*/g,
      (found, name?: string, read?: string) => {
        if (name !== undefined) return `\`${name.replace(/\W/g, '_')}\``;
        if (read !== undefined) return ` ${read} `;
        return /^['"]/.test(found) ? "''" : ' ';
      },
    )
    .replace(/\s+/g, ' ')
    .replace(/ ?\( ?/g, '(')
    .toUpperCase();
}

function levelsOf(sql: string): Level[] {
  const done: Level[] = [];
  const open: Level[] = [];
  let level: Level = { text: '', calledBy: '' };
  for (const part of sql.split(/([()])/)) {
    if (part === '(') {
      open.push(level);
      level = { text: '', calledBy: /(\w+)$/.exec(level.text)?.[1] ?? '' };
    } else if (part === ')') {
      done.push(level);
      level = open.pop() ?? { text: '', calledBy: '' };
      level.text += '()';
    } else level.text += part;
  }
  return [...done, level, ...open];
}
