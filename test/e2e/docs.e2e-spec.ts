import type { OpenAPIObject } from '@nestjs/swagger';
import { Ajv } from 'ajv';
import { getMetadataStorage } from 'class-validator';
import {
  AddTemplateDto,
  BroadcastChangeDto,
  BroadcastTextDto,
  CreateIntentDto,
  CreateSubscribeIntentsDto,
  FormIdDto,
  GrantRepository,
  IntentResultDto,
  MessageMiniprogramDto,
  MessageTextDto,
  RefreshTokenDto,
  ReviewKeywordDto,
  ReviewTemplateDto,
  SendMessageDto,
  SendMiniSubscribeDto,
  SendMiniTemplateDto,
  SendServiceNoticeDto,
  StartBroadcastDto,
  SubscribeResultDto,
} from 'nestjs-weixin-subscribe';
import request from 'supertest';
import { PlayClientDto, SendChannelMessageDto } from '../../apps/demo/src/channel/channel.dto.js';
import { StartClassBroadcastDto } from '../../apps/demo/src/course/broadcast/class-broadcast.dto.js';
import { RemindDto } from '../../apps/demo/src/course/reminder.dto.js';
import { openApiDocument } from '../../apps/demo/src/openapi/document.js';
import { MOBILE, OFFICIAL, SERVICE_KEY } from '../support/accounts.js';
import { Browser } from '../support/browser.js';
import { mountedRoutes } from '../support/fuzz/mounted-routes.js';
import { type Demo, startDemo } from './demo.js';

const FOREIGN_KEY = 'the-key-of-a-client-of-another';
const NARROW_KEY = 'the-key-of-a-client-that-reads';

interface ObjectSchema {
  required?: string[];
  example?: object;
  properties: Record<string, ObjectSchema & { items?: ObjectSchema }>;
}

let document: OpenAPIObject;
let schemas: Record<string, ObjectSchema>;

describe('/docs', () => {
  let demo: Demo;
  beforeAll(async () => {
    demo = await startDemo('sqlite', {
      WEIXIN_SERVICE_KEYS: JSON.stringify({
        courses: SERVICE_KEY,
        foreign: { keys: FOREIGN_KEY, accounts: [OFFICIAL.appId] },
        narrow: { keys: [NARROW_KEY], scopes: ['token:read'] },
      }),
    });
    document = openApiDocument(demo.app);
    schemas = document.components?.schemas as unknown as Record<string, ObjectSchema>;
  });
  afterAll(() => demo?.close());

  it('shows the document', async () => {
    expect((await request(demo.url).get('/docs/')).text).toContain('swagger-ui');
    expect((await request(demo.url).get('/docs/swagger-ui-bundle.js')).status).toBe(200);
    expect((await request(demo.url).get('/docs-json')).body).toEqual(JSON.parse(JSON.stringify(document)));
  });

  it('describes exactly the routes that are mounted', () => {
    expect(documentedRoutes()).toEqual(mountedRoutes(demo.app).sort());
  });

  it('asks for a service key exactly where the app does', async () => {
    for (const route of documentedRoutes()) {
      const [method, path] = route.split(' ');
      const operation = document.paths[path][method.toLowerCase() as 'get'];
      const address = path
        .replace('{appId}', OFFICIAL.appId)
        .replace('{id}', 'x')
        .replace('{templateId}', 'x')
        .replace('{number}', '42')
        .replace('{channel}', 'mini-subscribe')
        .replace('{action}', 'pause');
      const { status } = await request(demo.url)[method.toLowerCase() as 'get'](address);
      expect([route, operation?.security !== undefined]).toEqual([route, status === 401]);
    }
  });

  it('says 401 and 403 wherever it asks for a key', () => {
    for (const route of documentedRoutes()) {
      const [method, path] = route.split(' ');
      const { security, responses } = document.paths[path][method.toLowerCase() as 'get'] ?? {};
      const codes = Object.keys(responses ?? {}).filter((code) => ['401', '403'].includes(code));
      if (security) expect([route, codes]).toEqual([route, ['401', '403']]);
    }
  });

  it.each([
    ['CreateIntent', CreateIntentDto],
    ['IntentResult', IntentResultDto],
    ['CreateSubscribeIntents', CreateSubscribeIntentsDto],
    ['SubscribeResult', SubscribeResultDto],
    ['RefreshToken', RefreshTokenDto],
    ['SendMessage', SendMessageDto],
    ['FormId', FormIdDto],
    ['SendMiniSubscribe', SendMiniSubscribeDto],
    ['SendServiceNotice', SendServiceNoticeDto],
    ['SendMiniTemplate', SendMiniTemplateDto],
    ['SendMessage.content', MessageTextDto],
    ['SendMessage.miniprogram', MessageMiniprogramDto],
    ['Remind', RemindDto],
    ['StartBroadcast', StartBroadcastDto],
    ['StartBroadcast.content', BroadcastTextDto],
    ['StartBroadcast.miniprogram', MessageMiniprogramDto],
    ['AddTemplate', AddTemplateDto],
    ['ReviewTemplate', ReviewTemplateDto],
    ['ReviewTemplate.keywords.items', ReviewKeywordDto],
    ['BroadcastChange', BroadcastChangeDto],
    ['StartClassBroadcast', StartClassBroadcastDto],
    ['PlayClient', PlayClientDto],
    ['SendChannelMessage', SendChannelMessageDto],
  ])('describes the fields that %s takes', (path, dto) => {
    const [name, ...inner] = path.split('.');
    const schema = inner.reduce(
      (outer, field) =>
        (field === 'items' ? outer.items : outer.properties[field]) as ObjectSchema & {
          items?: ObjectSchema;
        },
      schemas[name] as ObjectSchema & { items?: ObjectSchema },
    );
    const rules = getMetadataStorage().getTargetValidationMetadatas(dto, '', false, false);
    const fields = [...new Set(rules.map(({ propertyName }) => propertyName))];
    const optional = rules
      .filter(({ type }) => type === 'conditionalValidation')
      .map(({ propertyName }) => propertyName);
    expect(Object.keys(schema.properties).sort()).toEqual([...fields].sort());
    expect([...(schema.required ?? [])].sort()).toEqual(
      fields.filter((field) => !optional.includes(field)).sort(),
    );
  });

  it('shows examples that its own schemas take', () => {
    const shown = Object.entries(schemas).filter(([, { example }]) => example !== undefined);
    expect(shown.map(([name]) => name)).toEqual(expect.arrayContaining(['SendMessage', 'StartBroadcast']));
    for (const [name, schema] of shown) expect([name, isValid(schema, schema.example)]).toEqual([name, []]);
  });

  it('describes what is answered', async () => {
    const service = { Authorization: `Bearer ${SERVICE_KEY}` };
    const key = { appId: MOBILE.appId, templateId: MOBILE.templates[0], scene: 42 };
    const openid = demo.simulator.openid('xiaoming', MOBILE.appId);
    const app = new Browser(demo.url);

    const intent = await app.post('/weixin/app/intents', key);
    fits(201, 'Intent', intent);
    const { reserved } = intent.body;
    demo.simulator.confirm({ ...key, openid, reserved });
    const { templateId, scene } = key;
    const result = { reserved, action: 'confirm', templateId, scene, openid, errCode: 0 };
    fits(200, 'IntentOutcome', await app.post('/weixin/app/results', result));
    fits(
      200,
      'Grants',
      await request(demo.url)
        .get('/weixin/grants')
        .query({ ...key, openid })
        .set(service),
    );

    const body = { ...schemas.SendMessage.example, ...key, openid, idempotencyKey: 'k1' };
    const sent = await request(demo.url).post('/weixin/messages').set(service).send(body);
    fits(201, 'Message', sent);
    fits(200, 'Message', await request(demo.url).get(`/weixin/messages/${sent.body.id}`).set(service));
    fits(
      200,
      'Grants',
      await request(demo.url)
        .get('/weixin/grants')
        .query({ ...key, openid })
        .set(service),
    );

    const explained = { appId: MOBILE.appId, openid };
    fits(200, 'History', await request(demo.url).get('/weixin/history').query(explained).set(service));
    fits(
      200,
      'History',
      await request(demo.url)
        .get('/weixin/history')
        .query({ ...explained, limit: 1 })
        .set(service),
    );
    const today = new Date().toISOString().slice(0, 10);
    fits(
      200,
      'Counts',
      await request(demo.url)
        .get('/weixin/counts')
        .query({ appId: MOBILE.appId, from: today, to: today, timeZone: 'UTC' })
        .set(service),
    );

    const since = new Date(Date.now() - 3_600_000).toISOString();
    fits(
      200,
      'Drift',
      await request(demo.url).get('/weixin/drift').query({ appId: MOBILE.appId, since }).set(service),
    );

    const token = await request(demo.url).get(`/weixin/token/${MOBILE.appId}`).set(service);
    fits(200, 'Token', token);
    const { parameters, responses } = document.paths['/weixin/token/{appId}'].get ?? {};
    const polled = await request(demo.url)
      .get(`/weixin/token/${MOBILE.appId}`)
      .set({ ...service, 'If-None-Match': String(token.headers.etag) });
    expect(parameters).toContainEqual(expect.objectContaining({ name: 'If-None-Match', in: 'header' }));
    expect([polled.status, polled.text, Object.keys(responses ?? {})]).toEqual([
      304,
      '',
      expect.arrayContaining(['304']),
    ]);
    const { accessToken } = token.body;
    fits(
      200,
      'Token',
      await request(demo.url)
        .post(`/weixin/token/${MOBILE.appId}/refresh`)
        .set(service)
        .send({ accessToken }),
    );
    fits(200, 'Token', await request(demo.url).post(`/weixin/token/${MOBILE.appId}/retry`).set(service));

    const again = await request(demo.url)
      .post('/weixin/messages')
      .set(service)
      .send({ ...body, idempotencyKey: 'k2' });
    fits(409, 'ProblemDetails', again);
    for (const [key, forbidden] of [
      [FOREIGN_KEY, () => request(demo.url).get(`/weixin/token/${MOBILE.appId}`)],
      [NARROW_KEY, () => request(demo.url).get(`/weixin/messages/${sent.body.id}`)],
    ] as const) {
      fits(403, 'ProblemDetails', await forbidden().set({ Authorization: `Bearer ${key}` }));
    }
    fits(400, 'ProblemDetails', await request(demo.url).post('/weixin/messages').set(service).send({}));

    demo.simulator.confirm({ ...key, openid });
    await demo.app.get(GrantRepository, { strict: false }).record({ ...key, openid, source: 'docs' });
    const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();
    const later = { ...body, idempotencyKey: 'later', notBefore: inHours(1), deadline: inHours(2) };
    const waiting = await request(demo.url).post('/weixin/messages').set(service).send(later);
    fits(202, 'Message', waiting);
    expect(waiting.headers.location).toBe(`messages/${waiting.body.id}`);
    fits(
      200,
      'Message',
      await request(demo.url).post(`/weixin/messages/${waiting.body.id}/cancel`).set(service),
    );
  });

  it('describes what is answered about templates', async () => {
    const service = { Authorization: `Bearer ${SERVICE_KEY}` };
    const at = (path: string) => `/weixin/templates${path}`;
    const get = (path: string) =>
      request(demo.url).get(at(path)).query({ appId: OFFICIAL.appId }).set(service);
    const post = (path: string, body: object) => request(demo.url).post(at(path)).set(service).send(body);
    const wish = { ...schemas.AddTemplate.example, appId: OFFICIAL.appId };
    const added = await post('', wish);
    fits(201, 'AddedTemplate', added);
    fits(422, 'ProblemDetails', await post('', wish));
    fits(200, 'Templates', await get(''));
    fits(200, 'TemplateCategories', await get('/categories'));
    fits(200, 'PublicTitles', await get('/titles').query({ ids: '21,307' }));
    fits(200, 'PublicKeywords', await get('/keywords').query({ tid: 99 }));
    fits(200, 'TemplateReview', await post('/review', schemas.ReviewTemplate.example ?? {}));
    const path = at(`/${OFFICIAL.appId}/${added.body.templateId}`);
    expect((await request(demo.url).delete(path).set(service)).status).toBe(204);
  });

  it('describes what is answered about broadcasts', async () => {
    const service = { Authorization: `Bearer ${SERVICE_KEY}` };
    const key = { appId: MOBILE.appId, templateId: MOBILE.templates[0], scene: 43 };
    const openids = ['xiaoming', 'xiaohong'].map((name) => demo.simulator.openid(name, MOBILE.appId));
    for (const openid of openids) {
      demo.simulator.confirm({ ...key, openid });
      await demo.app.get(GrantRepository, { strict: false }).record({ ...key, openid, source: openid });
    }
    const broadcasts = (path = '') => `/weixin/broadcasts${path}`;
    const post = (path: string, body?: object) =>
      request(demo.url).post(broadcasts(path)).set(service).send(body);
    const get = (path: string) => request(demo.url).get(broadcasts(path)).set(service);
    const body = { ...schemas.StartBroadcast.example, ...key };

    fits(200, 'BroadcastPreview', await post('/preview', body));
    const list = [{ openid: openids[0], fields: { name: '小明' } }, { openid: openids[1] }, 'oNobody'];
    const listed = { ...body, content: { value: '{{name}}，高等数学 8:50 开始' }, recipients: list };
    const preview = await post('/preview', listed);
    fits(200, 'BroadcastPreview', preview);
    expect(preview.body).toMatchObject({ matching: 1, recipients: { rows: 3, invalid: 2 } });

    const draft = await post('', { ...listed, idempotencyKey: undefined, draft: true });
    fits(201, 'Broadcast', draft);
    const { id } = draft.body;
    const lines = post(`/${id}/recipients`).set('Content-Type', 'application/x-ndjson');
    fits(200, 'Broadcast', await lines.send(`{"openid":"${openids[1]}","fields":{"name":"小红"}}\n`));
    fits(200, 'Broadcast', await post(`/${id}/cancel`, { reason: 'not today' }));
    fits(409, 'ProblemDetails', await post(`/${id}/start`));

    const started = await post('', { ...body, rate: 1, deadline: new Date(Date.now() + 3_600_000) });
    fits(201, 'Broadcast', started);
    const running = started.body.id;
    fits(200, 'Broadcast', await post(`/${running}/pause`));
    fits(200, 'Broadcast', await get(`/${running}`));
    fits(200, 'Broadcast', await post(`/${running}/resume`));
    const events = await get(`/${running}/events`);
    expect([events.status, events.headers['content-type']]).toEqual([200, 'text/event-stream']);
    for (const [, data] of events.text.matchAll(/^data: (.*)$/gm))
      fitsSchema('BroadcastProgress', schemas.BroadcastProgress, JSON.parse(data));
    fits(200, 'BroadcastHistory', await get(`/${running}/history`));
    fits(200, 'Broadcasts', await get('').query({ appId: MOBILE.appId }));
    const csv = await get(`/${running}/export`);
    expect([csv.status, csv.headers['content-type']]).toEqual([200, 'text/csv; charset=utf-8']);
    fits(400, 'ProblemDetails', await post('', {}));
    fits(404, 'ProblemDetails', await get(`/${id.replace(/.{12}$/, '0'.repeat(12))}`));
  });
});

function documentedRoutes(): string[] {
  return Object.entries(document.paths)
    .flatMap(([path, item]) => Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`))
    .sort();
}

/** Formats are notes; nothing else of a schema is. */
function isValid(schema: object, value: unknown): unknown[] {
  const check = new Ajv({ strict: false, validateFormats: false, allErrors: true }).compile(schema);
  return check(value) ? [] : (check.errors ?? []);
}

/** Every field is described, and no required one is missing. */
function fits(status: number, name: string, response: request.Response): void {
  expect([name, response.status]).toEqual([name, status]);
  fitsSchema(name, schemas[name], response.body);
}

function fitsSchema(path: string, schema: ObjectSchema, value: Record<string, unknown>): void {
  expect({ path, errors: isValid(schema, value) }).toEqual({ path, errors: [] });
  const undocumented = Object.keys(value).filter((field) => !(field in schema.properties));
  const missing = (schema.required ?? []).filter((field) => !(field in value));
  expect({ path, undocumented, missing }).toEqual({ path, undocumented: [], missing: [] });
  for (const [field, inner] of Object.entries(schema.properties)) {
    if (inner.properties && field in value) fitsSchema(`${path}.${field}`, inner, value[field] as never);
    const items = inner.items?.properties ? (value[field] as never[]) : [];
    for (const item of items ?? []) fitsSchema(`${path}.${field}[]`, inner.items as ObjectSchema, item);
  }
}
