import { DatabaseError } from './database.error.js';
import type { Dialect } from './dialect.js';
import { MYSQL } from './dialect.mysql.js';
import { POSTGRES } from './dialect.postgres.js';
import { SQLITE } from './dialect.sqlite.js';
import { ServerCheck } from './server-check.js';
import type { SqlExecutor } from './sql-executor.js';

/** @param refusal of everything but the question which version it is */
function checkOn(dialect: Dialect, version: string, refusal?: DatabaseError) {
  const asked: string[] = [];
  const all = async (sql: string) => {
    asked.push(sql);
    if (sql.includes('VERSION()')) return [{ version }];
    if (refusal) throw refusal;
    return [];
  };
  return { asked, check: new ServerCheck({ dialect, all } as unknown as SqlExecutor) };
}

const SYNTAX = new DatabaseError('the database refused a statement (ER_PARSE_ERROR)', false);

describe('ServerCheck', () => {
  it.each([
    ['5.7.44-log', MYSQL, /\(5\.7\.44-log\); they need MySQL 8\.0 or MariaDB 10\.6/],
    ['PostgreSQL 11.22', POSTGRES, /\(PostgreSQL 11\.22\); they need PostgreSQL 13/],
  ])('refuses one that does not understand our statements: %s', async (version, dialect, message) => {
    const { check } = checkOn(dialect, version, SYNTAX);
    await expect(check.onModuleInit()).rejects.toMatchObject({
      code: 'WEIXIN_INVALID_OPTIONS',
      problems: [{ option: 'dataSource', message: expect.stringMatching(message) }],
    });
  });

  it('neither takes one that is away for an old one, nor stops the start for it', async () => {
    const away = new DatabaseError('the database is not available (ECONNREFUSED)', true);
    await expect(checkOn(MYSQL, '', away).check.onModuleInit()).resolves.toBeUndefined();
  });

  it('asks once, and nothing of the SQLite that the driver brings along', async () => {
    for (const [dialect, times] of [
      [POSTGRES, 1],
      [SQLITE, 0],
    ] as const) {
      const { asked, check } = checkOn(dialect, '');
      await check.onModuleInit();
      expect(asked).toHaveLength(times);
    }
  });
});
