import type { MessageRecord, WeixinAccountOptions } from 'nestjs-weixin-subscribe';
import { SAMPLES, WeixinSimulator } from 'weixin-simulator';
import type { BroadcastRecord } from '../../libs/weixin-subscribe/src/broadcast/broadcast.types.js';
import { Claims } from '../../libs/weixin-subscribe/src/broadcast/run/claims.js';
import { MessageBatchRepository } from '../../libs/weixin-subscribe/src/delivery/batches/message-batch.repository.js';
import type { Settlement } from '../../libs/weixin-subscribe/src/delivery/ledger/settlement.js';
import type { ClaimedGrant } from '../../libs/weixin-subscribe/src/grant/grant.types.js';
import { channelSimulatorAccounts, MINI_PROGRAM } from '../support/accounts.js';
import { broadcastsOf, workUntil } from '../support/broadcasts.js';
import { createTestApp, type TestApp } from '../support/create-test-app.js';
import { dispatch } from '../support/deferred.js';
import { countBy, emptyLedger, expectExactBatches } from '../support/ledger.js';
import { describeEachDatabase } from '../support/test-databases.js';

const { appId, appSecret } = MINI_PROGRAM;
const [ONCE] = MINI_PROGRAM.templates;
const templateId = SAMPLES.miniProgram.longTermTemplateId;
const SEND = '/cgi-bin/message/subscribe/send';
const LIST = '/wxaapi/newtmpl/gettemplate';
const account = (longTerm?: boolean): WeixinAccountOptions => ({
  ...{ appId, appSecret, kind: 'mini-program' },
  templates: [
    ONCE,
    longTerm === undefined ? templateId : { id: templateId, channel: 'mini-subscribe', longTerm },
  ],
});
const startSimulator = () =>
  WeixinSimulator.start({ port: 0, accounts: [channelSimulatorAccounts()[0]], people: ['xiaoming'] });

/** What a person does, at WeChat and in the ledger. */
class Person {
  private accepts = 0;
  constructor(
    private readonly simulator: WeixinSimulator,
    private readonly host: TestApp,
  ) {}

  get key() {
    return { appId, templateId, openid: this.simulator.openid('xiaoming', appId) };
  }

  async accept(): Promise<void> {
    this.simulator.requestSubscribeMessage({
      appId,
      person: 'xiaoming',
      answers: { [templateId]: 'accept' },
    });
    await this.host.grants.record({ ...this.key, source: `push:${this.host.clock.now()}:${++this.accepts}` });
  }

  send(more: object = {}, at = this.host): Promise<MessageRecord> {
    return at.subscribe.send({ ...this.key, data: DATA, ...more });
  }

  available(): Promise<number> {
    return this.host.grants.countAvailable(this.key);
  }

  received(): number {
    return this.simulator.inbox(this.key.openid).length;
  }
}

const DATA = { thing1: { value: '第一小学' }, date2: { value: '2026年11月21日' } };

describeEachDatabase('a long-term template', (kind) => {
  let simulator: WeixinSimulator;
  let host: TestApp;
  let person: Person;

  beforeAll(async () => {
    simulator = await startSimulator();
    const options = { accounts: [account(true)], broadcast: { ratePerSecond: 0 } };
    host = await createTestApp({ simulator, database: kind, options });
  });
  afterAll(async () => {
    await host?.close();
    await simulator?.close();
  });
  beforeEach(async () => {
    simulator.reset();
    simulator.setClock(host.clock.now());
    await emptyLedger(host.dataSource);
    person = new Person(simulator, host);
  });
  const grants = () => countBy(host.dataSource, 'weixin_grant');
  const messages = () => countBy(host.dataSource, 'weixin_message');
  const later = (ms: number) => {
    host.clock.advance(ms);
    simulator.setClock(host.clock.now());
  };

  it('is not used up by sends, also by many at once, and a second accept adds nothing', async () => {
    await person.accept();
    later(1000);
    await person.accept();
    expect([await person.available(), await grants()]).toEqual([1, { available: 1, renewed: 1 }]);
    const first = await person.send();
    expect(await host.subscribe.get(first.id)).toMatchObject({ status: 'sent', proof: 'bound' });
    await Promise.all(Array.from({ length: 10 }, () => person.send()));
    expect([await person.available(), person.received(), await messages()]).toEqual([1, 11, { sent: 11 }]);
    expect(await grants()).toEqual({ available: 1, renewed: 1 });
  });

  it('ends with 43101, and an accept after it holds again', async () => {
    await person.accept();
    simulator.switchTemplate({ appId, person: 'xiaoming', templateId, on: false });
    await expect(person.send()).rejects.toMatchObject({ errcode: 43101 });
    expect([await person.available(), await grants()]).toEqual([0, { void: 1 }]);
    await expect(person.send()).rejects.toMatchObject({ code: 'WEIXIN_NO_GRANT' });
    simulator.switchTemplate({ appId, person: 'xiaoming', templateId, on: true });
    later(1000);
    await person.accept();
    await person.send();
    expect(await person.available()).toBe(1);
  });

  it('ends with a rejection, and that of before does not end a later accept', async () => {
    await person.accept();
    const rejectedAt = host.clock.now();
    later(1000);
    await host.grants.voidGivenUntil(person.key, rejectedAt);
    expect([await person.available(), await grants()]).toEqual([0, { void: 1 }]);
    await person.accept();
    await host.grants.voidGivenUntil(person.key, rejectedAt);
    expect(await person.available()).toBe(1);
  });

  it('lets any number of deferred messages wait for one accept, and go', async () => {
    await person.accept();
    const notBefore = new Date(host.clock.now() + 60_000);
    for (let n = 0; n < 3; n++) await person.send({ notBefore });
    later(60_000);
    simulator.fault({ path: SEND, kind: 'errcode', errcode: 45009, times: 'forever' });
    await dispatch(host);
    simulator.clearFaults();
    expect(await messages()).toEqual({ waiting: 3 });
    await host.subscribe.resume(appId);
    await dispatch(host);
    expect([await messages(), person.received(), await person.available()]).toEqual([{ sent: 3 }, 3, 1]);
    await host.grants.voidGivenUntil(person.key, host.clock.now());
    await expect(person.send({ notBefore: new Date(host.clock.now() + 1000) })).rejects.toMatchObject({
      code: 'WEIXIN_NO_GRANT',
    });
  });

  describe('of which a broadcast is made', () => {
    const broadcasts = () => broadcastsOf(host);
    let people: { openid: string; accept: () => Promise<void>; received: () => number }[];

    beforeEach(async () => {
      people = Array.from({ length: 5 }, (_, index) => {
        const name = `person-${index}`;
        simulator.addPerson(name);
        const openid = simulator.openid(name, appId);
        let accepts = 0;
        return {
          openid,
          received: () => simulator.inbox(openid).length,
          accept: async () => {
            simulator.requestSubscribeMessage({ appId, person: name, answers: { [templateId]: 'accept' } });
            await host.grants.record({ appId, templateId, openid, source: `test:${name}:${++accepts}` });
          },
        };
      });
      for (const { accept } of people) await accept();
    });
    afterEach(() => expectExactBatches(host.dataSource));
    const start = (more: object = {}) => broadcasts().start({ appId, templateId, data: DATA, ...more });
    const received = () => people.map((one) => one.received());

    it('is not used up, and each gets one message of each broadcast', async () => {
      for (let n = 1; n <= 2; n++) {
        const { id } = await start();
        expect(await workUntil(host, id, 'finished')).toMatchObject({ total: 5, claimed: 5, sent: 5 });
        expect(received()).toEqual(Array(5).fill(n));
      }
      const listed = people.slice(0, 2).map(({ openid }) => openid);
      const { id } = await start({ recipients: [...listed, 'oNobody'] });
      expect(await workUntil(host, id, 'finished')).toMatchObject({ sent: 2, noGrant: 1 });
      expect(received()).toEqual([3, 3, 2, 2, 2]);
      expect([await grants(), await messages()]).toEqual([{ available: 5 }, { sent: 12 }]);
      const rows = await host.dataSource.query('SELECT grant_id, proof FROM weixin_message');
      expect(rows).toEqual(Array(12).fill({ grant_id: null, proof: 'bound' }));
    });

    it('ends for who refuses (43101), and stays where nobody knows or nothing was delivered', async () => {
      simulator.switchTemplate({ appId, person: 'person-0', templateId, on: false });
      const { id } = await start();
      expect(await workUntil(host, id, 'finished')).toMatchObject({ sent: 4, refused: 1 });
      expect(await grants()).toEqual({ available: 4, void: 1 });
      for (const errcode of [-1, 40037]) simulator.fault({ path: SEND, kind: 'errcode', errcode });
      const again = await start();
      await workUntil(host, again.id, 'finished', 'paused');
      expect(await grants()).toEqual({ available: 4, void: 1 });
      expect(people[0].received()).toBe(0);
    });

    it('keeps the answer of who accepts anew while the refusal is under way', async () => {
      const claims = host.app.get(Claims);
      const { id } = await start();
      const claimed = await claimOf(claims, id);
      later(1000);
      await people[0].accept();
      const [first] = claimed.filter(({ openid }) => openid === people[0].openid);
      await settle(claimed.map((one) => [one, one === first ? REFUSED : SENT]));
      expect(await grants()).toEqual({ available: 5, renewed: 1 });
      expect(await messages()).toEqual({ sent: 4, refused: 1 });
    });

    it('is left to a process that dies: what may be posted is unknown, the others get it once', async () => {
      const { id } = await start();
      const claimed = await claimOf(host.app.get(Claims), id, 2);
      expect(await grants()).toEqual({ available: 5 });
      // Nobody is held twice while they are in flight.
      expect(await claimOf(host.app.get(Claims), id, 2)).toEqual([]);
      later(3_600_000);
      expect(await workUntil(host, id, 'finished')).toMatchObject({ claimed: 5, sent: 3, unknown: 2 });
      const unclear = new Set(claimed.slice(0, 2).map(({ openid }) => openid));
      expect(people.map((one) => [one.received(), unclear.has(one.openid)])).toEqual(
        people.map(({ openid }) => (unclear.has(openid) ? [0, true] : [1, false])),
      );
      expect(await grants()).toEqual({ available: 5 });
    });

    const REFUSED = { outcome: 'refused', grant: 'void', errcode: 43101 } as const;
    const SENT = { outcome: 'sent', grant: 'spent', errcode: 0 } as const;

    async function claimOf(claims: Claims, id: string, posting = 5) {
      const broadcast = await broadcasts().get(id);
      const batch = await claims.next(
        { broadcast: broadcast as BroadcastRecord, owner: 'dies', exclusive: false, limit: 500, posting },
        {},
      );
      return typeof batch === 'string' ? [] : batch.claimed;
    }

    async function settle(ends: [ClaimedGrant, Settlement][]) {
      const acceptedAt = new Date(host.clock.now() - 1000);
      const written = await host.app.get(MessageBatchRepository).settleBatch(
        ends.map(([{ messageId, openid, scene, proof }, settlement]) => ({
          message: { id: messageId, broadcastId: 'any', appId, templateId, openid, scene, proof, acceptedAt },
          settlement,
        })),
      );
      expect(written).toEqual(ends.map(() => true));
    }
  });

  it('stays where nobody knows, or nothing was sent; and resolving gives nothing back', async () => {
    await person.accept();
    for (const errcode of [-1, 40037]) {
      simulator.fault({ path: SEND, kind: 'errcode', errcode });
      const { messageId, outcome } = await person.send().catch((error) => error);
      expect(await person.available()).toBe(1);
      if (outcome === 'unknown') await host.subscribe.resolve(messageId, 'not-sent');
    }
    expect([await person.available(), await grants()]).toEqual([1, { available: 1 }]);
  });
});

describe('whether a template is long-term', () => {
  it.each<[string, boolean | undefined, boolean]>([
    ["WeChat's list says so, before the first send", undefined, true],
    ['the options say so, whatever the list says', true, true],
    ['the options say no, whatever the list says', false, false],
  ])('%s', async (_how, configured, isLongTerm) => {
    const simulator = await startSimulator();
    const host = await createTestApp({ simulator, options: { accounts: [account(configured)] } });
    const person = new Person(simulator, host);
    await person.accept();
    await person.send();
    expect(await person.available()).toBe(isLongTerm ? 1 : 0);
    expect(host.grants.isLongTerm(person.key)).toBe(isLongTerm);
    expect(host.grants.isLongTerm({ ...person.key, templateId: ONCE })).toBe(false);
    await host.close();
    await simulator.close();
  });

  it('is not known while the list can not be read: the send goes out all the same, asked once', async () => {
    const simulator = await startSimulator();
    const host = await createTestApp({ simulator, options: { accounts: [account()] } });
    const person = new Person(simulator, host);
    await person.accept();
    simulator.fault({ path: LIST, kind: 'status', times: 'forever' });
    expect(await person.send()).toMatchObject({ status: 'sent' });
    expect(simulator.calls().filter(({ path }) => path === LIST)).toHaveLength(1);
    await host.close();
    await simulator.close();
  });

  it('is of two channels only, which the start says', async () => {
    const templates = [{ id: 'T', channel: 'mini-template' as const, longTerm: true }];
    await expect(createTestApp({ options: { accounts: [{ ...account(), templates }] } })).rejects.toThrow(
      'templates[0].longTerm" is for templates of channel mini-subscribe or service-notice',
    );
  });
});
