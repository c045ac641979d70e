import { Ajv2020 } from 'ajv/dist/2020.js';
import { fastify } from 'fastify';
import { DEFAULT_BEHAVIOUR, SAMPLES, SimulatorClient, type SimulatorVerbs } from 'weixin-simulator';
import { controlRoutes } from '../../libs/weixin-simulator/src/control/control.routes.js';
import {
  closeSimulators,
  confirmUrl,
  fetchToken,
  MINI,
  MOBILE,
  messageTo,
  OFFICIAL,
  send,
  startSimulator,
} from './support.js';

afterEach(closeSimulators);

interface Operation {
  operationId: string;
  summary: string;
  parameters: { name: string; in: string; required: boolean }[];
  requestBody?: { content: { 'application/json': { schema: object } } };
  responses: Record<string, { content: { 'application/json': { schema: object } } }>;
}

interface Document {
  openapi: string;
  servers: { url: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, { properties?: Record<string, { default?: unknown }> }> };
}

async function load() {
  const simulator = await startSimulator();
  const document = (await (await fetch(`${simulator.url}/_simulator/openapi.json`)).json()) as Document;
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  ajv.addSchema({ ...document, $id: 'document' });
  const pointer = (...keys: string[]) =>
    `document#/${keys.map((key) => encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')}`;
  const validate = (value: unknown, ...keys: string[]) => {
    const check = ajv.compile({ $ref: pointer(...keys) });
    return check(value) ? [] : check.errors;
  };
  return { simulator, document, validate };
}

const operations = ({ paths }: Document) =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );

it('describes exactly the routes that are mounted', async () => {
  const { document } = await load();
  const mounted: string[] = [];
  const app = fastify({ exposeHeadRoutes: false });
  app.addHook('onRoute', ({ method, url }) => void mounted.push(`${method} ${url}`));
  app.register(async (scope) => controlRoutes(scope, {} as SimulatorVerbs), { prefix: '/_simulator' });
  await app.ready();
  await app.close();
  const described = operations(document).map(
    ({ path, method }) => `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`,
  );
  expect(described.sort()).toEqual(mounted.filter((route) => !route.endsWith('/*')).sort());
  expect(described.length).toBeGreaterThan(20);
});

it('is a complete OpenAPI 3.1 document', async () => {
  const { simulator, document } = await load();
  expect(document.openapi).toBe('3.1.0');
  expect(document.servers).toEqual([{ url: simulator.url }]);
  const ids = operations(document).map(({ operation }) => operation.operationId);
  expect(new Set(ids).size).toBe(ids.length);
  for (const { path, method, operation } of operations(document)) {
    expect(operation.summary).not.toBe('');
    expect(Object.keys(operation.responses)).toEqual(['200', '400']);
    const inPath = operation.parameters
      .filter((parameter) => parameter.in === 'path')
      .map(({ name }) => name);
    expect(inPath).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name));
    if (
      ['post', 'patch'].includes(method) &&
      !/\/(reset|component\/ticket|component\/tokens\/kill)$/.test(path)
    ) {
      expect(operation.requestBody).toBeDefined();
    }
  }
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)];
  for (const [, name = ''] of references) expect(document.components.schemas).toHaveProperty(name);
});

it('tells every switch with its default', async () => {
  const { document } = await load();
  const properties = document.components.schemas.AccountChanges?.properties ?? {};
  const defaults = Object.entries(DEFAULT_BEHAVIOUR).map(([name]) => [name, properties[name]?.default]);
  expect(Object.fromEntries(defaults)).toEqual(DEFAULT_BEHAVIOUR);
});

/** Questions, forms and pushes of a mini-program, and a message of each kind that has keywords. */
async function answerTyped(
  client: SimulatorClient,
  answered: (value: unknown, path: string, method: string) => void,
) {
  const { subscribeTemplateId: lesson, formTemplateId } = SAMPLES.miniProgram;
  const mini = { appId: MINI, person: 'xiaoming' };
  await client.updateAccount(MINI, { push: { url: `${client.url}/nowhere`, token: 'token' } });
  const answers = { [lesson]: 'accept' } as const;
  const ask = '/request-subscribe-message';
  answered(await client.requestSubscribeMessage({ ...mini, answers }), ask, 'post');
  answered(await client.requestSubscribeMessage({ ...mini, answers: {} }), ask, 'post');
  const notice = { [SAMPLES.officialAccount.noticeTemplateId]: 'accept' } as const;
  const reader = { appId: OFFICIAL, person: 'xiaoming' };
  answered(await client.openSubscribe({ ...reader, answers: notice }), '/open-subscribe', 'post');
  answered(await client.openSubscribe({ ...reader, answers: {} }), '/open-subscribe', 'post');
  const { formId, ...form } = await client.submitForm(mini);
  answered({ formId, ...form }, '/submit-form', 'post');
  answered(await client.pay(mini), '/pay', 'post');
  answered(await client.pushEvent({ ...mini, event: 'x' }), '/push-event', 'post');
  const token = await new SimulatorClient(client.url).mintBehindBack(MINI);
  const post = async (path: string, body: object) => {
    const touser = await client.openid('xiaoming', MINI);
    const url = `${client.url}/cgi-bin/message/${path}?access_token=${token}`;
    await fetch(url, { method: 'POST', body: JSON.stringify({ touser, ...body }) });
  };
  const data = { thing1: { value: 'a' }, time2: { value: '15:01' } };
  await post('subscribe/send', { template_id: lesson, data, page: 'index' });
  const keyword1 = { value: 'a', color: '#173177' };
  const emphasis = { emphasis_keyword: 'keyword1.DATA' };
  await post('wxopen/template/send', {
    ...{ template_id: formTemplateId, form_id: formId, data: { keyword1 }, ...emphasis },
  });
  answered(
    await client.switchTemplate({ ...mini, templateId: lesson, on: false }),
    '/switch-template',
    'post',
  );
  const channels = (await client.inbox()).map(({ channel }) => channel);
  expect(channels).toEqual(['mini-subscribe', 'mini-template']);
}

it('is what is really answered', async () => {
  const { simulator, validate } = await load();
  const client = new SimulatorClient(simulator.url);
  const answered = (value: unknown, path: string, method = 'get') =>
    expect([
      path,
      validate(
        value,
        'paths',
        `/_simulator${path}`,
        method,
        ...'responses/200/content/application~json/schema'.split('/').map((key) => key.replace('~', '/')),
      ),
    ]).toEqual([path, []]);
  const openid = simulator.openid('xiaoming', OFFICIAL);
  const request = { openid, scene: '7', reserved: 'abc', redirectUrl: 'http://localhost/' };
  answered(await client.confirm(request), '/confirm', 'post');
  answered(await client.cancel({ openid, scene: 8 }), '/cancel', 'post');
  simulator.fault({ kind: 'redirect-openid' });
  answered(await client.tap(confirmUrl(simulator), { answer: 'confirm' }), '/tap', 'post');
  answered(
    await client.sdk({ appId: MOBILE, person: 'laowang', scene: 1 }),
    '/sdk/subscribe-message',
    'post',
  );
  await answerTyped(client, answered);
  const token = await fetchToken(simulator);
  await client.fault({ kind: 'errcode', path: '/cgi-bin/token', family: 'stable', errmsg: 'x' });
  await client.fault({
    kind: 'reset-after',
    openid: simulator.openid('laowang', OFFICIAL),
    times: 'forever',
  });
  const full = { url: 'https://example.com', miniprogram: undefined };
  for (const to of ['xiaoming', 'xiaoming', 'laowang']) {
    const body = messageTo(simulator.openid(to, OFFICIAL), { ...full, scene: 7 });
    await send(simulator, token, body).catch(() => undefined);
  }
  await send(simulator, 'x', 'not JSON');
  await fetch(confirmUrl(simulator));
  await client.killToken(OFFICIAL);
  for (const [path, value] of Object.entries({
    '/state': await client.state(),
    '/inbox': await client.inbox(),
    '/grants': await client.grants(),
    '/counters': await client.counters(),
    '/calls': await client.calls(),
    '/faults': await client.faults(),
    '/tokens': await client.tokens(),
    '/pushes': await client.pushes(),
    '/pushes/settled': await client.settledPushes(MINI),
    '/clock': { now: await client.now() },
  })) {
    answered(value, path);
    if (Array.isArray(value)) expect(value.length).toBeGreaterThan(0);
  }
  expect(validate([{ id: 1 }], 'components', 'schemas', 'Grant')).not.toEqual([]);
});

it('is what is really taken', async () => {
  const { simulator, validate } = await load();
  const client = new SimulatorClient(simulator.url);
  const schema = (name: string, value: unknown) =>
    expect(validate(value, 'components', 'schemas', name)).toEqual([]);
  const fault = {
    kind: 'latency',
    delayMs: 1,
    times: 'forever',
    probability: 0.5,
    path: '/x*',
    when: 'after',
  } as const;
  schema('NewFault', fault);
  await client.fault(fault);
  const changes = { ...DEFAULT_BEHAVIOUR, ipWhitelist: null, banned: true, tokenRefusal: 89503 as const };
  schema('AccountChanges', changes);
  await client.updateAccount(OFFICIAL, changes);
  const typed = {
    subscribeTemplates: [
      {
        ...{ priTmplId: 'T', title: 't', content: '{{enum1.DATA}}', type: 3 as const, banned: true },
        keywordEnumValueList: [{ keywordCode: 'enum1', enumValueList: ['a'] }],
      },
    ],
    formTemplates: [{ templateId: 'F', keywords: ['a'] }],
    ...{ pages: ['index'], subscribeBanned: true, sentFailure: { errorCode: 1, errorStatus: 'x' } },
    push: { url: 'http://localhost/', token: 'token', format: 'json' as const, mode: 'plain' as const },
  };
  schema('AccountChanges', typed);
  await client.updateAccount(MINI, typed);
  const event = { ...{ appId: MINI, person: 'laowang', event: 'x' }, fields: { a: [1] } };
  schema('NewPushEvent', { ...event, list: { wrapper: 'A', items: [{ b: 'c' }] } });
  schema('SubscribeRequest', {
    appId: MINI,
    person: 'laowang',
    answers: { T: 'accept' },
    popupScene: 0,
    alwaysKeep: true,
  });
  expect(validate({ answers: { T: 'maybe' } }, 'components', 'schemas', 'SubscribeRequest')).not.toEqual([]);
  const person = { name: 'new', follows: [OFFICIAL] };
  schema('NewPerson', person);
  await client.addPerson(person);
  expect(validate({ kind: 'explode' }, 'components', 'schemas', 'NewFault')).not.toEqual([]);
});
