import request from 'supertest';
import type { WeixinSimulator } from 'weixin-simulator';
import { freePort } from '../../apps/demo/src/walkthrough/free-port.js';
import { OFFICIAL, SERVICE_KEY } from '../support/accounts.js';
import { startSimulator } from '../support/create-test-app.js';
import { createDatabase, describeEachDatabase, type TestDatabase } from '../support/test-databases.js';
import { demoVariables } from './demo.js';
import { Program } from './spawn.js';

const REPLICAS = 3;

describeEachDatabase('three processes that start together', (kind) => {
  let database: TestDatabase;
  let simulator: WeixinSimulator;
  const running: Program[] = [];
  const urls: string[] = [];

  beforeAll(async () => {
    simulator = await startSimulator();
    database = await createDatabase(kind);
    for (let replica = 0; replica < REPLICAS; replica++) {
      const port = await freePort(0, '127.0.0.1');
      const variables = demoVariables({ port, weixinUrl: simulator.url, database });
      running.push(Program.run('apps/demo/src/main.ts', [], variables));
      urls.push(`http://127.0.0.1:${port}`);
    }
    await Promise.all(running.map((program) => program.printed('Class reminders')));
  }, 120_000);

  afterAll(async () => {
    await Promise.all(running.map((program) => program.stop('SIGKILL')));
    await simulator?.close();
    await database?.drop();
  });

  it('migrate once, print one line each, and work on the same ledger', async () => {
    for (const { output } of running)
      expect(output.trim().split('\n')).toEqual([expect.stringMatching(/^上课提醒 .*\/docs/)]);
    const openid = simulator.openid('xiaoming', OFFICIAL.appId);
    const key = { appId: OFFICIAL.appId, templateId: OFFICIAL.templates[0], scene: 42 };

    const asked = await request(urls[0])
      .get('/weixin/authorize')
      .query({ ...key, returnTo: '/courses/42' });
    const { redirectTo } = simulator.tap(String(asked.headers.location), {
      answer: 'confirm',
      person: 'xiaoming',
    });
    const { pathname, search } = new URL(String(redirectTo));
    // Which replica a request meets is the load balancer's choice.
    await request(urls[1])
      .get(pathname + search)
      .set('Cookie', String(asked.headers['set-cookie']).split(';')[0])
      .expect(302);

    const message = { ...key, openid, title: '上课提醒', content: { value: '高等数学' } };
    const sends = urls.map((url) =>
      request(url).post('/weixin/messages').set('Authorization', `Bearer ${SERVICE_KEY}`).send(message),
    );
    const statuses = (await Promise.all(sends)).map(({ status }) => status);
    expect(statuses.sort()).toEqual([201, 409, 409]);
    expect(simulator.inbox(openid)).toHaveLength(1);
  });

  it('end on SIGTERM, without a complaint', async () => {
    const ends = await Promise.all(running.map((program) => program.stop()));
    expect(ends).toEqual(Array(REPLICAS).fill('SIGTERM'));
    for (const { output } of running) expect(output).not.toContain('ERROR');
  });
});
