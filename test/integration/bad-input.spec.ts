import {
  AuthorizationService,
  BroadcastService,
  DriftService,
  FormIdService,
  HistoryService,
  PushEventService,
  SceneRegistry,
  TemplateService,
} from 'nestjs-weixin-subscribe';
import request from 'supertest';
import { MOBILE, OFFICIAL, SERVICE_KEY } from '../support/accounts.js';
import { Browser } from '../support/browser.js';
import { CaptureLogger } from '../support/capture-logger.js';
import { ADAPTERS, createTestApp, type TestApp } from '../support/create-test-app.js';
import { askInBrowser, MOBILE_KEY, message, OFFICIAL_KEY, subscribe, tap } from '../support/flows.js';
import { expectRefusal, ledgerOf, type Refusal, secretsOf } from '../support/refusals.js';

const EMOJI = '😀';
const OTHER_KEY = 'another-service-key-0000';

const input = (field: string, says: string | RegExp): Refusal => ({
  status: 400,
  code: 'WEIXIN_INVALID_INPUT',
  field,
  says,
});
const SCENE = 'scene must be a whole number from 0 to 10000, got ';
const STATE = 'reserved must be 1 to 128 letters and digits, as this service issued it, got ';

describe.each(ADAPTERS)('bad input on %s', (adapter) => {
  const logger = new CaptureLogger();
  const states: string[] = [];
  let host: TestApp;
  let openid: string;

  beforeAll(async () => {
    host = await createTestApp({
      adapter,
      logger,
      options: { authorization: { returnTo: ['http://127.0.0.1:3000/courses'] } },
    });
    // A permission to lose, and a token in memory, so that a refusal has something to leave untouched.
    ({ openid } = await subscribe(host, 1));
    await host.tokens.getToken(OFFICIAL.appId);
  });
  afterAll(() => host?.close());

  const refuses = (act: () => Promise<request.Response>, refusal: Refusal) =>
    expectRefusal(host, act, refusal, states);

  const service = () => ({ Authorization: `Bearer ${SERVICE_KEY}` });
  const post = (path: string, body: unknown, headers: Record<string, string> = service()) =>
    request(host.url)
      .post(path)
      .set(headers)
      .send(body as object);
  const postText = (path: string, body: string, type = 'application/json') =>
    request(host.url)
      .post(path)
      .set({ ...service(), 'Content-Type': type })
      .send(body);
  const get = (path: string, query: object = {}, headers: Record<string, string> = service()) =>
    request(host.url).get(path).query(query).set(headers);

  describe('the way back from WeChat', () => {
    type Fields = Record<string, unknown>;
    interface Question {
      browser: Browser;
      state: string;
      /** What WeChat appended to our callback. */
      fields: Fields;
    }

    async function asked(answer: 'confirm' | 'cancel' = 'confirm'): Promise<Question> {
      const { browser, confirmUrl } = await askInBrowser(host);
      const back = new URL(tap(host, confirmUrl, answer), host.url);
      const state = String(back.searchParams.get('reserved'));
      states.push(state);
      return { browser, state, fields: Object.fromEntries(back.searchParams) };
    }
    const callback = (browser: Browser, fields: Fields) => browser.get('/weixin/callback', fields);

    it.each<[string, Fields, Refusal]>([
      ['a missing state', { reserved: undefined }, input('reserved', `${STATE}nothing`)],
      ['an empty state', { reserved: '' }, input('reserved', `${STATE}other text (0 characters)`)],
      [
        'a state of 129 characters',
        { reserved: 'a'.repeat(129) },
        input('reserved', /got other text \(129 characters\)/),
      ],
      ['a state with a hyphen', { reserved: 'abc-def' }, input('reserved', STATE)],
      ['two states', { reserved: ['aaa', 'bbb'] }, input('reserved', `${STATE}a list`)],
      ['an unknown state', { reserved: 'Abc0123456789' }, { status: 403, code: 'WEIXIN_STATE_UNKNOWN' }],
      [
        'an unknown state of 128 characters',
        { reserved: 'a'.repeat(128) },
        { status: 403, code: 'WEIXIN_STATE_UNKNOWN' },
      ],
      ['a tampered scene', { scene: '1001' }, { status: 400, code: 'WEIXIN_ANSWER_MISMATCH' }],
      [
        'a tampered template',
        { template_id: MOBILE.templates[0] },
        { status: 400, code: 'WEIXIN_ANSWER_MISMATCH' },
      ],
      [
        'a confirm without openid',
        { openid: undefined },
        input('openid', 'openid is required when action is "confirm"'),
      ],
      [
        'a confirm with an empty openid',
        { openid: '' },
        input('openid', 'openid is required when action is "confirm"'),
      ],
      [
        'an openid of 65 characters',
        { openid: 'o'.repeat(65) },
        input('openid', /1 to 64 .*\(65 characters\)/),
      ],
      ['an openid with a space', { openid: 'o o' }, input('openid', '1 to 64 letters, digits')],
      ['two openids', { openid: ['o1', 'o2'] }, input('openid', 'got a list')],
      [
        'an action other than the two',
        { action: 'accept' },
        input('action', 'action must be "confirm" or "cancel", got "accept"'),
      ],
      ['an action in capitals', { action: 'CONFIRM' }, input('action', '"confirm" or "cancel"')],
      ['no action', { action: undefined }, input('action', 'got nothing')],
      ['two actions', { action: ['confirm', 'cancel'] }, input('action', 'got a list')],
      ['scene -1', { scene: '-1' }, input('scene', `${SCENE}-1`)],
      ['scene 10001', { scene: '10001' }, input('scene', `${SCENE}10001`)],
      ['scene 1.5', { scene: '1.5' }, input('scene', `${SCENE}"1.5"`)],
      ['scene abc', { scene: 'abc' }, input('scene', `${SCENE}"abc"`)],
      ['an empty scene', { scene: '' }, input('scene', `${SCENE}""`)],
      ['two scenes', { scene: ['1000', '1000'] }, input('scene', `${SCENE}a list`)],
      ['no scene', { scene: undefined }, input('scene', `${SCENE}nothing`)],
    ])('refuses %s; the intent stays open', async (_what, changes, refusal) => {
      const { browser, fields } = await asked();
      const changed = Object.fromEntries(
        Object.entries({ ...fields, ...changes }).filter(([, value]) => value !== undefined),
      );
      await refuses(() => callback(browser, changed), refusal);
      expect((await callback(browser, fields)).status).toBe(302);
    });

    it('refuses a state issued to another browser, and one without any cookie', async () => {
      const { browser, fields } = await asked();
      const other = (await asked()).browser;
      await refuses(() => callback(other, fields), { status: 403, code: 'WEIXIN_STATE_FOREIGN' });
      await refuses(() => get('/weixin/callback', fields, {}), { status: 403, code: 'WEIXIN_STATE_FOREIGN' });
      await refuses(() => get('/weixin/callback', fields, { Cookie: 'a=%E0%A4%A; b; =' }), {
        status: 403,
        code: 'WEIXIN_STATE_FOREIGN',
      });
      expect((await callback(browser, fields)).status).toBe(302);
    });

    it('refuses a state whose time is over, a moment after and not a moment before', async () => {
      const { browser, fields } = await asked();
      const { browser: second, fields: late } = await asked();
      host.clock.advance(599_999);
      expect((await callback(browser, fields)).status).toBe(302);
      host.clock.advance(1);
      await refuses(() => callback(second, late), { status: 410, code: 'WEIXIN_STATE_EXPIRED' });
      await host.tasks.run('intent-expiry');
      await refuses(() => callback(second, late), { status: 410, code: 'WEIXIN_STATE_EXPIRED' });
    });

    it('refuses a state that was answered otherwise before', async () => {
      const { browser, fields } = await asked();
      expect((await callback(browser, fields)).status).toBe(302);
      const used = { status: 409, code: 'WEIXIN_STATE_REUSED' };
      await refuses(() => callback(browser, { ...fields, openid: 'oSomebodyElse' }), used);
      await refuses(() => callback(browser, { ...fields, action: 'cancel' }), used);
    });

    it('refuses a confirm after a cancel of the same intent', async () => {
      const { browser, fields } = await asked('cancel');
      expect((await callback(browser, fields)).headers.location).toContain('subscribe=cancelled');
      await refuses(() => callback(browser, { ...fields, action: 'confirm', openid }), {
        status: 409,
        code: 'WEIXIN_STATE_REUSED',
      });
    });

    it('refuses at one endpoint a state that was issued at the other', async () => {
      const { browser, fields } = await asked();
      const { scene, template_id: templateId, reserved, action } = fields;
      const answer = { reserved, action, templateId, scene: Number(scene), openid };
      await refuses(() => browser.post('/weixin/app/results', answer), {
        status: 403,
        code: 'WEIXIN_STATE_UNKNOWN',
      });

      const app = new Browser(host.url);
      const intent = (await app.post('/weixin/app/intents', { ...MOBILE_KEY, scene: 1 })).body;
      states.push(intent.reserved);
      const back = {
        reserved: intent.reserved,
        template_id: intent.templateId,
        scene: 1,
        action: 'confirm',
        openid,
      };
      await refuses(() => callback(app, back), { status: 403, code: 'WEIXIN_STATE_UNKNOWN' });
    });

    it('takes what WeChat may add one day, and gives one grant', async () => {
      const { browser, fields } = await asked();
      const back = await callback(browser, {
        ...fields,
        isappinstalled: '0',
        toString: 'x',
        ['__proto__']: 'y',
      });
      expect(back.status).toBe(302);
    });
  });

  describe('the way out to WeChat', () => {
    const good = { ...OFFICIAL_KEY, scene: '1000', returnTo: '/courses/1' };
    const elsewhere: Refusal = { status: 400, code: 'WEIXIN_RETURN_TO_REFUSED' };

    it.each<[string, Record<string, unknown>, Refusal]>([
      ['scene -1', { scene: '-1' }, input('scene', `${SCENE}-1`)],
      ['scene 10001', { scene: '10001' }, input('scene', `${SCENE}10001`)],
      ['scene 1.5', { scene: '1.5' }, input('scene', `${SCENE}"1.5"`)],
      ['scene abc', { scene: 'abc' }, input('scene', `${SCENE}"abc"`)],
      ['two scenes', { scene: ['1', '2'] }, input('scene', `${SCENE}a list`)],
      ['no scene', { scene: undefined }, input('scene', `${SCENE}nothing`)],
      ['no account', { appId: undefined }, input('appId', 'got nothing')],
      ['two accounts', { appId: [OFFICIAL.appId, OFFICIAL.appId] }, input('appId', 'got a list')],
      ['an account with a slash', { appId: '../x' }, input('appId', '1 to 32 letters')],
      [
        'a template of 65 characters',
        { templateId: 't'.repeat(65) },
        input('templateId', /1 to 64 .*65 characters/),
      ],
      [
        'an unknown account',
        { appId: 'wx0000000000000000' },
        { status: 404, code: 'WEIXIN_UNKNOWN_ACCOUNT' },
      ],
      ['an unknown template', { templateId: 'nobodys' }, { status: 404, code: 'WEIXIN_UNKNOWN_TEMPLATE' }],
      [
        'the template of another account',
        { templateId: MOBILE.templates[0] },
        { status: 404, code: 'WEIXIN_UNKNOWN_TEMPLATE' },
      ],
      ['a mobile app', { ...MOBILE_KEY }, { status: 400, code: 'WEIXIN_ACCOUNT_KIND' }],
      ['an extra field', { redirect: 'x' }, input('redirect', 'redirect is not a known field')],
      ['a field named toString', { toString: 'x' }, input('toString', 'toString is not a known field')],
      ['an answer in place of a question', { openid: 'o1' }, input('openid', 'openid is not a known field')],
      ['no returnTo', { returnTo: undefined }, elsewhere],
      ['two returnTo', { returnTo: ['/courses', '//evil.example'] }, input('returnTo', 'got a list')],
      ['an empty returnTo', { returnTo: '' }, input('returnTo', '1 to 2048 characters')],
      [
        'a returnTo of 2049 characters',
        { returnTo: `/courses/${'x'.repeat(2040)}` },
        input('returnTo', 'got 2049'),
      ],
      ...[
        '//evil.example',
        '/\\evil.example',
        '\\\\evil.example',
        '/\t/evil.example',
        'https://evil.example',
        'http://127.0.0.1:3000@evil.example/courses',
        'http://127.0.0.1:3000.evil.example/courses',
        'http://user@127.0.0.1:3000/courses',
        'https://127.0.0.1:3000/courses',
        'http://127.0.0.1:3001/courses',
        'javascript:alert(1)',
        'data:text/html,hello',
        '/',
        '/courses2',
        '/courses/../admin',
        '/courses/%2e%2e/admin',
        '/courses/..%2fadmin',
        '/courses/..%5cadmin',
        '/admin#/courses/',
      ].map((returnTo): [string, Record<string, unknown>, Refusal] => [
        `returnTo ${returnTo}`,
        { returnTo },
        elsewhere,
      ]),
    ])('refuses %s, and asks nobody', async (_what, changes, refusal) => {
      const query = Object.fromEntries(
        Object.entries({ ...good, ...changes }).filter(([, value]) => value !== undefined),
      );
      await refuses(() => get('/weixin/authorize', query, {}), refusal);
    });
  });

  describe('the endpoint of mobile apps', () => {
    const good = { ...MOBILE_KEY, scene: 7 };

    it.each<[string, unknown, Refusal]>([
      ['a scene as text', { ...good, scene: '7' }, input('scene', `${SCENE}"7"`)],
      ['scene -1', { ...good, scene: -1 }, input('scene', `${SCENE}-1`)],
      ['scene 10001', { ...good, scene: 10_001 }, input('scene', `${SCENE}10001`)],
      ['scene 1.5', { ...good, scene: 1.5 }, input('scene', `${SCENE}1.5`)],
      ['scene null', { ...good, scene: null }, input('scene', `${SCENE}null`)],
      ['scene as a list', { ...good, scene: [7] }, input('scene', `${SCENE}a list`)],
      ['an official account', { ...OFFICIAL_KEY, scene: 7 }, { status: 400, code: 'WEIXIN_ACCOUNT_KIND' }],
      ['an unknown account', { ...good, appId: 'wx0' }, { status: 404, code: 'WEIXIN_UNKNOWN_ACCOUNT' }],
      [
        'an unknown template',
        { ...good, templateId: 'nobodys' },
        { status: 404, code: 'WEIXIN_UNKNOWN_TEMPLATE' },
      ],
      ['an extra field', { ...good, subject: 'somebody' }, input('subject', 'subject is not a known field')],
      ['a list', [good], input('', 'must be a JSON object')],
    ])('opens no intent for %s', async (_what, body, refusal) => {
      await refuses(() => post('/weixin/app/intents', body, {}), refusal);
    });

    it.each<[string, Record<string, unknown>, Refusal]>([
      ['a missing state', { reserved: undefined }, input('reserved', `${STATE}nothing`)],
      ['an unknown state', { reserved: 'Abc0123456789' }, { status: 403, code: 'WEIXIN_STATE_UNKNOWN' }],
      ['a state of 129 characters', { reserved: 'a'.repeat(129) }, input('reserved', '129 characters')],
      ['a state with a hyphen', { reserved: 'a-b' }, input('reserved', STATE)],
      ['a state that is a number', { reserved: 5 }, input('reserved', `${STATE}5`)],
      ['a tampered scene', { scene: 8 }, { status: 400, code: 'WEIXIN_ANSWER_MISMATCH' }],
      [
        'a tampered template',
        { templateId: OFFICIAL.templates[0] },
        { status: 400, code: 'WEIXIN_ANSWER_MISMATCH' },
      ],
      [
        'a confirm without openid',
        { openid: null },
        input('openid', 'openid is required when action is "confirm"'),
      ],
      [
        'a confirm with an empty openid',
        { openid: '' },
        input('openid', 'openid is required when action is "confirm"'),
      ],
      [
        'another action',
        { action: 'agree' },
        input('action', 'action must be "confirm" or "cancel", got "agree"'),
      ],
      ['an errCode as text', { errCode: '0' }, input('errCode', 'whole number from -1000 to 1000, got "0"')],
      ['a scene as text', { scene: '7' }, input('scene', `${SCENE}"7"`)],
      ['an extra field', { errStr: 'cancel' }, input('errStr', 'errStr is not a known field')],
    ])('refuses an answer with %s; the intent stays open', async (_what, changes, refusal) => {
      const app = new Browser(host.url);
      const { reserved } = (await app.post('/weixin/app/intents', good)).body;
      states.push(reserved);
      const openid = host.simulator.openid('xiaoming', MOBILE.appId);
      const answer = { reserved, action: 'confirm', templateId: good.templateId, scene: 7, openid };
      await refuses(() => app.post('/weixin/app/results', { ...answer, ...changes }), refusal);
      expect((await app.post('/weixin/app/results', answer)).body).toMatchObject({ status: 'confirmed' });
    });
  });

  describe('the endpoint for sending', () => {
    const without = (field: string) => ({ ...message('o1', 1), [field]: undefined });
    const text = (more: object) => ({ content: { ...message('o1').content, ...more } });
    const miniprogram = { appId: 'wx5c0e9d8b7a6f1234', pagepath: 'index' };
    const TITLE = 'title must be text of 1 to 15 characters (Unicode code points), got ';
    const VALUE = 'content.value must be text of 1 to 200 characters (Unicode code points), got ';
    const URL_RULE = 'url must be an absolute http or https URL of at most 2048 characters, got ';

    it.each<[string, object, Refusal]>([
      ['a title of 16 characters', { title: '课'.repeat(16) }, input('title', `${TITLE}16`)],
      ['a title of 16 emoji', { title: EMOJI.repeat(16) }, input('title', `${TITLE}16`)],
      ['an empty title', { title: '' }, input('title', `${TITLE}0`)],
      ['a title of white space', { title: ' \n' }, input('title', `${TITLE}only white space`)],
      [
        'half an emoji in the title',
        { title: '\ud83d' },
        input('title', 'got U+D83D (half an emoji) as character 1'),
      ],
      ['NUL in the title', { title: '课\0' }, input('title', `${TITLE}U+0000 as character 2`)],
      ['a line break in the title', { title: '课\n' }, input('title', `${TITLE}U+000A as character 2`)],
      ['an override in the title', { title: '\u202e课' }, input('title', `${TITLE}U+202E as character 1`)],
      [
        'an escape in the value',
        text({ value: 'a\n\u001b' }),
        input('content.value', 'U+001B as character 3'),
      ],
      [
        'an isolate in the value',
        text({ value: 'a\u2066' }),
        input('content.value', 'U+2066 as character 2'),
      ],
      [
        'an override in the url',
        { url: 'https://e.com/\u202egnp' },
        input('url', 'holds U+202E as character 15'),
      ],
      [
        'a control character in the url',
        { url: 'https://e.com/\u0001' },
        input('url', 'U+0001 as character 15'),
      ],
      [
        'an override in the page of a mini-program',
        { miniprogram: { ...miniprogram, pagepath: 'a\u202e' } },
        input('miniprogram.pagepath', 'U+202E as character 2'),
      ],
      ['a value of 201 characters', text({ value: 'x'.repeat(201) }), input('content.value', `${VALUE}201`)],
      ['a value of 201 emoji', text({ value: EMOJI.repeat(201) }), input('content.value', `${VALUE}201`)],
      ['an empty value', text({ value: '' }), input('content.value', `${VALUE}0`)],
      ['a value that is a number', text({ value: 5 }), input('content.value', `${VALUE}5`)],
      [
        'color blue',
        text({ color: 'blue' }),
        input('content.color', 'content.color must be a colour written #RRGGBB, got "blue"'),
      ],
      ['color #12345', text({ color: '#12345' }), input('content.color', '#RRGGBB, got "#12345"')],
      [
        'an extra field within',
        text({ colour: '#FF0000' }),
        input('content.colour', 'content.colour is not a known field'),
      ],
      ['content as text', { content: 'hello' }, input('content', 'content must be an object, got "hello"')],
      [
        'content as a list',
        { content: [{ value: 'x' }] },
        input('content', 'content must be an object, got a list'),
      ],
      ['url javascript:', { url: 'javascript:alert(1)' }, input('url', URL_RULE)],
      ['url ftp:', { url: 'ftp://example.com/x' }, input('url', `${URL_RULE}"ftp://example.com/x"`)],
      ['a relative url', { url: '/courses/1' }, input('url', `${URL_RULE}"/courses/1"`)],
      ['a url without slashes', { url: 'http:example.com' }, input('url', URL_RULE)],
      [
        'a url of 2049 characters',
        { url: `https://e.com/${'x'.repeat(2035)}` },
        input('url', '2049 characters'),
      ],
      [
        'a mini-program without a page',
        { miniprogram: { appId: miniprogram.appId } },
        input('miniprogram.pagepath', '1 to 1024'),
      ],
      [
        'a mini-program as text',
        { miniprogram: 'wx1' },
        input('miniprogram', 'miniprogram must be an object, got "wx1"'),
      ],
      [
        'a mini-program for a mobile app',
        { ...MOBILE_KEY, miniprogram },
        input('miniprogram', 'miniprogram is not available for a mobile-app account; use url'),
      ],
      ['scene -1', { scene: -1 }, input('scene', `${SCENE}-1`)],
      ['scene 10001', { scene: 10_001 }, input('scene', `${SCENE}10001`)],
      ['scene 1.5', { scene: 1.5 }, input('scene', `${SCENE}1.5`)],
      ['scene as text', { scene: '1' }, input('scene', `${SCENE}"1"`)],
      [
        'an unknown account',
        { appId: 'wx0000000000000000' },
        { status: 404, code: 'WEIXIN_UNKNOWN_ACCOUNT' },
      ],
      ['an unknown template', { templateId: 'nobodys' }, { status: 404, code: 'WEIXIN_UNKNOWN_TEMPLATE' }],
      [
        'the template of another account',
        { templateId: MOBILE.templates[0] },
        { status: 404, code: 'WEIXIN_UNKNOWN_TEMPLATE' },
      ],
      ['an openid of another account', { openid: 'oNobody' }, { status: 409, code: 'WEIXIN_NO_GRANT' }],
      ['an openid with a space', { openid: 'o 1' }, input('openid', '1 to 64 letters')],
      [
        'another channel',
        { channel: 'mini-subscribe' },
        input('channel', 'is of channel one-time, not of mini-subscribe'),
      ],
      [
        'an idempotency key with a space',
        { idempotencyKey: 'a b' },
        input('idempotencyKey', '1 to 128 printable'),
      ],
      [
        'an idempotency key of 129',
        { idempotencyKey: 'k'.repeat(129) },
        input('idempotencyKey', '129 characters'),
      ],
      ['an extra field', { to: 'o1' }, input('to', 'to is not a known field')],
      ['a field named toString', { toString: 'x' }, input('toString', 'toString is not a known field')],
    ])('refuses %s', async (_what, changes, refusal) => {
      await refuses(() => post('/weixin/messages', { ...message(openid, 1), ...changes }), refusal);
    });

    it.each(['appId', 'openid', 'templateId', 'scene', 'title', 'content'])(
      'refuses a message without %s',
      async (field) => {
        await refuses(() => post('/weixin/messages', without(field)), input(field, 'got nothing'));
      },
    );

    it('names every wrong field at once', async () => {
      const { body } = await refuses(
        () => post('/weixin/messages', { ...message(openid, 1), title: '', scene: 'x', url: 'x', extra: 1 }),
        input('title', 'got 0'),
      );
      expect(body.errors.map(({ field }: { field: string }) => field).sort()).toEqual([
        'extra',
        'scene',
        'title',
        'url',
      ]);
    });

    it.each<[string, object, Refusal]>([
      ['no account', { appId: undefined }, input('appId', 'got nothing')],
      ['scene abc', { scene: 'abc' }, input('scene', `${SCENE}"abc"`)],
      ['two scenes', { scene: ['1', '2'] }, input('scene', `${SCENE}a list`)],
      ['no openid', { openid: undefined }, input('openid', 'got nothing')],
      ['an unknown account', { appId: 'wx0' }, { status: 404, code: 'WEIXIN_UNKNOWN_ACCOUNT' }],
      ['an unknown template', { templateId: 'x' }, { status: 404, code: 'WEIXIN_UNKNOWN_TEMPLATE' }],
      ['an extra field', { limit: '5' }, input('limit', 'limit is not a known field')],
    ])('refuses a request about grants with %s', async (_what, changes, refusal) => {
      const query = { ...OFFICIAL_KEY, openid, scene: '1', ...changes };
      await refuses(
        () =>
          get(
            '/weixin/grants',
            Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined)),
          ),
        refusal,
      );
    });

    it.each(['1', 'abc', `${'a'.repeat(36)}`, '%00', "' OR 1=1 --"])(
      'refuses %p as the id of a message',
      async (id) => {
        await refuses(
          () => get(`/weixin/messages/${encodeURIComponent(id)}`),
          input('id', 'id must be a message id'),
        );
      },
    );

    it('knows no message of another id', async () => {
      await refuses(() => get('/weixin/messages/019ab000-0000-7000-8000-000000000000'), {
        status: 404,
        code: 'WEIXIN_MESSAGE_NOT_FOUND',
      });
    });

    it('still sends afterwards, with as much as is allowed', async () => {
      const limits = {
        ...message(openid, 1),
        title: EMOJI.repeat(15),
        content: { value: EMOJI.repeat(200), color: '#FF0000' },
        url: null,
        miniprogram: null,
        idempotencyKey: null,
      };
      const sent = await post('/weixin/messages', limits);
      expect({ status: sent.status, body: sent.body }).toMatchObject({
        status: 201,
        body: { status: 'sent' },
      });
      const { body } = host.simulator.calls().at(-1) as { body: Record<string, unknown> };
      expect(Object.keys(body).sort()).toEqual(['data', 'scene', 'template_id', 'title', 'touser']);
      ({ openid } = await subscribe(host, 1));
    });
  });

  describe('the endpoint for tokens', () => {
    it.each<[string, string, unknown, Refusal]>([
      ['an unknown account', 'wx0', { accessToken: 'x' }, { status: 404, code: 'WEIXIN_UNKNOWN_ACCOUNT' }],
      ['an account with a dot', 'wx.0', { accessToken: 'x' }, input('appId', '1 to 32 letters')],
      ['no token', OFFICIAL.appId, {}, input('accessToken', 'got nothing')],
      [
        'a token with a space',
        OFFICIAL.appId,
        { accessToken: 'S3CR3T T0KEN' },
        input('accessToken', /got other text \(12 characters\)/),
      ],
      [
        'a token of 2049 characters',
        OFFICIAL.appId,
        { accessToken: 't'.repeat(2049) },
        input('accessToken', '2049 characters'),
      ],
      [
        'an extra field',
        OFFICIAL.appId,
        { accessToken: 'x', force: true },
        input('force', 'force is not a known field'),
      ],
    ])('refuses a report with %s, and mints nothing', async (_what, appId, body, refusal) => {
      const { text } = await refuses(() => post(`/weixin/token/${appId}/refresh`, body), refusal);
      expect(text).not.toContain('S3CR3T');
    });

    it('gives no token of an unknown account', async () => {
      await refuses(() => get('/weixin/token/wx0'), { status: 404, code: 'WEIXIN_UNKNOWN_ACCOUNT' });
    });
  });

  describe('service keys', () => {
    const endpoints: [string, () => request.Test][] = [
      ['POST messages', () => request(host.url).post('/weixin/messages').send(message(openid, 1))],
      ['GET messages', () => request(host.url).get('/weixin/messages/019ab000-0000-7000-8000-000000000000')],
      [
        'POST resolve',
        () =>
          request(host.url)
            .post('/weixin/messages/019ab000-0000-7000-8000-000000000000/resolve')
            .send({ outcome: 'sent' }),
      ],
      [
        'GET grants',
        () =>
          request(host.url)
            .get('/weixin/grants')
            .query({ ...OFFICIAL_KEY, openid, scene: 1 }),
      ],
      [
        'GET history',
        () => request(host.url).get('/weixin/history').query({ appId: OFFICIAL.appId, openid }),
      ],
      [
        'GET messages',
        () => request(host.url).get('/weixin/messages').query({ appId: OFFICIAL.appId, status: 'unknown' }),
      ],
      [
        'GET counts',
        () =>
          request(host.url)
            .get('/weixin/counts')
            .query({ appId: OFFICIAL.appId, from: '2026-11-20', to: '2026-11-20' }),
      ],
      [
        'GET drift',
        () =>
          request(host.url)
            .get('/weixin/drift')
            .query({ appId: OFFICIAL.appId, since: '2026-11-20T00:00:00Z' }),
      ],
      ['GET token', () => request(host.url).get(`/weixin/token/${OFFICIAL.appId}`)],
      [
        'POST refresh',
        () => request(host.url).post(`/weixin/token/${OFFICIAL.appId}/refresh`).send({ accessToken: 'x' }),
      ],
    ];
    const keys: [string, string | undefined][] = [
      ['no key', undefined],
      ['a wrong key', `Bearer ${OTHER_KEY}`],
      ['the beginning of the key', `Bearer ${SERVICE_KEY.slice(0, -1)}`],
      ['the key and more', `Bearer ${SERVICE_KEY}x`],
      ['the key in capitals', `Bearer ${SERVICE_KEY.toUpperCase()}`],
      ['the key alone', SERVICE_KEY],
      ['another scheme', `Basic ${Buffer.from(`courses:${SERVICE_KEY}`).toString('base64')}`],
      ['nothing after the scheme', 'Bearer '],
      ['two keys', `Bearer ${SERVICE_KEY}, Bearer ${OTHER_KEY}`],
      ['513 characters', `Bearer ${'k'.repeat(513)}`],
    ];

    it.each(
      endpoints.flatMap(([endpoint, act]) =>
        keys.map(([what, header]) => [endpoint, what, act, header] as const),
      ),
    )('%s refuses %s', async (_endpoint, _what, act, header) => {
      const refused = await expectRefusal(
        host,
        async () => (header === undefined ? act() : act().set('Authorization', header)),
        { status: 401, code: 'WEIXIN_SERVICE_KEY' },
        [OTHER_KEY],
      );
      expect(refused.headers['www-authenticate']).toBe('Bearer');
    });

    it('are looked at before the body is', async () => {
      await refuses(() => post('/weixin/messages', { nonsense: true }, {}), {
        status: 401,
        code: 'WEIXIN_SERVICE_KEY',
      });
    });
  });

  describe('bodies', () => {
    const whole = () => JSON.stringify(message(openid, 1));
    const onExpress = adapter === 'express';
    const notJson: Refusal = { status: 400, code: 'HTTP_400' };

    it.each<[string, () => string, Refusal]>([
      ['text that is not JSON', () => `{"reserved":"${states[0]}", nonsense`, notJson],
      ['half of the JSON', () => whole().slice(0, -1), notJson],
      [
        'too large a body',
        () => JSON.stringify({ ...message(openid, 1), extra: 'x'.repeat(2_000_000) }),
        { status: 413, code: 'HTTP_413' },
      ],
      ['null', () => 'null', onExpress ? notJson : input('', 'must be a JSON object')],
      ['a list', () => `[${whole()}]`, input('', 'must be a JSON object')],
      ['a number', () => '5', onExpress ? notJson : input('', 'must be a JSON object')],
      [
        'deeply nested objects',
        () => `{"content":${'{"value":'.repeat(8000)}1${'}'.repeat(8000)}}`,
        input('content', 'nested deeper than 16 levels'),
      ],
      [
        'deeply nested lists',
        () => `{"title":${'['.repeat(40_000)}${']'.repeat(40_000)}}`,
        input('title', 'nested deeper than 16 levels'),
      ],
      [
        'an appId that has no text of its own',
        () => '{"appId":{"toString":"x"}}',
        input('appId.toString', 'not a known field'),
      ],
      [
        'a channel whose text is a number',
        () => whole().replace('{', '{"channel":{"toString":1},'),
        input('channel.toString', 'not a known field'),
      ],
      [
        'a templateId nested 20,000 deep',
        () =>
          whole()
            .replace('{', `{"templateId":${'['.repeat(20_000)}${']'.repeat(20_000)},`)
            .replace(/,"templateId":"[^"]*"/, ''),
        input('templateId', 'nested deeper than 16 levels'),
      ],
      [
        'thousands of unknown fields',
        () => JSON.stringify(Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`f${i}`, i]))),
        input('f0', 'f0 is not a known field'),
      ],
      // Fastify's own parser refuses these two names.
      [
        '__proto__',
        () => whole().replace('{', '{"__proto__":{"polluted":1},'),
        onExpress ? input('__proto__', 'not a known field') : notJson,
      ],
      [
        '__proto__ within',
        () => whole().replace('"value"', '"__proto__":{"polluted":1},"value"'),
        onExpress ? input('content.__proto__', 'not a known field') : notJson,
      ],
      [
        'constructor',
        () => whole().replace('{', '{"constructor":{"prototype":{"polluted":1}},'),
        onExpress ? input('constructor', 'not a known field') : notJson,
      ],
      [
        'hasOwnProperty',
        () => whole().replace('{', '{"hasOwnProperty":1,'),
        input('hasOwnProperty', 'not a known field'),
      ],
    ])('refuses %s', async (_what, body, refusal) => {
      await refuses(() => postText('/weixin/messages', body()), refusal);
      expect(Object.prototype).not.toHaveProperty('polluted');
    });

    it('says that a body of another type must be JSON', async () => {
      const { status, body } = await postText('/weixin/messages', whole(), 'text/plain');
      expect({ status, detail: body.detail }).toEqual({
        status: 400,
        detail: expect.stringContaining('JSON object'),
      });
    });

    it('says so as well to a caller who left the type to curl', async () => {
      const type = 'application/x-www-form-urlencoded';
      const { status, body } = await postText('/weixin/messages', whole(), type);
      expect([status, body.code, body.errors]).toEqual([
        400,
        'WEIXIN_INVALID_INPUT',
        [{ field: '', message: expect.stringContaining('sent as "Content-Type: application/json"') }],
      ]);
    });

    it('says nothing of a body that is not JSON but that it is not', async () => {
      const { body } = await postText('/weixin/messages', `{"reserved":"${states[0]}", nonsense`);
      expect(body.detail).toBe('the body is not valid JSON');
    });

    it('hides the state in an address that leads nowhere', async () => {
      await refuses(() => get('/weixin/calback', { reserved: states[0], scene: 1 }, {}), {
        status: 404,
        code: 'HTTP_404',
      });
    });
  });

  describe('the services, called without an endpoint', () => {
    /** Nothing was stored and nobody was asked. */
    async function refusesDirectly(act: () => Promise<unknown>, refusal: object): Promise<void> {
      const ledger = await ledgerOf(host);
      const called = host.simulator.calls().length;
      await expect(act()).rejects.toMatchObject(refusal);
      expect(await ledgerOf(host)).toEqual(ledger);
      expect(host.simulator.calls().length).toBe(called);
    }
    const wrong = (field: string, says: string) => ({
      code: 'WEIXIN_INVALID_INPUT',
      errors: [{ field, message: expect.stringContaining(says) }],
    });
    const fails = () => {
      throw new Error('code of the caller');
    };
    const revoked = () => {
      const { proxy, revoke } = Proxy.revocable({}, {});
      revoke();
      return proxy;
    };
    const circular: Record<string, unknown> = { value: 'x' };
    circular.content = circular;

    it.each<[string, unknown, object]>([
      ['a title of 16 emoji', { title: EMOJI.repeat(16) }, wrong('title', 'got 16')],
      ['a value of 201', { content: { value: 'x'.repeat(201) } }, wrong('content.value', 'got 201')],
      ['scene 10001', { scene: 10_001 }, wrong('scene', 'got 10001')],
      ['a scene that is a BigInt', { scene: 1n }, wrong('scene', 'got 1')],
      ['a scene that is not a number', { scene: Number.NaN }, wrong('scene', 'got NaN')],
      ['content that holds itself', { content: circular }, wrong('content', 'nested deeper')],
      ['an extra field', { extra: 1 }, wrong('extra', 'not a known field')],
    ])('send refuses %s', async (_what, changes, refusal) => {
      const input = { ...message(openid, 1), ...(changes as object) };
      await refusesDirectly(() => host.subscribe.send(input as never), refusal);
    });

    it('send refuses an option that it does not know: it may belong to the input', async () => {
      const options = { notBefore: new Date() };
      await refusesDirectly(
        () => host.subscribe.send(message(openid, 1), options as never),
        wrong('options.notBefore', 'not a known field'),
      );
    });

    it.each<[string, () => unknown, object]>([
      [
        'an account whose getter throws',
        () => Object.defineProperty({ ...message(openid, 1) }, 'appId', { enumerable: true, get: fails }),
        wrong('appId', 'cannot be read'),
      ],
      [
        'a title that is a function',
        () => ({ ...message(openid, 1), title: fails }),
        wrong('title', 'must be data, got a function'),
      ],
      [
        'an account that is a revoked proxy',
        () => ({ ...message(openid, 1), appId: revoked() }),
        wrong('appId', 'cannot be read'),
      ],
      [
        'content whose members cannot be listed',
        () => ({ ...message(openid, 1), content: new Proxy({}, { ownKeys: fails }) }),
        wrong('content', 'cannot be read'),
      ],
      [
        'a moment that is no Date behind its class',
        () => ({ ...message(openid, 1), notBefore: Object.create(Date.prototype) }),
        wrong('notBefore', 'cannot be read'),
      ],
      [
        'an account that is a list with four billion gaps',
        () => ({ ...message(openid, 1), appId: new Array(2 ** 32 - 1) }),
        wrong('appId', 'must be a list without gaps'),
      ],
      ['a revoked proxy', revoked, wrong('', 'must be a JSON object')],
    ])('send refuses %s, and nothing of it is run', async (_what, input, refusal) => {
      await refusesDirectly(() => host.subscribe.send(input() as never), refusal);
    });

    it('reads each field once: what is checked is what is sent', async () => {
      const fields = Object.entries(message(openid, 1));
      let reads = 0;
      const sly = new Proxy(Object.fromEntries(fields), {
        get: (target, name) =>
          name === 'title' && ++reads > 1 ? { toString: fails } : Reflect.get(target, name),
      });
      await expect(host.subscribe.send(sly as never)).resolves.toMatchObject({ status: 'sent' });
      expect(reads).toBe(1);
    });

    it.each([undefined, null, 'text', []])('send refuses %p', async (input) => {
      await refusesDirectly(() => host.subscribe.send(input as never), wrong('', 'must be a JSON object'));
    });

    it.each<[string, () => unknown]>([
      ['nothing', () => undefined],
      ['null', () => null],
      ['a text', () => 'text'],
      ['a getter that throws', () => Object.defineProperty({}, 'appId', { enumerable: true, get: fails })],
      ['a proxy that throws', () => new Proxy({}, { get: fails, ownKeys: fails, has: fails })],
      ['a revoked proxy', revoked],
      ['an account without a text', () => ({ appId: { toString: 1 }, since: new Date(0) })],
      ['a symbol for an account', () => ({ appId: Symbol('x'), since: new Date(0) })],
    ])('every service that takes an object refuses %s as input', async (_what, make) => {
      const { app } = host;
      const authorization = app.get(AuthorizationService, { strict: false });
      const input = make as () => never;
      const refused = { code: 'WEIXIN_INVALID_INPUT' };
      for (const act of [
        () => host.subscribe.send(input()),
        () => authorization.askInBrowser(input()),
        () => authorization.askInApp(input()),
        () => authorization.askToSubscribe(input()),
        () => authorization.answer(input(), 'web', { cookies: {} }),
        () => app.get(BroadcastService).start(input()),
        () => app.get(BroadcastService).draft(input()),
        () => app.get(BroadcastService).preview(input()),
        () => app.get(BroadcastService).list(input()),
        () => app.get(HistoryService).ofPerson(input()),
        () => app.get(HistoryService).counts(input()),
        () => app.get(DriftService).report(input()),
        () => app.get(FormIdService).record(input()),
        () => app.get(TemplateService).add(input()),
        () => app.get(SceneRegistry).sceneFor(input()),
      ])
        await refusesDirectly(async () => act(), refused);
    });

    it.each<unknown>([
      undefined,
      null,
      5,
      '',
      'x',
      'a\0',
      '\ud83d',
      '__proto__',
      'x'.repeat(1e6),
      [],
      {},
      { toString: 'x' },
    ])('what is no id is the id of nothing: %p', async (id) => {
      const broadcasts = host.app.get(BroadcastService);
      const pushes = host.app.get(PushEventService);
      const none = { code: 'WEIXIN_MESSAGE_NOT_FOUND' };
      await refusesDirectly(() => host.subscribe.get(id as never), none);
      await refusesDirectly(() => host.subscribe.cancel(id as never), none);
      await refusesDirectly(() => host.subscribe.resolve(id as never, 'sent'), none);
      await refusesDirectly(() => broadcasts.get(id as never), { code: 'WEIXIN_BROADCAST_NOT_FOUND' });
      expect(await pushes.retry(id as never)).toBe(false);
      await refusesDirectly(() => host.tokens.getToken(id as never), { code: 'WEIXIN_UNKNOWN_ACCOUNT' });
    });

    it('resolve refuses a word that is not one of its two, since one of them would give the grant back', async () => {
      await refusesDirectly(
        () => host.subscribe.resolve('019ab000', 'delivered' as never),
        wrong('word', '"sent" or "not-sent"'),
      );
    });

    it.each<[string, object, object]>([
      ['scene -1', { scene: -1 }, wrong('scene', 'got -1')],
      ['scene as text', { scene: '1' }, wrong('scene', 'got "1"')],
      ['an account that is none', { appId: 'a b' }, wrong('appId', '1 to 32')],
      ['an unknown template', { templateId: 'x' }, { code: 'WEIXIN_UNKNOWN_TEMPLATE' }],
    ])('no intent is opened with %s', async (_what, changes, refusal) => {
      const authorization = host.app.get(AuthorizationService, { strict: false });
      await refusesDirectly(
        () => authorization.askInBrowser({ ...OFFICIAL_KEY, scene: 1, returnTo: '/courses', ...changes }),
        refusal,
      );
      await refusesDirectly(() => authorization.askInApp({ ...MOBILE_KEY, scene: 1, ...changes }), refusal);
    });

    it.each<[string, object, object]>([
      ['an action other than the two', { action: 'accept' }, wrong('action', '"confirm" or "cancel"')],
      ['a state that is no text', { state: 5 }, wrong('reserved', 'letters and digits')],
      ['a state of 129', { state: 'a'.repeat(129) }, wrong('reserved', '129 characters')],
      ['an openid of 65', { openid: 'o'.repeat(65) }, wrong('openid', '65 characters')],
      ['an unknown state', {}, { code: 'WEIXIN_STATE_UNKNOWN' }],
    ])('no answer is taken with %s', async (_what, changes, refusal) => {
      const authorization = host.app.get(AuthorizationService, { strict: false });
      const answer = {
        state: 'Abc',
        templateId: OFFICIAL_KEY.templateId,
        scene: 1,
        action: 'confirm',
        openid,
      };
      await refusesDirectly(
        () => authorization.answer({ ...answer, ...changes } as never, 'web', { cookies: {} }),
        refusal,
      );
    });
  });

  it('and no line that was logged meanwhile shows a secret', () => {
    expect(states.length).toBeGreaterThan(20);
    const log = logger.lines.join('\n');
    for (const secret of [...secretsOf(host), ...states, OTHER_KEY]) expect(log).not.toContain(secret);
  });
});
