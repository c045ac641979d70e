import { Injectable, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import {
  type BroadcastRecipient,
  BroadcastRenderer,
  FormIdService,
  InvalidInputError,
  type MessageContent,
  OnWeixinEvent,
  PushEventService,
  type RendersBroadcast,
  SubscribeService,
} from 'nestjs-weixin-subscribe';
import request from 'supertest';
import { MINI_PROGRAM, SERVICE_KEY } from '../support/accounts.js';
import { broadcastsOf, SEND_PATH, TEXT, toScene, workUntil } from '../support/broadcasts.js';
import { createTestApp, type TestApp } from '../support/create-test-app.js';
import { confirmAll, crowd } from '../support/crowd.js';
import { message, OFFICIAL_KEY } from '../support/flows.js';
import { emptyLedger } from '../support/ledger.js';
import { push, pushAccounts, sentXml } from '../support/pushes.js';
import { describeEachDatabase } from '../support/test-databases.js';

/** What PostgreSQL refuses, what has no UTF-8 form, and what turns a text around. */
const DIRTY = 'a\0b\ud83dc\u202ed\u001b[31m';
const CLEAN = 'a\\u0000b\\ud83dc\\u202ed\\u001b[31m';
const FILLED = { title: '上课提醒', content: { value: '{{name}} 同学 8:50 上课' } };

@Injectable()
@BroadcastRenderer('dirty')
class Dirty implements RendersBroadcast {
  render(): MessageContent[] {
    throw new Error(DIRTY);
  }
}

@Injectable()
class Listener {
  calls = 0;

  @OnWeixinEvent('*')
  hear(): void {
    this.calls++;
    throw new Error(DIRTY);
  }
}

@Module({ imports: [DiscoveryModule], providers: [Dirty, Listener] })
class HostModule {}

describeEachDatabase('text of anybody', (kind) => {
  let host: TestApp;
  beforeAll(async () => {
    host = await createTestApp({
      database: kind,
      imports: [HostModule],
      options: {
        accounts: pushAccounts(),
        authorization: { subject: () => 'person\0' },
        broadcast: { ratePerSecond: 0 },
      },
    });
  });
  afterAll(() => host?.close());
  beforeEach(async () => {
    await emptyLedger(host.dataSource);
    host.simulator.reset();
  });

  const service = () => broadcastsOf(host);
  const rowsOf = (id: string): Promise<{ openid: string; status: string; reason: string | null }[]> =>
    host.dataSource.query(
      `SELECT openid, status, reason FROM weixin_broadcast_recipient WHERE broadcast_id = '${id}' ORDER BY openid`,
    );
  const people = (n: number) => Array.from({ length: n }, (_, at) => `o${String(at).padStart(5, '0')}`);

  describe('that is only recorded', () => {
    it('does not keep a broadcast from being paused and cancelled: its reason is made recordable', async () => {
      const [openid] = crowd(host, 1);
      await confirmAll(host, [{ openid, scene: 7 }]);
      const { id } = await service().start(toScene(7));
      for (const action of ['pause', 'cancel']) {
        const { status, body } = await request(host.url)
          .post(`/weixin/broadcasts/${id}/${action}`)
          .set('Authorization', `Bearer ${SERVICE_KEY}`)
          .send({ reason: DIRTY });
        expect([status, body.reason]).toEqual([200, CLEAN]);
      }
      expect((await service().events(id)).slice(-2)).toMatchObject([
        { action: 'paused', reason: CLEAN },
        { action: 'cancelled', reason: CLEAN },
      ]);
    });

    it('does not keep a broadcast from a pause of its own, when a renderer throws it', async () => {
      const [openid] = crowd(host, 1);
      await confirmAll(host, [{ openid, scene: 7 }]);
      const { id } = await service().start({ ...OFFICIAL_KEY, scene: 7, renderer: 'dirty' });
      await workUntil(host, id, 'paused');
      expect((await service().get(id)).reason).toContain(CLEAN);
    });

    it('is who asked, of whatever length', async () => {
      const [openid] = crowd(host, 1);
      await confirmAll(host, [{ openid, scene: 7 }]);
      const requestedBy = `${DIRTY}${'😀'.repeat(100)}`;
      const { id } = await service().start(toScene(7), { requestedBy });
      await service().cancel(id, { requestedBy });
      for (const event of await service().events(id)) {
        expect([...(event.requestedBy ?? '')]).toHaveLength(64);
        expect(event.requestedBy?.startsWith(CLEAN)).toBe(true);
      }
      const record = await host.app.get(SubscribeService).send(message(openid, 7), { requestedBy });
      expect(record.requestedBy?.startsWith(CLEAN)).toBe(true);
    });

    it('is what WeChat answered', async () => {
      const [openid] = crowd(host, 1);
      await confirmAll(host, [{ openid, scene: 7 }]);
      host.simulator.fault({ kind: 'errcode', errcode: 45002, errmsg: DIRTY, openid, path: SEND_PATH });
      await expect(host.subscribe.send(message(openid, 7))).rejects.toMatchObject({ errcode: 45002 });
      const [row] = await host.dataSource.query('SELECT status, errmsg FROM weixin_message');
      expect(row.status).toBe('failed');
      expect(row.errmsg.startsWith(CLEAN)).toBe(true);
    });

    it('is what a listener throws, and the event ends for that reason and no other', async () => {
      const listener = host.app.get(Listener);
      listener.calls = 0;
      await push(host, sentXml());
      for (let attempt = 1; attempt <= 5; attempt++) {
        await host.tasks.run('push-events');
        expect(listener.calls).toBe(attempt);
        host.clock.advance(600_000);
      }
      await host.tasks.run('push-events');
      expect(await host.app.get(PushEventService).list()).toMatchObject([
        { status: 'failed', attempts: 5, reason: expect.stringContaining(CLEAN) },
      ]);
      expect(listener.calls).toBe(5);
    });
  });

  describe('that goes out', () => {
    it('makes the rows of a list that hold it invalid, and all others are taken in', async () => {
      const openids = people(1200);
      const dirty: Record<number, [fields: Record<string, string>, reason: string]> = {
        100: [
          { name: '王', 'na\0me': 'x' },
          'the name of field "na\\u0000me" must not hold U+0000 as character 3',
        ],
        650: [{ name: '王\0' }, 'field "name" must be text that people read, got U+0000 as character 2'],
        700: [
          { name: 'a\ud83d' },
          'field "name" must be text that people read, got U+D83D (half an emoji) as character 2',
        ],
        900: [{ name: '\u202e王' }, 'field "name" must be text that people read, got U+202E as character 1'],
        1100: [
          { name: '王', '\u202eeman': 'x' },
          'the name of field "\\u202eeman" must not hold U+202E as character 1',
        ],
        1199: [
          { name: '😀'.repeat(1001) },
          'field "name" must be a number or text of at most 1000 characters',
        ],
      };
      const rows = openids.map(
        (openid, at): BroadcastRecipient => ({ openid, fields: dirty[at]?.[0] ?? { name: `王${at}` } }),
      );
      const { id } = await service().draft({ ...OFFICIAL_KEY, ...FILLED });
      const lines = rows.map((row) => JSON.stringify(row)).join('\n');
      const { status, body } = await request(host.url)
        .post(`/weixin/broadcasts/${id}/recipients`)
        .set('Authorization', `Bearer ${SERVICE_KEY}`)
        .type('application/x-ndjson')
        .send(lines);
      expect([status, body.recipients, body.invalid]).toEqual([200, 1194, 6]);
      const invalid = (await rowsOf(id)).filter((row) => row.status === 'invalid');
      expect(invalid.map(({ openid, reason }) => [openid, reason])).toEqual(
        Object.entries(dirty).map(([at, [, reason]]) => [openids[Number(at)], reason]),
      );
    });

    it('is refused in the text of a broadcast, with the field', async () => {
      await expect(service().start(toScene(7, { title: '课\u202e' }))).rejects.toThrow(
        'title must be text of 1 to 2000 characters (Unicode code points), got U+202E as character 2',
      );
      await expect(service().start(toScene(7, { ...TEXT, content: { value: 'a\0' } }))).rejects.toThrow(
        'content.value must be text of 1 to 2000 characters (Unicode code points), got U+0000 as character 2',
      );
    });
  });

  describe('that tells one thing from another', () => {
    it.each([
      ['subject', { subject: 'person\0' }],
      ['subject', { subject: 'person\ud83d' }],
      ['source', { source: 'form\0' }],
      ['source', { source: '\u202eform' }],
      ['openid', { openid: 'o\0' }],
    ])('is refused, with its field: %s of a grant (%#)', async (field, more) => {
      const grant = { ...OFFICIAL_KEY, openid: 'o1', scene: 1, source: 'form', ...more };
      await expect(host.grants.record(grant)).rejects.toMatchObject({
        constructor: InvalidInputError,
        errors: [{ field, message: expect.stringContaining(field) }],
      });
      expect(await host.dataSource.query('SELECT id FROM weixin_grant')).toEqual([]);
    });

    it('is refused as the subject of a form, and as the one that a host takes from a request', async () => {
      const form = { appId: MINI_PROGRAM.appId, openid: 'o1', formId: 'f', subject: 'person\0' };
      await expect(host.app.get(FormIdService).record(form)).rejects.toThrow(
        'subject must be text of 1 to 128',
      );
      const { status, body } = await request(host.url)
        .get('/weixin/authorize')
        .query({ ...OFFICIAL_KEY, scene: 1, returnTo: '/' });
      expect([status, body.errors]).toEqual([
        400,
        [{ field: 'subject', message: expect.stringContaining('got U+0000 as character 7') }],
      ]);
      expect(await host.dataSource.query('SELECT id FROM weixin_intent')).toEqual([]);
    });

    it.each(['purpose', 'renderer', 'idempotencyKey'])(
      'is refused as the %s of a broadcast',
      async (field) => {
        const { scene, ...input } = toScene(7, { [field]: 'a\u202e' });
        const given = field === 'purpose' ? input : { ...input, scene };
        await expect(service().start(given)).rejects.toMatchObject({
          errors: expect.arrayContaining([expect.objectContaining({ field })]),
        });
      },
    );
  });

  describe('that is long in bytes', () => {
    /** Fifty fields of a thousand characters are within their limits; as JSON they may have 150 KB. */
    const fields = (n: number, length = 1000, character = '课') =>
      Object.fromEntries(Array.from({ length: n }, (_, at) => [`f${at}`, character.repeat(length)]));

    it('makes its row invalid, and the rest of the list is taken in', async () => {
      const { id } = await service().draft({ ...OFFICIAL_KEY, ...TEXT });
      const [first, second, third, last] = people(4);
      await service().addRecipients(id, [
        { openid: first, fields: fields(21) },
        { openid: second, fields: fields(25) },
        { openid: third, fields: fields(17, 1000, '😀') },
        { openid: last, fields: { name: '王' } },
      ]);
      expect(await rowsOf(id)).toEqual([
        { openid: first, status: 'pending', reason: null },
        {
          openid: second,
          status: 'invalid',
          reason: 'fields must take at most 65535 bytes as JSON in UTF-8, got 75216',
        },
        { openid: third, status: 'invalid', reason: expect.stringContaining('got 68') },
        { openid: last, status: 'pending', reason: null },
      ]);
      expect(await service().get(id)).toMatchObject({ recipients: 2, invalid: 2 });
    });

    it('is taken in by statements of a bounded size, however long each row is', async () => {
      const { id } = await service().draft({ ...OFFICIAL_KEY, ...TEXT });
      const large = fields(21);
      // 25 MB: more than MariaDB takes as one packet.
      await service().addRecipients(
        id,
        people(400).map((openid) => ({ openid, fields: large })),
      );
      expect(await service().get(id)).toMatchObject({ recipients: 400, invalid: 0, duplicates: 0 });
    });
  });
});
