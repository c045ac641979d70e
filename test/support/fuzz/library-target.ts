import {
  AuthorizationService,
  BroadcastService,
  CardService,
  FormIdService,
  ProblemDetailsFilter,
  PushEventEntity,
  RecurringBroadcastService,
  type StartCardInput,
  TemplateService,
  type WeixinAccountOptions,
} from 'nestjs-weixin-subscribe';
import { weixinOpenApi } from 'nestjs-weixin-subscribe/openapi';
import { signPush } from 'nestjs-weixin-subscribe/testing';
import { WeixinSimulator } from 'weixin-simulator';
import {
  channelAccounts,
  channelSimulatorAccounts,
  libraryAccounts,
  MINI_PROGRAM,
  MOBILE,
  NOTICES,
  OFFICIAL,
  SERVICE_KEY,
  simulatorAccounts,
} from '../accounts.js';
import { fieldsFor, newCard } from '../cards.js';
import { type AdapterKind, createTestApp, type TestApp } from '../create-test-app.js';
import { askInBrowser, MOBILE_KEY, OFFICIAL_KEY, tap } from '../flows.js';
import { PUSH_KEY, PUSH_TOKEN, popupXml, SAFE } from '../pushes.js';
import { secretsOf } from '../refusals.js';
import type { DatabaseKind } from '../test-databases.js';
import type { Attempt, Baseline } from './attempts.js';
import { mountedRoutes } from './mounted-routes.js';
import { type Operation, operationsOf, sampleOf } from './operations.js';
import type { FuzzTarget } from './target.js';

/** So many sends the attempts at an operation may use up, and one request that is right. */
const PERMITS = { attempts: 300, once: 10 };
const PERSON = 'xiaoming';
const MINI = { appId: MINI_PROGRAM.appId, templateId: MINI_PROGRAM.templates[0] };
const NOTICE = { appId: NOTICES.appId, templateId: NOTICES.template };
const FORM = { appId: MINI_PROGRAM.appId, templateId: MINI_PROGRAM.formTemplate };
const DATA = { thing1: { value: '高等数学' }, time2: { value: '2026年11月21日 08:50' } };
/** Its placeholders are those of each time, not of recipients. */
const RECURRING = {
  ...{ title: '上课提醒', content: { value: '{{date}} 8:50 开始' } },
  ...{ cron: '50 8 * * 1-5', timeZone: 'Asia/Shanghai' },
};
const HOUR_MS = 3_600_000;

const DROP_IN_FIELDS = ['grant_type', 'appid', 'secret', 'force_refresh'];

/**
 * WeChat's own token calls, of which the document describes the two right ones, as `dropIn` mounts them; each
 * has one right method.
 */
const DROP_IN = [
  'GET /cgi-bin/token',
  'POST /cgi-bin/token',
  'GET /cgi-bin/stable_token',
  'POST /cgi-bin/stable_token',
].map((route): Operation => {
  const [method, path] = route.split(' ');
  const schemas = DROP_IN_FIELDS.map((name) => [name, { type: 'string' }] as const);
  return {
    ...{ title: route, route, method, path, needsKey: false },
    parameters:
      method === 'GET'
        ? schemas.map(([name, schema]) => ({ name, in: 'query', required: true, schema }))
        : [],
    ...(method === 'POST' && {
      body: {
        ...{ type: 'application/json', required: true },
        schema: { type: 'object', properties: Object.fromEntries(schemas) },
      },
    }),
  };
});

/** The library in a host of its own, with every endpoint that it has. */
export async function libraryTarget(database: DatabaseKind, adapter: AdapterKind): Promise<FuzzTarget> {
  const simulator = await WeixinSimulator.start({
    port: 0,
    accounts: [...simulatorAccounts(), ...channelSimulatorAccounts()].map((account) => ({
      ...{ ...account, grantRule: 'count', overlappingSubscribeSends: 'allow' },
    })),
    people: [PERSON],
  });
  const openids: Record<string, string> = {};
  const host = await createTestApp({
    ...{ simulator, database, adapter },
    extras: { controllers: { dropIn: true } },
    options: {
      accounts: [...libraryAccounts(), ...channelAccounts()].map(
        (account): WeixinAccountOptions => ({ ...account, grantRule: 'count', push: SAFE }),
      ),
      authorization: {
        returnTo: ['http://127.0.0.1:3000/courses'],
        subject: (request) => subjectOf(request, openids),
      },
    },
    // The wider of the parsers that Express has.
    configure: (app) => {
      app.useGlobalFilters(app.get(ProblemDetailsFilter));
      if (adapter === 'express') app.getHttpAdapter().getInstance().set('query parser', 'extended');
    },
  });
  for (const { appId } of simulator.state().accounts) openids[appId] = simulator.openid(PERSON, appId);
  await host.tokens.getToken(OFFICIAL.appId);
  const world = new LibraryWorld(host, openids);
  return {
    ...{ url: host.url, dataSource: host.dataSource },
    mounted: adapter === 'express' ? mountedRoutes(host.app) : undefined,
    operations: [
      ...operationsOf(weixinOpenApi(host.app)).filter(({ path }) => path.startsWith('/weixin/')),
      ...DROP_IN,
    ],
    prepare: (operation, sends) => world.prepare(operation, PERMITS[sends]),
    baseline: (operation) => world.baseline(operation),
    usesUp,
    finish: (operation, attempt) => world.finish(operation, attempt),
    errorForm: ({ path }) => (path.startsWith('/cgi-bin') ? 'weixin' : 'problem'),
    secrets: ({ path }, { status }) => {
      const isToken = /token/.test(path) && status < 400;
      return isToken ? [OFFICIAL.appSecret, MOBILE.appSecret, SERVICE_KEY] : secretsOf(host);
    },
    mostRows: {
      ...{ weixin_intent: 5, weixin_grant: 5, weixin_message: 1, weixin_broadcast: 1 },
      ...{
        weixin_recurring_broadcast: 1,
        weixin_push_event: 1,
        weixin_scene: 1,
        weixin_card: 5,
        weixin_card_update: 5,
      },
    },
    async close() {
      await host.close();
      await simulator.close();
    },
  };
}

/** Who is signed in, and at which account they ask. */
function subjectOf(request: unknown, openids: Record<string, string>) {
  const { headers } = request as { headers: Record<string, string> };
  if (headers['x-user'] === undefined) return undefined;
  return { id: headers['x-user'], openid: openids[headers['x-account']] };
}

/** What the operations of the library work on. */
class LibraryWorld {
  private counter = 0;
  private readonly made = new Map<string, Promise<Baseline>>();

  constructor(
    private readonly host: TestApp,
    private readonly openids: Record<string, string>,
  ) {}

  /** Permissions at WeChat and in the ledger, so that the sends of an operation do not run out of them. */
  async prepare({ path }: Operation, length: number): Promise<void> {
    if (!path.startsWith('/weixin/messages')) return;
    const { simulator, grants, app } = this.host;
    const forms = app.get(FormIdService);
    const [official, mini, notice] = [OFFICIAL_KEY, MINI, NOTICE].map((key) => ({
      ...{ ...key, openid: this.openids[key.appId] },
    }));
    const permits = Array.from({ length }, async () => {
      simulator.confirm({ ...official, scene: 42 });
      simulator.requestSubscribeMessage({
        appId: mini.appId,
        person: PERSON,
        answers: { [mini.templateId]: 'accept' },
      });
      simulator.openSubscribe({
        appId: notice.appId,
        person: PERSON,
        answers: { [notice.templateId]: 'accept' },
      });
      const { formId } = simulator.submitForm({ appId: FORM.appId, person: PERSON });
      await grants.record({ ...official, scene: 42, source: this.next() });
      await grants.record({ ...mini, source: this.next() });
      await grants.record({ ...notice, source: this.next() });
      await forms.record({ appId: FORM.appId, openid: this.openids[FORM.appId], formId });
    });
    await Promise.all(permits);
  }

  baseline(operation: Operation): Promise<Baseline> {
    if (usesUp(operation) || /templates/.test(operation.path)) return this.make(operation);
    const made = this.made.get(operation.title) ?? this.make(operation);
    this.made.set(operation.title, made);
    return made;
  }

  private async make(operation: Operation): Promise<Baseline> {
    const known = { ...OFFICIAL_KEY, openid: this.openids[OFFICIAL.appId], scene: 42 };
    const { query = {}, ...own } = await this.facts(operation);
    const sample = operation.body && sampleOf(operation.body.schema, '', { ...known, ...own.known });
    const ofDocument = operation.parameters
      .filter((one) => one.in === 'query' && (one.required || Object.hasOwn(query, one.name)))
      // Those are part of what is signed.
      .filter(({ name }) => !(isPush(operation) && ['timestamp', 'nonce'].includes(name)))
      .map(({ name, schema }) => [name, String(sampleOf(schema, name, { ...known, ...query }))]);
    return {
      path: { appId: OFFICIAL.appId, templateId: OFFICIAL.templates[0], ...own.path },
      query: Object.fromEntries(ofDocument),
      headers: {
        ...(operation.needsKey && { Authorization: `Bearer ${SERVICE_KEY}` }),
        ...own.headers,
      },
      ...(operation.body && { body: own.body ?? sample }),
    };
  }

  /** As its listeners left it; one row, made anew, since rows are counted. */
  private async failedPush(): Promise<string> {
    const { clock, dataSource } = this.host;
    const moment = new Date(clock.now());
    const id = '019a0000-0000-7000-8000-000000000001';
    await dataSource.getRepository(PushEventEntity).save({
      ...{ id, appId: OFFICIAL.appId, identity: 'failed', name: 'e', openid: '', status: 'failed' },
      ...{ payload: '{}', attempts: 5, reason: 'it threw', receivedAt: moment, endedAt: moment, dueAt: null },
    });
    return id;
  }

  /** What the document cannot know: ids, and answers to what was asked. */
  private async facts({ route, title, body }: Operation): Promise<Facts> {
    const user = { headers: { 'X-User': 'fuzz', 'X-Account': MINI.appId } };
    switch (route) {
      case 'GET /weixin/authorize':
        return { query: { returnTo: '/courses/1', scene: 42 } };
      case 'GET /weixin/callback':
        return this.wayBack();
      case 'GET /weixin/oauth/callback':
        return this.wayBackFromOAuth();
      case 'GET /weixin/jssdk/config':
        return { query: { appId: OFFICIAL.appId, url: 'http://127.0.0.1:3000/courses/1' } };
      case 'POST /weixin/app/intents':
        return { known: { ...MOBILE_KEY, scene: 42 } };
      case 'POST /weixin/app/results':
        return this.appResult();
      case 'POST /weixin/subscribe/intents':
        return { ...user, known: { appId: MINI.appId, templateIds: [...MINI_PROGRAM.templates] } };
      case 'GET /weixin/balance':
        return { ...user, query: { appId: MINI.appId, templateId: MINI.templateId } };
      case 'POST /weixin/subscribe/results':
        return this.subscribeResult();
      case 'POST /weixin/messages':
        return { known: this.messageFacts(title) };
      case 'GET /weixin/messages/{id}':
      case 'GET /weixin/messages/{id}/explain':
        return { path: { id: await this.message({}) } };
      case 'POST /weixin/messages/{id}/cancel':
        return { path: { id: await this.message({ notBefore: this.inHours(1) }) } };
      case 'POST /weixin/messages/{id}/resend':
        return { path: { id: await this.givenUp() } };
      case 'POST /weixin/messages/{id}/resolve':
        return { path: { id: await this.unknown() }, body: { outcome: 'not-sent' } };
      case 'POST /weixin/form-ids':
        return { known: { ...FORM, openid: this.openids[FORM.appId], formId: this.next() } };
      case 'POST /weixin/token/{appId}/refresh':
        return { body: { accessToken: 'a-token-that-died-long-ago' } };
      case 'POST /weixin/broadcasts':
        return {
          known: { draft: true, recipients: this.recipients(), ...CONTENT, idempotencyKey: undefined },
        };
      case 'POST /weixin/broadcasts/preview':
        return { known: { recipients: this.recipients(), ...CONTENT } };
      case 'GET /weixin/broadcasts':
        return { query: { status: 'draft', limit: 20, before: await this.draft() } };
      case 'POST /weixin/broadcasts/{id}/recipients':
        return { path: { id: await this.draft() }, body: this.recipients()[0] };
      case 'POST /weixin/broadcasts/{id}/start':
        return { path: { id: await this.filledDraft() } };
      case 'POST /weixin/broadcasts/{id}/pause':
      case 'POST /weixin/broadcasts/{id}/cancel':
        return { path: { id: await this.running() }, body: { reason: 'it rains' } };
      case 'POST /weixin/broadcasts/{id}/resume':
        return { path: { id: await this.paused() }, body: { reason: 'the sun shines' } };
      case 'POST /weixin/broadcasts/recurring':
        // A repeated request would give the one that is there.
        return { known: { ...RECURRING, name: this.next() } };
      case 'GET /weixin/broadcasts/recurring':
        return { query: { after: 'a', limit: 20 } };
      case 'GET /weixin/broadcasts/recurring/{id}/runs':
        return { path: { id: await this.recurring() }, query: { before: '2026-11-20T04:00:00Z', limit: 20 } };
      case 'POST /weixin/broadcasts/recurring/{id}/resume':
        return { path: { id: await this.pausedRecurring() } };
      case 'POST /weixin/cards':
        return { body: this.card() };
      case 'GET /weixin/cards/{id}':
      case 'GET /weixin/cards/{id}/explain':
        return { path: { id: await this.startedCard() }, query: { live: 'true' } };
      case 'PATCH /weixin/cards/{id}':
        return {
          path: { id: await this.startedCard() },
          body: { state: 2, fields: fieldsFor(2001, 2) },
        };
      case 'POST /weixin/templates/drift':
        return { known: { appId: MINI.appId } };
      case 'POST /weixin/templates':
        await this.ownTemplate().then(({ appId, templateId }) => this.templates.delete(appId, templateId));
        return { known: { ...MINI } };
      case 'DELETE /weixin/templates/{appId}/{templateId}':
        return { path: await this.ownTemplate() };
      case 'GET /weixin/templates/keywords':
        return { query: { tid: 99 } };
      case 'POST /weixin/pushes/{id}/replay':
        return { path: { id: await this.failedPush() } };
      case 'DELETE /weixin/people':
        return { known: { openid: 'oNobodyWhomAnythingIsKnownOf' } };
      case 'GET /weixin/overview':
        return { query: { hours: 24 } };
      case 'GET /weixin/overview/quotas':
        return { query: { appId: OFFICIAL.appId } };
      case 'GET /weixin/audit':
        return { query: { actor: 'courses', limit: 10 } };
      case 'GET /weixin/pushes':
        return { query: { status: 'failed', limit: 10 } };
      case 'GET /weixin/history':
        return { query: { templateId: OFFICIAL.templates[0], limit: 10 } };
      case 'GET /weixin/messages':
        return { query: { status: 'unknown', limit: 10 } };
      case 'GET /weixin/grants':
      case 'GET /weixin/explain':
        return { query: { scene: 42 } };
      case 'GET /weixin/drift':
        return { query: { since: this.inHours(-1).toISOString() } };
      case 'GET /weixin/counts':
        return {
          query: { from: '2026-11-20', to: '2026-11-21', timeZone: 'Asia/Shanghai', scene: 42 },
        };
      case 'GET /weixin/push/{appId}':
        return { path: { appId: MINI.appId }, query: { echostr: '1234567' } };
      case 'POST /weixin/push/{appId}':
        return {
          path: { appId: MINI.appId },
          body: body?.type === 'text/xml' ? this.eventXml() : this.eventJson(),
        };
      default:
        if (route.includes('/cgi-bin/')) return { query: this.dropIn(), body: this.dropIn() };
        if (route.includes('/broadcasts/recurring/{id}')) return { path: { id: await this.recurring() } };
        return route.includes('/broadcasts/{id}') ? { path: { id: await this.cancelled() } } : {};
    }
  }

  finish(operation: Operation, attempt: Attempt): Attempt {
    return isPush(operation) ? this.sign(operation, attempt) : attempt;
  }

  /**
   * Signed as WeChat would, whatever is strange about it; what the attempt itself says in the query stays.
   */
  private sign({ method }: Operation, attempt: Attempt): Attempt {
    const [path, search = ''] = attempt.target.split('?');
    const given = new URLSearchParams(search);
    const timestamp = given.get('timestamp') ?? String(Math.trunc(this.host.clock.now() / 1000));
    const nonce = given.get('nonce') ?? this.next();
    const facts = { appId: MINI.appId, token: PUSH_TOKEN, timestamp, nonce };
    const text = String(attempt.body ?? '');
    const { query, body } = signPush({ ...facts, encodingAesKey: PUSH_KEY, body: text });
    const added = Object.entries(query).filter(([name]) => !given.has(name));
    const more = added.map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
    const target = `${path}?${[search, ...more].filter((part) => part !== '').join('&')}`;
    const isWhole =
      attempt.name.startsWith('the body ') || attempt.name.startsWith('header Content-Encoding');
    return { ...attempt, target, ...(method === 'POST' && !isWhole && { body: Buffer.from(body) }) };
  }

  private async wayBack(): Promise<Facts> {
    const { confirmUrl, asked } = await askInBrowser(this.host, 42);
    const back = new URL(tap(this.host, confirmUrl, 'confirm', PERSON), this.host.url);
    const cookie = [asked.headers['set-cookie']].flat().map((one) => String(one).split(';')[0]);
    return { query: Object.fromEntries(back.searchParams), headers: { Cookie: cookie.join('; ') } };
  }

  private async wayBackFromOAuth(): Promise<Facts> {
    const { confirmUrl, asked } = await askInBrowser(this.host, 42);
    const state = String(new URL(confirmUrl).searchParams.get('reserved'));
    const redirect = encodeURIComponent('http://127.0.0.1:3000/weixin/oauth/callback');
    const query = `appid=${OFFICIAL.appId}&redirect_uri=${redirect}&response_type=code&scope=snsapi_base&state=${state}`;
    const url = `${this.host.simulator.url}/connect/oauth2/authorize?${query}#wechat_redirect`;
    const back = new URL(this.host.simulator.oauth({ url, person: PERSON }));
    const cookie = [asked.headers['set-cookie']].flat().map((one) => String(one).split(';')[0]);
    return { query: Object.fromEntries(back.searchParams), headers: { Cookie: cookie.join('; ') } };
  }

  private async appResult(): Promise<Facts> {
    const subject = { id: 'fuzz', openid: this.openids[MOBILE.appId] };
    const { state } = await this.authorization.askInApp({ ...MOBILE_KEY, scene: 42, subject });
    const openid = this.openids[MOBILE.appId];
    const body = { reserved: state, action: 'confirm', ...rest(MOBILE_KEY), scene: 42, openid, errCode: 0 };
    return { body, headers: { 'X-User': 'fuzz', 'X-Account': MOBILE.appId } };
  }

  private async subscribeResult(): Promise<Facts> {
    const { appId, templateId } = NOTICE;
    const subject = { id: 'fuzz', openid: this.openids[appId] };
    const { state } = await this.authorization.askToSubscribe({ appId, templateIds: [templateId], subject });
    const body = { state, result: { errMsg: 'requestSubscribeMessage:ok', [templateId]: 'accept' } };
    return { body, headers: { 'X-User': 'fuzz', 'X-Account': appId } };
  }

  private messageFacts(title: string): Record<string, unknown> {
    if (title.endsWith('SendMiniSubscribe'))
      return {
        ...MINI,
        openid: this.openids[MINI.appId],
        data: DATA,
        page: 'pages/course?id=42',
        lang: 'zh_CN',
      };
    if (title.endsWith('SendServiceNotice'))
      return {
        ...{ ...NOTICE, openid: this.openids[NOTICE.appId] },
        data: { ...DATA, character_string3: { value: 'A-301' } },
      };
    if (title.endsWith('SendMiniTemplate'))
      return {
        ...{ ...FORM, openid: this.openids[FORM.appId], emphasisKeyword: 'keyword1' },
        data: { keyword1: { value: '高等数学', color: '#173177' }, keyword2: { value: '8:50' } },
      };
    return {};
  }

  private async message(more: object): Promise<string> {
    const openid = this.openids[MINI.appId];
    const { id } = await this.host.subscribe.send({ ...MINI, openid, data: DATA, ...more });
    return id;
  }

  private async unknown(): Promise<string> {
    this.host.simulator.fault({ path: '/cgi-bin/message/subscribe/send', kind: 'reset-before' });
    return this.message({}).catch(({ messageId }) => messageId);
  }

  /** With a text of its own: a later message with the same one would stand for it. */
  private async givenUp(): Promise<string> {
    const data = { ...DATA, thing1: { value: `高等数学${++this.counter}` } };
    const id = await this.message({ data, notBefore: this.inHours(1) });
    await this.host.subscribe.cancel(id);
    return id;
  }

  private card(): StartCardInput {
    return newCard(this.host.simulator, 2001, 1, PERSON);
  }

  private async startedCard(): Promise<string> {
    return (await this.host.app.get(CardService).start(this.card())).id;
  }

  private recipients() {
    return [{ openid: this.openids[OFFICIAL.appId], fields: { name: '小明' } }];
  }

  private async draft(): Promise<string> {
    return (await this.broadcasts.draft({ ...OFFICIAL_KEY, scene: 42, ...CONTENT })).id;
  }

  private async filledDraft(): Promise<string> {
    const id = await this.draft();
    await this.broadcasts.addRecipients(id, this.recipients());
    return id;
  }

  /** Nobody works on it: nothing runs in the background. */
  private async running(): Promise<string> {
    const { id } = await this.broadcasts.launch(await this.filledDraft());
    return id;
  }

  private async paused(): Promise<string> {
    const id = await this.running();
    await this.broadcasts.pause(id);
    return id;
  }

  private get recurrings(): RecurringBroadcastService {
    return this.host.app.get(RecurringBroadcastService);
  }

  private async recurring(): Promise<string> {
    const input = { ...OFFICIAL_KEY, scene: 42, ...RECURRING, name: this.next() };
    return (await this.recurrings.create(input)).id;
  }

  private async pausedRecurring(): Promise<string> {
    return (await this.recurrings.pause(await this.recurring())).id;
  }

  private async cancelled(): Promise<string> {
    const id = await this.draft();
    await this.broadcasts.cancel(id);
    return id;
  }

  /** The one that is added here may be there from before. */
  private async ownTemplate(): Promise<{ appId: string; templateId: string }> {
    const { appId } = MINI;
    const wish = { appId, tid: 99, kidList: [1, 2], sceneDesc: '上课前提醒' };
    const added = await this.templates.add(wish).catch(() => undefined);
    if (added !== undefined) return { appId, templateId: added };
    const known = await this.templates.list(appId);
    for (const { templateId } of known)
      if (!MINI_PROGRAM.templates.some((one) => one === templateId))
        await this.templates.delete(appId, templateId);
    return { appId, templateId: await this.templates.add(wish) };
  }

  private dropIn(): Record<string, string> {
    return { grant_type: 'client_credential', appid: OFFICIAL.appId, secret: SERVICE_KEY };
  }

  private eventXml(): string {
    return popupXml(this.openids[MINI.appId], MINI.templateId, 'accept', this.seconds());
  }

  private eventJson(): unknown {
    return {
      ...{ ToUserName: 'gh_1', FromUserName: this.openids[MINI.appId], CreateTime: this.seconds() },
      ...{ MsgType: 'event', Event: 'subscribe_msg_popup_event' },
      List: [{ TemplateId: MINI.templateId, SubscribeStatusString: 'accept', PopupScene: '0' }],
    };
  }

  private next(): string {
    return `fuzz-${++this.counter}`;
  }

  private seconds(): number {
    return Math.trunc(this.host.clock.now() / 1000) - ++this.counter;
  }

  private inHours(hours: number): Date {
    return new Date(this.host.clock.now() + hours * HOUR_MS);
  }

  private get authorization() {
    return this.host.app.get(AuthorizationService, { strict: false });
  }

  private get templates() {
    return this.host.app.get(TemplateService);
  }

  private get broadcasts() {
    return this.host.app.get(BroadcastService);
  }
}

/** With a placeholder wherever one may stand. */
const CONTENT = {
  ...{ title: '{{name}}上课', content: { value: '{{name}}，高等数学 8:50 开始', color: '#173177' } },
  url: 'https://example.com/{{name}}',
  miniprogram: { appId: MINI.appId, pagepath: 'pages/course?name={{name}}' },
};

const usesUp = ({ route }: Operation) =>
  /\/(cancel|pause|resume|start|replay)$|^DELETE .*\/recurring\//.test(route);
const isPush = ({ path }: Operation) => path.startsWith('/weixin/push/');
const rest = ({ templateId }: { templateId: string }) => ({ templateId });

interface Facts {
  path?: Record<string, string>;
  query?: Record<string, unknown>;
  headers?: Record<string, string>;
  body?: unknown;
  /** By the name of the field, in a body that the document describes. */
  known?: Record<string, unknown>;
}
