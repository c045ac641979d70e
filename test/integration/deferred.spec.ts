import { PersonalDataService } from 'nestjs-weixin-subscribe';
import request from 'supertest';
import { OFFICIAL, SERVICE_KEY } from '../support/accounts.js';
import { CaptureLogger } from '../support/capture-logger.js';
import { createTestApp, type TestApp } from '../support/create-test-app.js';
import {
  calls,
  defer,
  dispatch,
  fresh,
  from,
  give,
  HOUR,
  MINUTE,
  record,
  SEND,
} from '../support/deferred.js';
import { message, OFFICIAL_KEY } from '../support/flows.js';
import { countBy, countRows } from '../support/ledger.js';
import { describeEachDatabase } from '../support/test-databases.js';
import { until } from '../support/until.js';

const DAY = 24 * HOUR;

describeEachDatabase('a deferred message', (database) => {
  const logger = new CaptureLogger();
  let host: TestApp;
  beforeAll(async () => {
    host = await createTestApp({ database, logger });
  });
  afterAll(() => host?.close());
  beforeEach(() => fresh(host));

  const messages = () => countBy(host.dataSource, 'weixin_message');
  const grants = () => countBy(host.dataSource, 'weixin_grant');

  it('is accepted as waiting, goes at its time and not a millisecond before, once', async () => {
    const openid = await give(host, 1);
    const notBefore = from(host, 2 * HOUR);
    const accepted = await host.subscribe.send({ ...message(openid, 1), notBefore }, 'job');
    expect(accepted).toMatchObject({
      status: 'waiting',
      requestedBy: 'job',
      attempts: 0,
      notBefore,
      dueAt: notBefore,
    });
    expect(await host.subscribe.get(accepted.id)).toEqual({ ...accepted, requestedBy: 'job' });
    expect(await grants()).toEqual({ available: 1 });

    host.clock.advance(2 * HOUR - 1);
    await dispatch(host);
    expect(calls(host)).toBe(0);
    host.clock.advance(1);
    await dispatch(host);
    await dispatch(host);

    expect(host.simulator.inbox(openid)).toHaveLength(1);
    expect(await host.subscribe.get(accepted.id)).toMatchObject({
      status: 'sent',
      attempts: 1,
      errcode: 0,
      grantId: expect.any(String),
      settledAt: new Date(host.clock.now()),
      dueAt: undefined,
    });
    expect([await messages(), await grants()]).toEqual([{ sent: 1 }, { spent: 1 }]);
    expect(calls(host)).toBe(1);
  });

  it('says what a direct send says', async () => {
    const openid = await give(host, 1);
    await host.subscribe.send(message(openid, 1));
    await give(host, 1);
    await defer(host, openid, 1, 0);
    await dispatch(host);
    const [direct, deferred] = host.simulator.inbox(openid);
    const { title, content, url, scene, templateId } = direct;
    expect(deferred).toMatchObject({ title, content, url, scene, templateId });
  });

  it('ends as failed at its deadline, with the permission kept and without a call', async () => {
    const openid = await give(host, 1);
    const { id } = await defer(host, openid, 1, HOUR, { deadline: from(host, 2 * HOUR) });
    host.clock.advance(2 * HOUR);
    await dispatch(host);
    expect(await host.subscribe.get(id)).toMatchObject({
      status: 'failed',
      reason: 'its deadline passed',
      grantId: undefined,
    });
    expect(await grants()).toEqual({ available: 1 });
    expect(calls(host)).toBe(0);
  });

  it('still goes in the last millisecond before its deadline', async () => {
    const openid = await give(host, 1);
    const { id } = await defer(host, openid, 1, HOUR, { deadline: from(host, 2 * HOUR) });
    host.clock.advance(2 * HOUR - 1);
    await dispatch(host);
    expect(await host.subscribe.get(id)).toMatchObject({ status: 'sent' });
  });

  it('goes at once when it names a deadline only', async () => {
    const openid = await give(host, 1);
    const { id } = await host.subscribe.send({ ...message(openid, 1), deadline: from(host, MINUTE) });
    await dispatch(host);
    expect(await host.subscribe.get(id)).toMatchObject({ status: 'sent' });
  });

  it('is not accepted without a permission, nor beyond those promised to others of its key', async () => {
    const openid = await give(host, 1);
    const noGrant = { code: 'WEIXIN_NO_GRANT' };
    await expect(defer(host, openid, 2, HOUR)).rejects.toMatchObject(noGrant);
    await defer(host, openid, 1, HOUR);
    await expect(defer(host, openid, 1, HOUR)).rejects.toMatchObject(noGrant);
    expect(await messages()).toEqual({ waiting: 1 });
  });

  it('is not accepted for a permission that ends before its time', async () => {
    const { openid } = host.simulator.confirm({ appId: OFFICIAL.appId, person: 'xiaoming', scene: 1 });
    const expiresAt = from(host, HOUR);
    const source = 'expiring';
    await host.grants.record({ ...OFFICIAL_KEY, openid: String(openid), scene: 1, source, expiresAt });
    await expect(defer(host, String(openid), 1, HOUR)).rejects.toMatchObject({ code: 'WEIXIN_NO_GRANT' });
    await defer(host, String(openid), 1, HOUR - 1);
  });

  it('ends as failed when a direct send has taken the permission', async () => {
    const openid = await give(host, 1);
    const { id } = await defer(host, openid, 1, HOUR);
    await host.subscribe.send(message(openid, 1));
    host.clock.advance(HOUR);
    await dispatch(host);
    expect(await host.subscribe.get(id)).toMatchObject({
      status: 'failed',
      reason: 'no unused grant was left',
      attempts: 0,
    });
    expect([await messages(), await grants()]).toEqual([{ sent: 1, failed: 1 }, { spent: 1 }]);
    expect(calls(host)).toBe(1);
    // Nobody waits for a response: the log has to say it.
    expect(logger.lines).toContainEqual(
      expect.stringContaining(`message ${id}: failed, no unused grant was left`),
    );
  });

  it('takes the permission that a renewal left', async () => {
    const openid = await give(host, 1);
    const { id } = await defer(host, openid, 1, HOUR);
    await give(host, 1);
    host.clock.advance(HOUR);
    await dispatch(host);
    expect(await host.subscribe.get(id)).toMatchObject({ status: 'sent' });
    expect(await grants()).toEqual({ renewed: 1, spent: 1 });
  });

  it('can be cancelled while it waits, and not afterwards', async () => {
    const openid = await give(host, 1);
    const { id } = await defer(host, openid, 1, HOUR);
    expect(await host.subscribe.cancel(id)).toMatchObject({ status: 'failed', reason: 'cancelled' });
    const notWaiting = { code: 'WEIXIN_MESSAGE_NOT_WAITING', messageId: id };
    await expect(host.subscribe.cancel(id)).rejects.toMatchObject(notWaiting);
    host.clock.advance(HOUR);
    await dispatch(host);
    expect([calls(host), await grants()]).toEqual([0, { available: 1 }]);
    const sent = await host.subscribe.send(message(openid, 1));
    await expect(host.subscribe.cancel(sent.id)).rejects.toMatchObject({ message: /"sent", not "waiting"/ });
    await expect(host.subscribe.cancel('01939a5e-0000-7000-8000-000000000000')).rejects.toMatchObject({
      code: 'WEIXIN_MESSAGE_NOT_FOUND',
    });
  });

  it('ends with the person who is forgotten, and its row keeps nothing of them', async () => {
    const openid = await give(host, 1);
    const { id } = await defer(host, openid, 1, HOUR, { idempotencyKey: 'k' });
    await host.app.get(PersonalDataService).forget(OFFICIAL.appId, openid);
    const forgotten = await host.subscribe.get(id);
    expect(forgotten).toMatchObject({ status: 'failed', openid: '', content: undefined });
    host.clock.advance(HOUR);
    await dispatch(host);
    expect([calls(host), await host.subscribe.get(id)]).toEqual([0, forgotten]);
  });

  it('is one of those that are accepted: the account stays exact', async () => {
    const openid = await give(host, 1);
    for (let scene = 2; scene <= 6; scene++) await give(host, scene);
    await defer(host, openid, 1, HOUR);
    for (const scene of [2, 3]) await defer(host, openid, scene, 0);
    await host.subscribe.cancel((await defer(host, openid, 4, HOUR)).id);
    await dispatch(host);
    await host.subscribe.send(message(openid, 5));
    expect(await messages()).toEqual({ waiting: 1, sent: 3, failed: 1 });
    expect(await countRows(host.dataSource, 'weixin_message')).toBe(5);
  });

  describe('with an idempotency key', () => {
    const keyed = { idempotencyKey: 'class-1' };

    it('is accepted once, also when its time is named otherwise the second time', async () => {
      const openid = await give(host, 1);
      const first = await defer(host, openid, 1, HOUR, keyed);
      expect(await defer(host, openid, 1, HOUR, keyed)).toEqual({ ...first, requestedBy: undefined });
      expect((await defer(host, openid, 1, 2 * HOUR, keyed)).id).toBe(first.id);
      expect(await messages()).toEqual({ waiting: 1 });
    });

    it('is accepted once for 20 callers at once', async () => {
      const openid = await give(host, 1);
      const accepted = await Promise.all(
        Array.from({ length: 20 }, () => defer(host, openid, 1, HOUR, keyed)),
      );
      expect(new Set(accepted.map(({ id }) => id)).size).toBe(1);
      expect(await messages()).toEqual({ waiting: 1 });
    });

    it('tells a direct send with that key that it waits, and gives its outcome once it has gone', async () => {
      const openid = await give(host, 1);
      await give(host, 2);
      const { id } = await defer(host, openid, 1, HOUR, keyed);
      const direct = () => host.subscribe.send({ ...message(openid, 1), ...keyed });
      await expect(direct()).rejects.toMatchObject({ code: 'WEIXIN_MESSAGE_IN_FLIGHT', messageId: id });
      await expect(defer(host, openid, 2, HOUR, keyed)).rejects.toMatchObject({
        code: 'WEIXIN_IDEMPOTENCY_KEY_REUSED',
      });
      host.clock.advance(HOUR);
      await dispatch(host);
      expect(await direct()).toMatchObject({ id, status: 'sent' });
      expect(await defer(host, openid, 1, HOUR, keyed)).toMatchObject({ id, status: 'sent' });
      expect(calls(host)).toBe(1);
    });

    it('gives the outcome of the direct send that took the key', async () => {
      const openid = await give(host, 1);
      const { id } = await host.subscribe.send({ ...message(openid, 1), ...keyed });
      await give(host, 1);
      expect(await defer(host, openid, 1, HOUR, keyed)).toMatchObject({ id, status: 'sent' });
      expect(await messages()).toEqual({ sent: 1 });
    });

    it('throws its outcome to whoever comes with the key later', async () => {
      const openid = await give(host, 1);
      const { id } = await defer(host, openid, 1, HOUR, keyed);
      await host.subscribe.cancel(id);
      await expect(defer(host, openid, 1, HOUR, keyed)).rejects.toMatchObject({
        code: 'WEIXIN_MESSAGE_FAILED',
        messageId: id,
      });
    });
  });

  it.each<[string, (now: number) => object, string]>([
    ['notBefore a year ahead', (now) => ({ notBefore: new Date(now + 365 * DAY) }), 'notBefore'],
    ['notBefore without an offset', () => ({ notBefore: '2026-11-21T08:50:00' }), 'notBefore'],
    ['notBefore as a number', (now) => ({ notBefore: now }), 'notBefore'],
    ['notBefore that is no date', () => ({ notBefore: new Date('tomorrow') }), 'notBefore'],
    ['a day that there is not', () => ({ notBefore: '2026-11-40T08:50:00Z' }), 'notBefore'],
    ['a deadline now', (now) => ({ deadline: new Date(now) }), 'deadline'],
    [
      'a deadline that is notBefore',
      (now) => ({ notBefore: new Date(now + 5), deadline: new Date(now + 5) }),
      'deadline',
    ],
  ])('is refused with %s, and nothing is written', async (_what, more, field) => {
    const openid = await give(host, 1);
    const input = { ...message(openid, 1), ...more(host.clock.now()) };
    await expect(host.subscribe.send(input as never)).rejects.toMatchObject({
      code: 'WEIXIN_INVALID_INPUT',
      errors: [{ field, message: expect.stringContaining(field) }],
    });
    expect(await messages()).toEqual({});
  });

  it('may be named a moment that has passed, or one just less than a year ahead', async () => {
    const openid = await give(host, 1);
    await give(host, 2);
    await defer(host, openid, 1, -DAY);
    await defer(host, openid, 2, 365 * DAY - 1);
    await dispatch(host);
    expect(await messages()).toEqual({ sent: 1, waiting: 1 });
  });

  it('is refused at once for what a direct send is refused for', async () => {
    const openid = await give(host, 1);
    await expect(defer(host, openid, 1, HOUR, { appId: 'wx-nobody' })).rejects.toMatchObject({
      code: 'WEIXIN_UNKNOWN_ACCOUNT',
    });
    await expect(defer(host, openid, 1, HOUR, { title: 'x'.repeat(16) })).rejects.toMatchObject({
      code: 'WEIXIN_INVALID_INPUT',
    });
  });

  it('goes in the order of the moments that were named', async () => {
    const openid = await give(host, 1);
    for (const scene of [2, 3]) await give(host, scene);
    const one = await createTestApp({
      shared: { options: host.dataSource.options, drop: async () => undefined },
      simulator: host.simulator,
      options: { delivery: { concurrency: 1 } },
    });
    one.clock.advance(host.clock.now() - one.clock.now());
    await defer(one, openid, 1, 3000);
    await defer(one, openid, 2, 1000);
    await defer(one, openid, 3, 2000);
    for (let second = 0; second < 3; second++) {
      one.clock.advance(1000);
      await dispatch(one);
    }
    expect(one.simulator.inbox(openid).map(({ scene }) => Number(scene))).toEqual([2, 3, 1]);
    await one.close();
  });

  it('goes while many others wait beside it', async () => {
    const openid = await give(host, 1);
    for (let scene = 2; scene < 250; scene++) await record(host, openid, scene);
    for (let scene = 2; scene < 250; scene++) await defer(host, openid, scene, HOUR);
    const { id } = await defer(host, openid, 1, 1000);
    host.clock.advance(1000);
    await dispatch(host);
    expect(await host.subscribe.get(id)).toMatchObject({ status: 'sent' });
    expect(await messages()).toEqual({ sent: 1, waiting: 248 });
  });

  describe('at the endpoint', () => {
    const service = { Authorization: `Bearer ${SERVICE_KEY}` };
    const post = (path: string, body: object = {}) => request(host.url).post(path).set(service).send(body);

    it('is answered 202 with where to read of it, and can be cancelled', async () => {
      const openid = await give(host, 1);
      const body = {
        ...message(openid, 1),
        notBefore: '2026-11-21T08:50:00+08:00',
        deadline: '2026-11-21T09:00:00+08:00',
      };
      const accepted = await post('/weixin/messages', body);
      expect(accepted.status).toBe(202);
      expect(accepted.body).toMatchObject({
        status: 'waiting',
        notBefore: '2026-11-21T00:50:00.000Z',
        deadline: '2026-11-21T01:00:00.000Z',
        dueAt: '2026-11-21T00:50:00.000Z',
        requestedBy: 'courses',
      });
      const at = new URL(accepted.headers.location, `${host.url}/weixin/messages`);
      const read = await request(at.origin).get(at.pathname).set(service);
      expect([read.status, read.body]).toEqual([200, accepted.body]);
      const cancelled = await post(`${at.pathname}/cancel`);
      expect([cancelled.status, cancelled.body.status]).toEqual([200, 'failed']);
      const again = await post(`${at.pathname}/cancel`);
      expect([again.status, again.body.code]).toEqual([409, 'WEIXIN_MESSAGE_NOT_WAITING']);
    });

    it('lets nobody cancel without a key', async () => {
      const openid = await give(host, 1);
      const { id } = await defer(host, openid, 1, HOUR);
      expect((await request(host.url).post(`/weixin/messages/${id}/cancel`)).status).toBe(401);
      expect(await host.subscribe.get(id)).toMatchObject({ status: 'waiting' });
    });
  });

  describe('that sends once more what did not arrive', () => {
    const resend = (id: string) =>
      request(host.url).post(`/weixin/messages/${id}/resend`).set('Authorization', `Bearer ${SERVICE_KEY}`);
    const reached = (openid: string) => host.simulator.inbox(openid).length;
    /** Refused by WeChat, which surely delivered nothing; a minute ago. */
    async function failed(openid: string, more: object = {}): Promise<string> {
      host.simulator.fault({ path: SEND, kind: 'errcode', errcode: 45011 });
      const id = await host.subscribe
        .send({ ...message(openid, 1), ...more })
        .catch((error) => error.messageId);
      host.clock.advance(MINUTE);
      return id;
    }

    it('goes once, for a grant of its own, however many ask for it, and is in the audit log', async () => {
      const openid = await give(host, 1);
      const id = await failed(openid, { idempotencyKey: `lesson-${Math.random()}` });
      const answers = await Promise.all([resend(id), resend(id), resend(id)]);
      expect(answers.map(({ status }) => status)).toEqual([202, 202, 202]);
      const [{ body, headers }] = answers;
      expect(new Set(answers.map((one) => one.body.id))).toEqual(new Set([body.id]));
      expect([body.status, headers.location]).toEqual(['waiting', `messages/${body.id}`]);
      await dispatch(host);
      expect(await host.subscribe.get(body.id)).toMatchObject({
        status: 'sent',
        content: { title: '上课提醒' },
      });
      // What is made of it stays the answer.
      expect((await resend(id)).body).toMatchObject({ id: body.id, status: 'sent' });
      await dispatch(host);
      expect([reached(openid), await grants()]).toEqual([1, { spent: 1 }]);
      expect(await messages()).toEqual({ failed: 1, sent: 1 });
      const audit = await request(host.url)
        .get('/weixin/audit?action=messages.resend')
        .set('Authorization', `Bearer ${SERVICE_KEY}`);
      expect(audit.body.entries[0]).toMatchObject({ subject: id, status: 202 });
    });

    it('is refused for whatever may have arrived, and where something stands against it', async () => {
      const openid = await give(host, 1);
      const refuses = async (id: string, why: string, laterMessageId?: string) => {
        const { status, body } = await resend(id);
        expect([status, body]).toMatchObject([409, { code: 'WEIXIN_MESSAGE_NOT_RESENDABLE', messageId: id }]);
        expect([body.detail, body.laterMessageId]).toEqual([expect.stringContaining(why), laterMessageId]);
      };
      const waiting = await defer(host, openid, 1, HOUR);
      await refuses(waiting.id, 'still waits');
      await host.subscribe.cancel(waiting.id);

      host.simulator.fault({ path: SEND, kind: 'reset-before' });
      const unclear = await host.subscribe.send(message(openid, 1)).catch(({ messageId }) => messageId);
      await refuses(unclear, 'resolve it first');
      await host.subscribe.resolve(unclear, 'not-sent');
      host.clock.advance(MINUTE);

      const late = (await defer(host, openid, 1, 0, { title: '过时', deadline: from(host, MINUTE) })).id;
      host.clock.advance(HOUR);
      await dispatch(host);
      await refuses(late, 'its deadline has passed');

      const first = await failed(openid);
      const second = await failed(openid);
      await refuses(first, `message ${second} came later with the same content`, second);

      const { body } = await resend(second);
      await host.subscribe.cancel(body.id);
      host.clock.advance(MINUTE);
      await refuses(second, `sent again as message ${body.id}`, body.id);

      const sent = await host.subscribe.send(message(openid, 1));
      await refuses(sent.id, 'WeChat has accepted it');
      // The one that had failed last was overtaken by what the host has sent by itself.
      await refuses(body.id, `message ${sent.id} came later`, sent.id);
      expect(reached(openid)).toBe(1);
    });

    it('needs a grant that nobody else was promised, and a person who was not forgotten', async () => {
      const openid = await give(host, 1);
      const id = await failed(openid, { title: '没有授权' });
      await host.subscribe.send({ ...message(openid, 1), title: '另一条' });
      const refused = await resend(id);
      expect([refused.status, refused.body.code]).toEqual([409, 'WEIXIN_NO_GRANT']);
      await host.app.get(PersonalDataService).forget(OFFICIAL.appId, openid);
      expect((await resend(id)).body.detail).toContain('forgotten');
      expect((await resend('1')).body).toMatchObject({ errors: [{ field: 'id' }] });
      expect((await request(host.url).post(`/weixin/messages/${id}/resend`)).status).toBe(401);
      expect(await messages()).toEqual({ failed: 1, sent: 1 });
    });
  });
});

describeEachDatabase('a deferred message that is due', (database) => {
  it('goes without waiting for a beat where the background runs', async () => {
    const host = await createTestApp({ database, options: { schedule: { enabled: true } } });
    await Promise.all(['token-refresh', 'message-dispatch'].map((task) => host.tasks.run(task)));
    const openid = await give(host, 1);
    await defer(host, openid, 1, 0);
    await until(() => host.simulator.inbox(openid).length === 1, 'the message at WeChat');
    await host.close();
  });
});
