import request from 'supertest';
import { WeixinSimulator } from 'weixin-simulator';
import { miniProgram, SubscribeClient } from 'weixin-subscribe-client';
import {
  channelAccounts,
  channelSimulatorAccounts,
  libraryAccounts,
  MINI_PROGRAM,
  OFFICIAL,
  simulatorAccounts,
} from '../support/accounts.js';
import { createTestApp, type TestApp } from '../support/create-test-app.js';
import { emptyLedger } from '../support/ledger.js';
import { subjectFromHeaders } from '../support/people.js';
import { SimulatedMiniProgram } from '../support/simulated-mini-program.js';

const { appId } = MINI_PROGRAM;
const [templateId] = MINI_PROGRAM.templates;
const DATA = { thing1: { value: '高等数学' }, time2: { value: '2026年11月21日 08:50' } };
const SEND = '/cgi-bin/message/subscribe/send';

describe('the balance of a signed-in person', () => {
  let host: TestApp;
  let simulator: WeixinSimulator;
  let openid: string;
  let phone: SimulatedMiniProgram;

  beforeAll(async () => {
    simulator = await WeixinSimulator.start({
      port: 0,
      accounts: [...channelSimulatorAccounts(), ...simulatorAccounts()],
    });
    host = await createTestApp({
      simulator,
      options: {
        accounts: [...channelAccounts(), ...libraryAccounts()],
        authorization: { subject: subjectFromHeaders },
      },
    });
  });
  afterAll(async () => {
    await host?.close();
    await simulator?.close();
  });
  beforeEach(async () => {
    simulator.reset();
    await emptyLedger(host.dataSource);
    openid = simulator.openid('xiaoming', appId);
    phone = new SimulatedMiniProgram(simulator, { appId, person: 'xiaoming' });
  });

  const client = (headers: Record<string, string> = { 'x-user': 'u1', 'x-openid': openid }) =>
    new SubscribeClient({
      baseUrl: `${host.url}/weixin`,
      appId,
      frontEnd: miniProgram(phone),
      headers: () => headers,
      wait: async () => undefined,
    });
  const send = () => host.subscribe.send({ appId, templateId, openid, data: DATA });
  const get = (query: object, headers: Record<string, string>) =>
    request(host.url)
      .get(`/weixin/balance?${new URLSearchParams({ ...query })}`)
      .set(headers);

  it('tells the page when to ask again, with what became of the last message', async () => {
    const page = client();
    expect(await page.balance(templateId)).toEqual({ appId, templateId, available: 0, longTerm: false });
    phone.says({ [templateId]: 'accept' });
    await page.ask([templateId]);
    await page.ask([templateId]);
    expect(await page.balance(templateId)).toEqual({ appId, templateId, available: 2, longTerm: false });
    await send();
    const at = new Date(host.clock.now()).toISOString();
    expect(await page.balance(templateId)).toMatchObject({ available: 1, last: { outcome: 'sent', at } });
    host.clock.advance(1000);
    simulator.fault({ path: SEND, kind: 'errcode', errcode: 43101 });
    await expect(send()).rejects.toMatchObject({ errcode: 43101 });
    expect(await page.balance(templateId)).toMatchObject({ available: 0, last: { outcome: 'not-sent' } });
  });

  it.each<[string, string, () => Promise<unknown>]>([
    [
      'unknown',
      'unknown',
      async () => {
        simulator.fault({ path: SEND, kind: 'errcode', errcode: -1 });
        return send().catch(() => undefined);
      },
    ],
    [
      'pending',
      'one that waits',
      () =>
        host.subscribe.send({
          ...{ appId, templateId, openid, data: DATA },
          notBefore: new Date(host.clock.now() + 60_000),
        }),
    ],
  ])('says %s of %s', async (outcome, _what, act) => {
    phone.says({ [templateId]: 'accept' });
    await client().ask([templateId]);
    await act();
    expect((await client().balance(templateId)).last).toMatchObject({ outcome });
  });

  it('is never that of another person: the openid is the one that the host knows', async () => {
    phone.says({ [templateId]: 'accept' });
    await client().ask([templateId]);
    const stranger = { 'x-user': 'u2', 'x-openid': 'oSomebodyElse' };
    expect((await get({ appId, templateId }, stranger)).body).toEqual({
      appId,
      templateId,
      available: 0,
      longTerm: false,
    });
    // Naming one is no way round.
    const named = await get({ appId, templateId, openid }, stranger);
    expect([named.status, named.body.code]).toEqual([400, 'WEIXIN_INVALID_INPUT']);
    for (const nobody of [{}, { 'x-user': 'u1' }]) {
      const refused = await get({ appId, templateId }, nobody as Record<string, string>);
      expect([refused.status, refused.body.code]).toEqual([403, 'WEIXIN_OPENID_UNKNOWN']);
    }
    await expect(client({}).balance(templateId)).rejects.toMatchObject({ problem: { status: 403 } });
  });

  it('does not count what a stranger made up: the page would not ask', async () => {
    await host.grants.record({ appId, templateId, openid, source: 'made:up', proof: 'unproven' });
    expect(await client().balance(templateId)).toEqual({ appId, templateId, available: 0, longTerm: false });
  });

  it('keeps the scenes of one-time templates apart, and counts all without one', async () => {
    const oneTime = { appId: OFFICIAL.appId, templateId: OFFICIAL.templates[0] };
    const me = { 'x-user': 'u1', 'x-openid': 'oXiaoming' };
    for (const scene of [1, 2])
      await host.grants.record({ ...oneTime, openid: 'oXiaoming', scene, source: `one:${scene}` });
    const balanceAt = async (scene?: number) =>
      (await get({ ...oneTime, ...(scene !== undefined && { scene }) }, me)).body;
    expect(await balanceAt()).toEqual({ ...oneTime, available: 2, longTerm: false });
    expect(await balanceAt(2)).toEqual({ ...oneTime, scene: 2, available: 1, longTerm: false });
    expect(await balanceAt(3)).toEqual({ ...oneTime, scene: 3, available: 0, longTerm: false });
    const statuses = await Promise.all(
      [
        { ...oneTime, scene: 'x' },
        { ...oneTime, templateId: 'T' },
        { appId, templateId, scene: 4 },
      ].map(async (query) => (await get(query, me)).status),
    );
    expect(statuses).toEqual([400, 404, 400]);
    expect((await get(oneTime, me)).headers['cache-control']).toBe('no-store');
  });
});
