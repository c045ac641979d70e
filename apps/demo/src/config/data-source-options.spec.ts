import { databaseName, dataSourceOptions } from './data-source-options.js';

describe('DATABASE_URL', () => {
  it.each([
    ['sqlite:data/demo.sqlite', { type: 'better-sqlite3', database: 'data/demo.sqlite', enableWAL: true }],
    ['sqlite:/var/lib/demo.sqlite', { type: 'better-sqlite3', database: '/var/lib/demo.sqlite' }],
    ['sqlite:///var/lib/demo.sqlite', { type: 'better-sqlite3', database: '/var/lib/demo.sqlite' }],
    ['postgres://u@db/demo', { type: 'postgres', url: 'postgres://u@db/demo' }],
    ['postgresql://u@db/demo', { type: 'postgres' }],
    ['mysql://u@db/demo', { type: 'mysql', url: 'mysql://u@db/demo' }],
    ['mariadb://u@db/demo', { type: 'mariadb' }],
  ])('%s', (url, options) => {
    expect(dataSourceOptions(url)).toMatchObject(options);
  });

  it('is shown without user and password', () => {
    expect(databaseName('postgres://user:secret@db:5433/demo?sslpassword=secret')).toBe(
      'postgres://db:5433/demo',
    );
    expect(databaseName('sqlite:data/demo.sqlite')).toBe('SQLite data/demo.sqlite');
  });
});
