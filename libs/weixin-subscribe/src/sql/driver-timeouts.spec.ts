import { withTimeouts } from './driver-timeouts.js';

describe('withTimeouts', () => {
  it('bounds connecting and queries on PostgreSQL', () => {
    expect(withTimeouts({ type: 'postgres', url: 'postgres://h/d' })).toEqual({
      type: 'postgres',
      url: 'postgres://h/d',
      connectTimeoutMS: 10_000,
      extra: { query_timeout: 30_000 },
    });
  });

  it.each(['mysql', 'mariadb'] as const)('bounds connecting on %s', (type) => {
    expect(withTimeouts({ type, url: 'mysql://h/d' })).toEqual({
      type,
      url: 'mysql://h/d',
      connectTimeout: 10_000,
    });
  });

  it('leaves what the host chose', () => {
    const postgres = {
      type: 'postgres' as const,
      connectTimeoutMS: 500,
      extra: { query_timeout: 0, max: 5 },
    };
    expect(withTimeouts(postgres)).toEqual(postgres);
    const mysql = { type: 'mysql' as const, connectTimeout: 500 };
    expect(withTimeouts(mysql)).toEqual(mysql);
  });

  it('fills in beside other options of the driver', () => {
    expect(withTimeouts({ type: 'postgres', connectTimeoutMS: undefined, extra: { max: 5 } })).toMatchObject({
      connectTimeoutMS: 10_000,
      extra: { max: 5, query_timeout: 30_000 },
    });
  });

  it('has nothing to bound on SQLite, which is a file', () => {
    const sqlite = { type: 'better-sqlite3' as const, database: ':memory:' };
    expect(withTimeouts(sqlite)).toEqual(sqlite);
  });
});
