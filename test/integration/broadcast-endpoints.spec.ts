import { finalize } from 'rxjs';
import request from 'supertest';
import { BroadcastProgressService } from '../../libs/weixin-subscribe/src/broadcast/progress.service.js';
import { MOBILE, OFFICIAL, SERVICE_KEY } from '../support/accounts.js';
import { broadcastsOf, SEND_PATH, TEXT, toScene, workUntil } from '../support/broadcasts.js';
import { ADAPTERS, createTestApp, type TestApp } from '../support/create-test-app.js';
import { confirmAll, crowd } from '../support/crowd.js';
import { OFFICIAL_KEY } from '../support/flows.js';
import { inPieces, postPieces } from '../support/http-pieces.js';
import { countRows, emptyLedger } from '../support/ledger.js';
import { expectRefusal } from '../support/refusals.js';
import { EventReader } from '../support/sse.js';
import { until } from '../support/until.js';

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const NOWHERE = '01900000-0000-7000-8000-000000000000';
const STRANGER_KEY = 'the-service-key-of-a-stranger';
const bearer = (key = SERVICE_KEY) => ({ Authorization: `Bearer ${key}` });
const ndjson = { ...bearer(), 'Content-Type': 'application/x-ndjson' };

describe.each(ADAPTERS)('the endpoints of broadcasts on %s', (adapter) => {
  let host: TestApp;
  let openids: string[];
  beforeAll(async () => {
    host = await createTestApp({
      adapter,
      options: {
        broadcast: { ratePerSecond: 0 },
        serviceKeys: { courses: SERVICE_KEY, stranger: { keys: STRANGER_KEY, accounts: [MOBILE.appId] } },
      },
    });
  });
  afterAll(() => host?.close());
  beforeEach(async () => {
    await emptyLedger(host.dataSource);
    host.simulator.reset();
    openids = crowd(host, 12);
  });
  afterEach(() => jest.restoreAllMocks());

  const get = (path: string, query: object = {}, headers: object = bearer()) =>
    request(host.url)
      .get(`/weixin/broadcasts${path}`)
      .query(query)
      .set(headers as Record<string, string>);
  const post = (path: string, body?: object, headers: object = bearer()) =>
    request(host.url)
      .post(`/weixin/broadcasts${path}`)
      .set(headers as Record<string, string>)
      .send(body);
  const pieces = (id: string, body: Iterable<Uint8Array>, headers: Record<string, string> = ndjson) =>
    postPieces(`${host.url}/weixin/broadcasts/${id}/recipients`, headers, body);
  const lines = (...rows: unknown[]) => [Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(''))];
  const everybody = (people = openids) =>
    confirmAll(
      host,
      people.map((openid) => ({ openid, scene: 7 })),
    );
  const draft = async (more: object = {}): Promise<string> => {
    const { status, body } = await post('', { ...OFFICIAL_KEY, ...TEXT, draft: true, ...more });
    expect([status, body.status]).toEqual([201, 'draft']);
    return body.id;
  };
  const statusOf = async (id: string) => (await get(`/${id}`)).body.status;
  const calls = () => host.simulator.counters().calls[SEND_PATH] ?? 0;
  const problem = (body: object, status: number, code: string) =>
    expect(body).toMatchObject({ status, code, title: expect.any(String), detail: expect.any(String) });

  describe('start', () => {
    it('to a scene: tells where it stands, at once and at its end', async () => {
      await everybody();
      const started = await post('', toScene(7, { rate: 100_000, idempotencyKey: 'monday' }));
      const now = new Date(host.clock.now()).toISOString();
      expect(started.status).toBe(201);
      expect(started.body).toEqual({
        id: expect.stringMatching(UUID_V7),
        ...OFFICIAL_KEY,
        ...TEXT,
        ...{ channel: 'one-time', audience: 'scene', scene: 7, status: 'running' },
        ...{ idempotencyKey: 'monday', requestedBy: 'courses', rate: 100_000, total: 12 },
        ...{ recipients: 0, invalid: 0, duplicates: 0, noGrant: 0, createdAt: now, startedAt: now },
        progress: {
          id: started.body.id,
          ...{ status: 'running', total: 12, claimed: 0, inFlight: 0, remaining: 12, rate: 0 },
          ...{ sent: 0, refused: 0, failed: 0, unknown: 0, noGrant: 0, invalid: 0, duplicates: 0 },
          unproven: { claimed: 0, sent: 0, refused: 0, failed: 0, unknown: 0 },
        },
      });
      expect((await post('', toScene(7, { rate: 100_000, idempotencyKey: 'monday' }))).body.id).toBe(
        started.body.id,
      );
      host.clock.advance(1000);
      await workUntil(host, started.body.id, 'finished');
      const { status, body } = await get(`/${started.body.id}`);
      expect([status, body.endedAt]).toEqual([200, new Date(host.clock.now()).toISOString()]);
      expect(body.progress).toMatchObject({ status: 'finished', sent: 12, remaining: 0 });
    });

    it('shows of a draft, and to who repeats a start, what a look at it shows', async () => {
      await everybody(openids.slice(0, 1));
      for (const input of [{ ...OFFICIAL_KEY, ...TEXT, draft: true }, toScene(7)]) {
        const asked = { ...input, idempotencyKey: `shown-${'draft' in input}` };
        await post('', asked);
        const { body } = await post('', asked);
        expect(Object.keys((await get(`/${body.id}`)).body)).toEqual(Object.keys(body));
      }
    });

    it('takes up to 1,000 recipients in the body, as openids or with fields', async () => {
      await everybody(openids.slice(0, 2));
      const others = Array.from({ length: 998 }, (_, index) => `nobody-${index}`);
      const texts = { title: '{{name}}，上课', content: { value: '教室 {{room}}' } };
      const fields = { name: '小明', room: 301 };
      const recipients = [openids[0], openids[1], ...others].map((openid) => ({ openid, fields }));
      const { status, body } = await post('', { ...OFFICIAL_KEY, ...texts, recipients });
      expect([status, body.total, body.status]).toEqual([201, 1000, 'running']);
      expect(await workUntil(host, body.id, 'finished')).toMatchObject({ sent: 2, noGrant: 998 });
      expect(host.simulator.inbox(openids[0])[0]).toMatchObject({ title: '小明，上课' });

      const plain = await post('', {
        ...OFFICIAL_KEY,
        ...TEXT,
        recipients: ['nobody-1', { openid: 'nobody-1' }],
      });
      expect(plain.body).toMatchObject({ recipients: 1, duplicates: 1, total: 1 });
    });

    it.each([
      [
        'more than 1,000',
        Array.from({ length: 1001 }, (_, index) => `nobody-${index}`),
        'a list of 1 to 1000',
      ],
      ['none', [], 'a list of 1 to 1000'],
      ['no list', 'nobody-1', 'a list of 1 to 1000'],
    ])('refuses %s in the body, and writes nothing', async (_what, recipients, says) => {
      const body = { ...OFFICIAL_KEY, ...TEXT, recipients };
      await expectRefusal(host, async () => post('', body), {
        ...{ status: 400, code: 'WEIXIN_INVALID_INPUT', field: 'recipients', says },
      });
      expect(await countRows(host.dataSource, 'weixin_broadcast')).toBe(0);
    });

    it.each([
      ['an openid that is none', 'not an openid', 'recipients[1].openid'],
      ['no openid', { fields: {} }, 'recipients[1].openid'],
      ['nothing', null, 'recipients[1].openid'],
      ['fields that are none', { openid: 'nobody-1', fields: [] }, 'recipients[1].fields'],
    ])('refuses a row with %s, and nothing is written, a draft neither', async (_what, row, field) => {
      await everybody();
      for (const draft of [false, true]) {
        const body = { ...OFFICIAL_KEY, ...TEXT, draft, recipients: [openids[0], row] };
        await expectRefusal(host, async () => post('', body), {
          ...{ status: 400, code: 'WEIXIN_INVALID_INPUT', field },
        });
      }
      expect(await countRows(host.dataSource, 'weixin_broadcast')).toBe(0);
    });

    it.each<[string, object, string?]>([
      ['scene', { scene: 10_001 }],
      ['title', { title: 'x'.repeat(16) }],
      ['title', { title: null }],
      ['rate', { rate: 0 }],
      ['deadline', { deadline: '2020-01-01T00:00:00Z' }],
      ['url', { url: 'javascript:alert(1)' }],
      ['nonsense', { nonsense: 1 }],
      ['draft', { draft: 'yes' }],
      [
        'content',
        { content: { value: '{{name}}' } },
        'the placeholder "{{name}}" is filled from the fields of recipients',
      ],
      ['idempotencyKey', { idempotencyKey: 'with space' }],
    ])('refuses a wrong %s, by its name', async (field, changes, says = field) => {
      await expectRefusal(host, async () => post('', { ...toScene(7), ...changes }), {
        ...{ status: 400, code: 'WEIXIN_INVALID_INPUT', field, says },
      });
      expect(await countRows(host.dataSource, 'weixin_broadcast')).toBe(0);
    });

    it.each([
      [404, 'WEIXIN_UNKNOWN_RENDERER', { title: undefined, content: undefined, renderer: 'none' }],
      [404, 'WEIXIN_UNKNOWN_TEMPLATE', { templateId: 'T-of-nobody' }],
      [404, 'WEIXIN_PURPOSE_UNKNOWN', { scene: undefined, purpose: 'class:42' }],
      [404, 'WEIXIN_UNKNOWN_ACCOUNT', { appId: 'wx-of-nobody' }],
    ])('answers %i %s', async (status, code, changes) => {
      await expectRefusal(host, async () => post('', { ...toScene(7), ...changes }), { status, code });
    });

    it('refuses the key of another broadcast', async () => {
      await post('', toScene(7, { idempotencyKey: 'monday' }));
      const other = toScene(8, { idempotencyKey: 'monday' });
      const { body } = await expectRefusal(host, async () => post('', other), {
        ...{ status: 409, code: 'WEIXIN_BROADCAST_KEY_REUSED' },
      });
      expect(body.remedy).toBe('Use a new key for a new broadcast.');
    });
  });

  describe('recipients', () => {
    it('come as lines of any number, cut anywhere, and are started by a word of their own', async () => {
      await everybody();
      const texts = { title: '{{name}}', content: { value: '教室 {{room}}' } };
      const id = await draft({ ...texts, scene: 7 });
      const rows = Array.from({ length: 5000 }, (_, index) => ({
        openid: openids[index] ?? `nobody-${index}`,
        // More than a megabyte of them: no limit of the host's on bodies counts here.
        fields: { name: `同学😀${index}`, room: index, note: '备注'.repeat(40) },
      }));
      const text = `\n\r\n${rows.map((row) => JSON.stringify(row)).join('\n\n')}\n"${openids[0]}"`;
      const answer = await pieces(id, inPieces(Buffer.from(text), 1, 7, 1009, 4093, 16_381));
      expect(answer?.status).toBe(200);
      expect(answer?.body).toMatchObject({ status: 'draft', recipients: 5000, invalid: 0, duplicates: 1 });
      expect([calls(), await statusOf(id)]).toEqual([0, 'draft']);

      const started = await post(`/${id}/start`);
      expect([started.status, started.body.status, started.body.total]).toEqual([200, 'running', 5000]);
      expect(await workUntil(host, id, 'finished')).toMatchObject({ sent: 12, noGrant: 4988 });
      expect(host.simulator.inbox(openids[11])[0]).toMatchObject({
        title: '同学😀11',
        content: { value: '教室 11' },
      });
    });

    it('may come in several calls, and some with the draft', async () => {
      const id = await draft({ recipients: ['nobody-1'] });
      await pieces(id, lines('nobody-1', 'nobody-2'));
      const answer = await pieces(id, lines({ openid: 'nobody-3' }), {
        ...bearer(),
        'Content-Type': 'Application/X-NDJSON; charset=utf-8',
      });
      expect(answer?.body).toMatchObject({ recipients: 3, duplicates: 1 });
    });

    it('may come in one piece of a length that is told before, whatever the host’s limit on bodies', async () => {
      const id = await draft();
      const note = '备注'.repeat(40);
      const rows = Array.from({ length: 5000 }, (_, index) => ({
        openid: `nobody-${index}`,
        fields: { note },
      }));
      const text = rows.map((row) => JSON.stringify(row)).join('\n');
      expect(Buffer.byteLength(text)).toBeGreaterThan(1_048_576);
      const { status, body } = await post(`/${id}/recipients`, undefined, ndjson).send(
        text as unknown as object,
      );
      expect([status, body.recipients]).toEqual([200, 5000]);
    });

    it('may be none', async () => {
      const id = await draft();
      expect((await pieces(id, []))?.body).toMatchObject({ status: 'draft', recipients: 0 });
    });

    const long = `{"openid":"nobody-2","fields":{"note":"${'x'.repeat(70_000)}"}}`;
    it.each<[string, string | Buffer, string, RegExp]>([
      ['is no JSON', '"nobody-1"\n\nnobody-2\n', 'line 3', /^line 3 must be JSON: an openid in quotes, or/],
      ['is no recipient', '"nobody-1"\n{"fields":{}}\n', 'recipients[1].openid', /1 to 64 letters/],
      [
        'is longer than 64 KB',
        `"nobody-1"\n${long}\n"nobody-3"`,
        'line 2',
        /^line 2 must have at most 65536/,
      ],
      ['never ends', `"nobody-1"\n${'['.repeat(900_000)}`, 'line 2', /^line 2 must have at most 65536/],
      [
        'is no UTF-8',
        Buffer.concat([
          Buffer.from('"nobody-1"\n{"openid":"nobody-2","fields":{"name":"'),
          Buffer.from([0xc3, 0xf7]),
        ]),
        '',
        /^the body must be UTF-8: line [12], or one soon after it, is not$/,
      ],
    ])(
      'are refused where a line %s, with its number; those before it are there',
      async (_what, text, field, says) => {
        const id = await draft();
        // Much more follows, which is not read: the answer comes all the same.
        const body = [Buffer.from(text), ...Array.from({ length: 60 }, () => Buffer.alloc(65_536, '\n'))];
        const answer = await pieces(id, body);
        expect(answer?.type).toBe('application/problem+json; charset=utf-8');
        problem(answer?.body ?? {}, 400, 'WEIXIN_INVALID_INPUT');
        expect(answer?.body.errors).toEqual([{ field, message: expect.stringMatching(says) }]);
        expect(await statusOf(id)).toBe('draft');
        // The draft is free for another try.
        expect((await pieces(id, lines('nobody-9')))?.status).toBe(200);
      },
    );

    it.each(['application/json', 'text/csv', ''])('are refused as "%s"', async (type) => {
      const id = await draft();
      const headers = type === '' ? bearer() : { ...bearer(), 'Content-Type': type };
      const answer = await pieces(id, [Buffer.from('["nobody-1"]')], headers);
      expect([400, 415]).toContain(answer?.status);
      problem(
        answer?.body ?? {},
        Number(answer?.status),
        answer?.status === 415 ? 'HTTP_415' : 'WEIXIN_INVALID_INPUT',
      );
      expect((await get(`/${id}`)).body.recipients).toBe(0);
    });

    it('are a draft still when the connection is cut in the middle, and may be sent again', async () => {
      await everybody();
      const id = await draft({ scene: 7 });
      const url = `${host.url}/weixin/broadcasts/${id}/recipients`;
      const half = [...lines(...openids.slice(0, 6)), Buffer.from('"nobody')];
      expect(await postPieces(url, ndjson, half, { cut: true })).toBeUndefined();
      // Until the cut is noticed, the first call still has it.
      let again = await pieces(id, lines(...openids));
      await until(async () => {
        if (again?.status === 409) again = await pieces(id, lines(...openids));
        return again?.status === 200;
      });
      expect(again?.body).toMatchObject({ status: 'draft', recipients: 12 });
      expect(calls()).toBe(0);
    });

    it('are refused once it is started, for a scene, and while another call brings some', async () => {
      const id = await draft();
      let release = () => {};
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      async function* slowly() {
        yield 'nobody-1';
        await held;
      }
      const first = broadcastsOf(host).addRecipients(id, slowly());
      await until(async () => (await pieces(id, lines('nobody-2')))?.status === 409);
      problem((await pieces(id, lines('nobody-2')))?.body ?? {}, 409, 'WEIXIN_BROADCAST_INTAKE_BUSY');
      release();
      await first;
      await post(`/${id}/start`);
      problem((await pieces(id, lines('nobody-2')))?.body ?? {}, 409, 'WEIXIN_BROADCAST_STATE');
      const scene = (await post('', toScene(7))).body.id;
      problem((await pieces(scene, lines('nobody-2')))?.body ?? {}, 400, 'WEIXIN_INVALID_INPUT');
    });
  });

  describe('preview', () => {
    it('of a scene and of recipients, and writes nothing', async () => {
      await everybody(openids.slice(0, 5));
      const scene = await post('/preview', toScene(7, { rate: 2 }));
      expect(scene.status).toBe(200);
      expect(scene.body).toMatchObject({ matching: 5, ratePerSecond: 2, estimatedSeconds: 3 });
      expect(scene.body.samples[0]).toMatchObject({ content: TEXT, limits: [{ field: 'title' }, {}] });
      const list = await post('/preview', {
        ...OFFICIAL_KEY,
        ...{ title: '{{name}}', content: { value: 'x' } },
        recipients: [{ openid: openids[0], fields: { name: '小明' } }, openids[1]],
      });
      expect(list.body).toMatchObject({ matching: 1, recipients: { rows: 2, invalid: 1 } });
      expect(await countRows(host.dataSource, 'weixin_broadcast')).toBe(0);
    });

    it('refuses what start refuses', async () => {
      const refused = { status: 400, code: 'WEIXIN_INVALID_INPUT' };
      await expectRefusal(host, async () => post('/preview', toScene(7, { title: '' })), {
        ...refused,
        field: 'title',
      });
      await expectRefusal(host, async () => post('/preview', { ...toScene(7), recipients: [] }), {
        ...refused,
        field: 'recipients',
      });
    });
  });

  it('lists the newest first, page by page', async () => {
    const ids: string[] = [];
    for (const scene of [1, 2, 3, 4, 5]) {
      ids.unshift((await post('', toScene(scene))).body.id);
      host.clock.advance(1);
    }
    await post(`/${ids[1]}/cancel`);
    const page = async (query: object) => {
      const { status, body } = await get('', { appId: OFFICIAL.appId, ...query });
      expect(status).toBe(200);
      return body.broadcasts.map(({ id }: { id: string }) => id);
    };
    expect(await page({})).toEqual(ids);
    expect(await page({ limit: 2 })).toEqual(ids.slice(0, 2));
    expect(await page({ limit: 2, before: ids[1] })).toEqual(ids.slice(2, 4));
    expect(await page({ limit: 2, before: ids[4] })).toEqual([]);
    expect(await page({ status: 'cancelled' })).toEqual([ids[1]]);
    for (const query of [
      { limit: 0 },
      { limit: 101 },
      { status: 'gone' },
      { before: 'x' },
      { appId: undefined },
    ])
      problem((await get('', { appId: OFFICIAL.appId, ...query })).body, 400, 'WEIXIN_INVALID_INPUT');
  });

  it('is paused, resumed and cancelled, with a reason or without a body', async () => {
    await everybody();
    const { id } = (await post('', toScene(7))).body;
    const paused = await post(`/${id}/pause`, { reason: '换教室' });
    expect([paused.status, paused.body]).toMatchObject([
      200,
      { status: 'paused', pauseCause: 'person', reason: '换教室', progress: { status: 'paused' } },
    ]);
    problem((await post(`/${id}/pause`)).body, 409, 'WEIXIN_BROADCAST_STATE');
    expect((await post(`/${id}/resume`)).body).toMatchObject({ status: 'running' });
    expect((await post(`/${id}/pause`)).body).toMatchObject({ status: 'paused' });
    for (const body of [{ reason: '' }, { reason: 'x'.repeat(256) }, { why: 'x' }, ['x']])
      problem((await post(`/${id}/resume`, body)).body, 400, 'WEIXIN_INVALID_INPUT');
    expect((await post(`/${id}/cancel`, {})).body).toMatchObject({ status: 'cancelled' });
    const late = await post(`/${id}/resume`, { reason: 'x' });
    expect([late.status, late.type]).toEqual([409, 'application/problem+json']);
    expect(late.body.detail).toBe(`broadcast "${id}" can not be resumed: it is cancelled`);

    const history = await get(`/${id}/history`);
    const at = new Date(host.clock.now()).toISOString();
    const by = { at, requestedBy: 'courses' };
    expect(history.status).toBe(200);
    expect(history.body.events).toHaveLength(6);
    expect(history.body.events).toEqual(
      expect.arrayContaining([
        { action: 'created', ...by },
        { action: 'started', ...by },
        { action: 'paused', reason: '换教室', ...by },
        { action: 'cancelled', ...by },
      ]),
    );
    expect(calls()).toBe(0);
  });

  describe('export', () => {
    it('tells what became of everybody, as CSV', async () => {
      await everybody();
      host.simulator.fault({ kind: 'errcode', errcode: 43101, openid: openids[3], path: SEND_PATH });
      const { id } = (await post('', toScene(7))).body;
      await workUntil(host, id, 'finished');
      const { status, headers, text } = await get(`/${id}/export`);
      expect(status).toBe(200);
      expect(headers['content-type']).toBe('text/csv; charset=utf-8');
      expect(headers['content-disposition']).toBe(`attachment; filename="broadcast-${id}.csv"`);
      const [first, ...rows] = text.trim().split('\r\n');
      expect(first).toBe('openid,outcome,errcode,errmsg,reason,messageId,acceptedAt,settledAt');
      expect(rows.map((row) => row.split(',')[0]).sort()).toEqual([...openids].sort());
      expect(rows.filter((row) => row.includes(',refused,43101,'))).toHaveLength(1);
    });

    it('is written as it is read, and stops being read when nobody wants it any more', async () => {
      const { id } = (await post('', toScene(7))).body;
      let [pages, closed] = [0, false];
      jest.spyOn(broadcastsOf(host), 'export').mockImplementation(async function* () {
        try {
          for (; ; pages++) yield `${'x'.repeat(65_536)}\r\n`;
        } finally {
          closed = true;
        }
      });
      const reader = await EventReader.open(`${host.url}/weixin/broadcasts/${id}/export`, bearer());
      await until(() => pages > 0);
      reader.goAway();
      await until(() => closed);
    });

    it('that breaks off does not look complete', async () => {
      const { id } = (await post('', toScene(7))).body;
      jest.spyOn(broadcastsOf(host), 'export').mockImplementation(async function* () {
        yield 'openid,outcome\r\n';
        await new Promise((resolve) => setTimeout(resolve, 20));
        throw new Error('the database is away: password=hunter2');
      });
      await expect(get(`/${id}/export`)).rejects.toThrow(/aborted|hang up|ECONNRESET/);
    });
  });

  describe('events', () => {
    const open = (id: string) => EventReader.open(`${host.url}/weixin/broadcasts/${id}/events`, bearer());
    const faster = () => {
      const service = host.app.get(BroadcastProgressService, { strict: false });
      const watch = service.watch.bind(service);
      const counts = { now: 0 };
      jest.spyOn(service, 'watch').mockImplementation((id, _everyMs, first) => {
        counts.now++;
        return watch(id, 200, first).pipe(finalize(() => counts.now--));
      });
      return counts;
    };

    it('tell every reader how it goes on, until it is over', async () => {
      await everybody();
      const watchers = faster();
      const { id } = (await post('', toScene(7))).body;
      const readers = [await open(id), await open(id)];
      expect(readers[0].response.statusCode).toBe(200);
      expect(readers[0].response.headers).toMatchObject({
        'content-type': 'text/event-stream',
        'cache-control': expect.stringContaining('no-store'),
      });
      await until(() => readers.every(({ progress }) => progress.length > 0));
      await workUntil(host, id, 'finished');
      await until(() => readers.every(({ ended }) => ended));
      for (const { progress } of readers) {
        expect(progress[0]).toMatchObject({ id, status: 'running', total: 12, remaining: 12 });
        expect(progress.at(-1)).toMatchObject({ id, status: 'finished', sent: 12, remaining: 0 });
        expect(progress.length).toBeGreaterThan(1);
      }
      expect(watchers.now).toBe(0);
      const late = await open(id);
      await until(() => late.ended);
      expect(late.progress).toEqual([readers[0].progress.at(-1)]);
    });

    it('are not looked for any more when their reader goes away', async () => {
      const watchers = faster();
      const { id } = (await post('', toScene(7))).body;
      const [reader, other] = [await open(id), await open(id)];
      await until(() => reader.progress.length > 0 && other.progress.length > 0);
      expect(watchers.now).toBe(2);
      reader.goAway();
      await until(() => watchers.now === 1);
      await post(`/${id}/pause`);
      await until(() => other.progress.at(-1)?.status === 'paused');
      other.goAway();
      await until(() => watchers.now === 0);
    });
  });

  it('answers what it does not know, and what is none of the client’s, alike: as not found', async () => {
    const { id } = (await post('', toScene(7))).body;
    const all: [string, () => request.Test, () => request.Test][] = [
      ...['', '/events', '/history', '/export'].map(
        (path): [string, () => request.Test, () => request.Test] => [
          path,
          () => get(`/${NOWHERE}${path}`),
          () => get(`/${id}${path}`, {}, bearer(STRANGER_KEY)),
        ],
      ),
      ...['/start', '/pause', '/resume', '/cancel'].map(
        (path): [string, () => request.Test, () => request.Test] => [
          path,
          () => post(`/${NOWHERE}${path}`),
          () => post(`/${id}${path}`, {}, bearer(STRANGER_KEY)),
        ],
      ),
      [
        '/recipients',
        () => post(`/${NOWHERE}/recipients`, undefined, ndjson).send('"nobody-1"' as unknown as object),
        () =>
          post(`/${id}/recipients`, undefined, { ...ndjson, ...bearer(STRANGER_KEY) }).send(
            '"nobody-1"' as unknown as object,
          ),
      ],
    ];
    for (const [path, unknown, foreign] of all) {
      for (const [call, at] of [
        [unknown, NOWHERE],
        [foreign, id],
      ] as const) {
        const { status, type, body } = await call();
        expect({ path, status, type, body }).toEqual({
          path,
          status: 404,
          type: 'application/problem+json',
          body: {
            type: 'urn:weixin-subscribe:problem:broadcast-not-found',
            title: 'No such broadcast',
            status: 404,
            code: 'WEIXIN_BROADCAST_NOT_FOUND',
            detail: `there is no broadcast "${at}"`,
          },
        });
      }
    }
    expect(await statusOf(id)).toBe('running');
  });

  it.each(['', '/events', '/history', '/export'])('refuses an id that can be none at %s', async (path) => {
    const { status, type, body } = await get(`/x${path}`);
    expect([status, type]).toEqual([400, 'application/problem+json']);
    problem(body, 400, 'WEIXIN_INVALID_INPUT');
  });

  it('opens for nobody without a key, the stream of events neither', async () => {
    const { id } = (await post('', toScene(7))).body;
    for (const path of ['', `/${id}`, `/${id}/events`, `/${id}/export`]) {
      const { status, body, headers } = await get(path, {}, {});
      expect([path, status, headers['www-authenticate']]).toEqual([path, 401, 'Bearer']);
      problem(body, 401, 'WEIXIN_SERVICE_KEY');
    }
    problem(
      (await pieces(id, lines('nobody-1'), { 'Content-Type': 'application/x-ndjson' }))?.body ?? {},
      401,
      'WEIXIN_SERVICE_KEY',
    );
  });
});

describe.each(ADAPTERS)('a host on %s that closes', (adapter) => {
  it('does not wait for those who watch', async () => {
    const host = await createTestApp({ adapter });
    const { id } = await broadcastsOf(host).start(toScene(7));
    const reader = await EventReader.open(`${host.url}/weixin/broadcasts/${id}/events`, bearer());
    await until(() => reader.progress.length > 0);
    await host.close();
    await until(() => reader.ended);
  });
});
