import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DataSource } from 'typeorm';
import { libraryAccounts, SECRETS } from '../support/accounts.js';
import { createDatabase, describeEachDatabase, withLibrary } from '../support/test-databases.js';
import { databaseUrl } from './demo.js';
import { Program } from './spawn.js';

const WEIXIN_ACCOUNTS = JSON.stringify(libraryAccounts());
const MAIN = 'apps/demo/src/main.ts';

describe('npm start', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'weixin-start-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const failing = async (variables: Record<string, string>) => {
    const program = Program.run(MAIN, [], variables);
    expect(await program.exit()).toBe(1);
    for (const secret of [...SECRETS, 'database-password']) expect(program.output).not.toContain(secret);
    expect(program.output).not.toMatch(/^ +at /m);
    return program.output;
  };

  it('says what is missing', async () => {
    expect(await failing({})).toMatch(/WEIXIN_ACCOUNTS must be set to a JSON list.*npm run demo/s);
  });

  it('names every variable that is wrong', async () => {
    const output = await failing({ WEIXIN_ACCOUNTS, PORT: 'x', REDIS_URL: ':database-password@h' });
    expect(output).toContain('PORT must be');
    expect(output).toContain('REDIS_URL must be redis://');
  });

  it.each([
    ['is away', 'postgres://u:database-password@127.0.0.1:1/x', /ECONNREFUSED/],
    ['is no address', 'mysql://u:database-password@bad host/x', /./],
    ['can not be written', 'sqlite:/dev/null/demo.sqlite', /EEXIST|ENOTDIR/],
  ])('says which variable it is when the database %s', async (_what, DATABASE_URL, cause) => {
    const output = await failing({ WEIXIN_ACCOUNTS, DATABASE_URL });
    expect(output).toMatch(/^DATABASE_URL names a database that can not be opened: /);
    expect(output).toMatch(cause);
  });

  it('says that the port is in use', async () => {
    const server = createServer();
    await new Promise<void>((listening) => server.listen(0, listening));
    const { port } = server.address() as { port: number };
    const DATABASE_URL = `sqlite:${join(folder, 'a.sqlite')}`;
    expect(await failing({ WEIXIN_ACCOUNTS, DATABASE_URL, PORT: String(port) })).toContain(
      `Port ${port} is in use`,
    );
    server.close();
  });

  it('makes the folder of the database', async () => {
    const file = join(folder, 'new', 'folder', 'demo.sqlite');
    const weixin = 'http://127.0.0.1:1';
    const variables = {
      WEIXIN_ACCOUNTS,
      DATABASE_URL: `sqlite:${file}`,
      PORT: '0',
      PUBLIC_BASE_URL: 'http://127.0.0.1',
    };
    const program = Program.run(MAIN, [], { ...variables, WEIXIN_API_BASE_URL: weixin });
    await program.printed('Class reminders');
    expect(existsSync(file)).toBe(true);
    await program.stop();
  });
});

describeEachDatabase('npm run migrate', (kind) => {
  it('brings an empty database up to date, once', async () => {
    const database = await createDatabase(kind);
    const { PATH, HOME } = process.env;
    const env = { PATH, HOME, DATABASE_URL: databaseUrl(database) };
    try {
      const run = async () => (await promisify(execFile)('npm', ['run', 'migrate'], { env })).stdout;
      expect(await run()).toContain('executed successfully');
      const dataSource = await new DataSource(withLibrary(database.options)).initialize();
      expect(await dataSource.showMigrations().finally(() => dataSource.destroy())).toBe(false);
      // What TypeORM prints then is the same on each: to compile all takes the command seconds.
      if (kind === 'sqlite') expect(await run()).toContain('No migrations are pending');
    } finally {
      await database.drop();
    }
  }, 120_000);
});
