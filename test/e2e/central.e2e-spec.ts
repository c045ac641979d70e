import request from 'supertest';
import type { WeixinSimulator } from 'weixin-simulator';
import { freePort } from '../../apps/demo/src/walkthrough/free-port.js';
import { OFFICIAL, SERVICE_KEY } from '../support/accounts.js';
import { startSimulator } from '../support/create-test-app.js';
import { createDatabase, type TestDatabase } from '../support/test-databases.js';
import { demoVariables } from './demo.js';
import { Program } from './spawn.js';

describe('a demo that is remote, beside one that is the central', () => {
  let simulator: WeixinSimulator;
  const databases: TestDatabase[] = [];
  const running: Program[] = [];
  const start = async (more: Record<string, string>, without: string[] = []) => {
    const port = await freePort(0, '127.0.0.1');
    databases.push(await createDatabase('sqlite'));
    const variables = demoVariables({
      port,
      weixinUrl: simulator.url,
      database: databases.at(-1) as TestDatabase,
    });
    const accounts = JSON.parse(String(variables.WEIXIN_ACCOUNTS));
    for (const account of accounts) for (const name of without) delete account[name];
    const program = Program.run('apps/demo/src/main.ts', [], {
      ...variables,
      WEIXIN_ACCOUNTS: JSON.stringify(accounts),
      ...more,
    });
    running.push(program);
    await program.printed('Class reminders');
    return `http://127.0.0.1:${port}`;
  };
  beforeAll(async () => {
    simulator = await startSimulator();
  });
  afterAll(async () => {
    await Promise.all(running.map((program) => program.stop('SIGKILL')));
    await simulator?.close();
    for (const database of databases) await database.drop();
  });

  it('gives the same token, mints none, and both are healthy', async () => {
    const central = await start({});
    const remote = await start(
      {
        WEIXIN_TOKEN_ROLE: 'remote',
        WEIXIN_CENTRAL_URL: `${central}/weixin`,
        WEIXIN_CENTRAL_KEY: SERVICE_KEY,
      },
      ['appSecret'],
    );
    const tokenOf = async (url: string) =>
      (
        await request(url)
          .get(`/weixin/token/${OFFICIAL.appId}`)
          .set('Authorization', `Bearer ${SERVICE_KEY}`)
          .expect(200)
      ).body.accessToken;
    expect(await tokenOf(remote)).toBe(await tokenOf(central));
    expect(simulator.counters().mints[`${OFFICIAL.appId}:token`]).toBe(1);
    for (const url of [central, remote]) {
      const service = { Authorization: `Bearer ${SERVICE_KEY}` };
      const { body } = await request(url).get('/health').set(service).expect(200);
      expect(body.details['weixin-token'].accounts[0]).toMatchObject({ appId: OFFICIAL.appId, live: true });
    }
  }, 120_000);
});
