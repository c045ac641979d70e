import { EventEmitter2, EventEmitterModule } from '@nestjs/event-emitter';
import {
  AuthorizationService,
  FormIdService,
  InvalidInputError,
  MessageUnknownError,
  NoGrantError,
  TemplateService,
  type WeixinAccountOptions,
} from 'nestjs-weixin-subscribe';
import request from 'supertest';
import { WeixinSimulator } from 'weixin-simulator';
import {
  channelAccounts,
  channelSimulatorAccounts,
  MINI_PROGRAM,
  NOTICES,
  SERVICE_KEY,
} from '../support/accounts.js';
import { broadcastsOf, workUntil } from '../support/broadcasts.js';
import { CaptureLogger } from '../support/capture-logger.js';
import { createTestApp, type TestApp } from '../support/create-test-app.js';
import { countBy, emptyLedger, expectExactBatches } from '../support/ledger.js';
import { endpointOf, PLAIN, popupXml, post, SAFE, signed } from '../support/pushes.js';
import { until } from '../support/until.js';

const MINI = { appId: MINI_PROGRAM.appId, templateId: MINI_PROGRAM.templates[0] };
const NOTICE = { appId: NOTICES.appId, templateId: NOTICES.template };
const FORM = { appId: MINI_PROGRAM.appId, templateId: MINI_PROGRAM.formTemplate };
const DATA = { thing1: { value: '高等数学' }, time2: { value: '2026年11月21日 08:50' } };
const NOTICE_DATA = { ...DATA, character_string3: { value: 'A-301' } };
const FORM_DATA = { keyword1: { value: '高等数学', color: '#173177' }, keyword2: { value: '8:50' } };

/** The mini-program hears of accepts from WeChat, safely in JSON; the official account in XML. */
const PUSHES = {
  [MINI.appId]: { ...SAFE, format: 'json' },
  [NOTICE.appId]: { ...PLAIN, format: 'xml' },
} as const;

describe('messages with keywords', () => {
  let host: TestApp;
  let simulator: WeixinSimulator;
  let openid: (appId: string) => string;

  beforeAll(async () => {
    simulator = await WeixinSimulator.start({ port: 0, accounts: channelSimulatorAccounts() });
    const accounts = channelAccounts().map(
      (account): WeixinAccountOptions => ({
        ...account,
        push: account.appId === NOTICE.appId ? PLAIN : SAFE,
      }),
    );
    const options = { accounts, broadcast: { ratePerSecond: 0, concurrency: 1 } };
    host = await createTestApp({ simulator, options, imports: [EventEmitterModule.forRoot()] });
    openid = (appId) => simulator.openid('xiaoming', appId);
  });
  afterAll(async () => {
    await host?.close();
    await simulator?.close();
  });
  beforeEach(async () => {
    simulator.reset();
    simulator.setClock(host.clock.now());
    for (const [appId, push] of Object.entries(PUSHES))
      simulator.updateAccount(appId, { push: { ...push, url: endpointOf(host).replace(/[^/]+$/, appId) } });
    await emptyLedger(host.dataSource);
    await host.dataSource.query('DELETE FROM weixin_push_event');
  });

  /** What WeChat pushes has reached the ledger. */
  async function pushed(events: number): Promise<void> {
    await simulator.settledPushes();
    await until(async () => {
      const rows = await host.dataSource.query("SELECT id FROM weixin_push_event WHERE status = 'done'");
      return rows.length === events;
    }, `${events} events`);
  }
  const accept = (templateId: string = MINI.templateId, answer: 'accept' | 'reject' = 'accept') =>
    simulator.requestSubscribeMessage({
      appId: MINI.appId,
      person: 'xiaoming',
      answers: { [templateId]: answer },
    });
  function later(ms: number): void {
    host.clock.advance(ms);
    simulator.setClock(host.clock.now());
  }
  const available = (key: { appId: string; templateId: string }) =>
    host.grants.countAvailable({ ...key, openid: openid(key.appId) });
  const sendMini = (more: object = {}) =>
    host.subscribe.send({ ...MINI, openid: openid(MINI.appId), data: DATA, ...more });

  describe('of a mini-program', () => {
    it('are asked for, granted by what WeChat pushes, sent once for each accept, and reported', async () => {
      accept();
      // Two pushes that are alike within one second are one event, repeated.
      later(1000);
      accept();
      await pushed(2);
      expect(await available(MINI)).toBe(2);
      const first = await sendMini({ page: 'pages/course?id=42', miniprogramState: 'trial', lang: 'zh_HK' });
      const second = await sendMini();
      expect(first).toMatchObject({ status: 'sent', channel: 'mini-subscribe', scene: 0, errcode: 0 });
      await expect(sendMini()).rejects.toBeInstanceOf(NoGrantError);
      const [one, two] = simulator.inbox(openid(MINI.appId));
      expect(one).toMatchObject({
        ...{ channel: 'mini-subscribe', data: DATA, page: 'pages/course?id=42' },
        ...{ miniprogramState: 'trial', lang: 'zh_HK', msgId: first.msgid },
      });
      expect(two).toMatchObject({ miniprogramState: 'formal', lang: 'zh_CN', msgId: second.msgid });
      // Beyond what a number holds, and exact.
      expect(Number(first.msgid)).toBeGreaterThan(Number.MAX_SAFE_INTEGER);
      expect(first.msgid).not.toBe(second.msgid);
      await pushed(4);
      expect(await countBy(host.dataSource, 'weixin_message')).toEqual({ sent: 2 });
    });

    it('are refused before they leave where a value breaks the rule of its keyword, and name it', async () => {
      accept();
      await pushed(1);
      const calls = simulator.calls().length;
      const wrong = { thing1: { value: '一'.repeat(21) }, time2: { value: '25:00' } };
      await expect(sendMini({ data: wrong })).rejects.toMatchObject({
        errors: [
          { field: 'data.thing1.value', message: expect.stringContaining('1 to 20 characters') },
          { field: 'data.time2.value', message: expect.stringContaining('a 24-hour time') },
        ],
      });
      await expect(sendMini({ data: [] })).rejects.toBeInstanceOf(InvalidInputError);
      await expect(sendMini({ scene: 1 })).rejects.toThrow('scene is not a known field');
      await expect(sendMini({ title: 'one-time' })).rejects.toThrow('title is not a known field');
      expect(simulator.calls().length).toBe(calls);
      expect(await available(MINI)).toBe(1);
    });

    it('keep their permission where WeChat finds the template holds other keywords; from then on we find it', async () => {
      accept();
      await pushed(1);
      // Another process has listed nothing yet.
      host.clock.advance(600_000);
      simulator.setClock(host.clock.now());
      const data = { ...DATA, thing9: { value: '多余' } };
      const [known] = await Promise.all([host.app.get(TemplateService).list(MINI.appId)]);
      expect(known.map(({ templateId }) => templateId)).toContain(MINI.templateId);
      const calls = simulator.calls().length;
      await expect(sendMini({ data })).rejects.toMatchObject({
        errors: [{ field: 'data.thing9', message: expect.stringContaining('which holds thing1, time2') }],
      });
      await expect(sendMini({ data: { thing1: DATA.thing1 } })).rejects.toMatchObject({
        errors: [{ field: 'data.time2', message: expect.stringContaining('is missing') }],
      });
      expect(simulator.calls().length).toBe(calls);
      expect(await available(MINI)).toBe(1);
      expect(await sendMini()).toMatchObject({ status: 'sent' });
    });

    it('are held against the template as soon as WeChat has listed it, and refused by WeChat (47003) before', async () => {
      const other = await createTestApp({ simulator, options: { accounts: channelAccounts() } });
      const { appId, templateId } = MINI;
      const key = { appId, templateId, openid: openid(appId) };
      await other.grants.record({ ...key, source: 'test' });
      accept();
      const data = { ...DATA, thing9: { value: '多余' } };
      const send = () => other.subscribe.send({ ...key, data });
      await expect(send()).rejects.toMatchObject({ errcode: 47003 });
      await expect(send()).rejects.toBeInstanceOf(InvalidInputError);
      expect(await other.grants.countAvailable(key)).toBe(1);
      await other.close();
    });

    it.each([
      ['a type that no table of WeChat lists', { short_thing1: { value: '加急件' } }, 'sent'],
      ['a type that this library does not know', { lesson_x1: { value: '课'.repeat(30) } }, 'sent'],
      ['a date without its day', { date1: { value: '2018-01' } }, 'sent'],
      ['a value that is too long', { thing1: { value: '课'.repeat(21) } }, 'refused here'],
      ['an empty value of a type that is not known', { lesson_x1: { value: '' } }, 'refused here'],
      ['what is no keyword', { lesson: { value: '数学' } }, 'refused here'],
    ])('are taken for %s before WeChat has listed the templates as afterwards', async (_, data, outcome) => {
      const [priTmplId] = [MINI.templateId];
      const content = `值:{{${Object.keys(data)[0].replace(/^lesson$/, 'thing1')}.DATA}}`;
      simulator.updateAccount(MINI.appId, { subscribeTemplates: [{ priTmplId, title: '提醒', content }] });
      const other = await createTestApp({ simulator, options: { accounts: channelAccounts() } });
      const key = { ...MINI, openid: openid(MINI.appId) };
      const templates = other.app.get(TemplateService);
      const send = () =>
        other.subscribe.send({ ...key, data }).then(
          ({ status }) => status,
          (error) => (error instanceof InvalidInputError ? 'refused here' : error),
        );
      try {
        for (const source of ['first', 'second']) await other.grants.record({ ...key, source });
        for (const _ of [1, 2]) accept();
        expect(templates.cached(MINI.appId, MINI.templateId)).toBeUndefined();
        expect(await send()).toBe(outcome);
        await templates.list(MINI.appId);
        expect(templates.cached(MINI.appId, MINI.templateId)?.content).toBe(content);
        expect(await send()).toBe(outcome);
      } finally {
        await other.close();
      }
    });

    it('of a type that is not known are logged, once for each type', async () => {
      const [priTmplId] = [MINI.templateId];
      const content = '值:{{lesson_x1.DATA}}';
      simulator.updateAccount(MINI.appId, { subscribeTemplates: [{ priTmplId, title: '提醒', content }] });
      const logger = new CaptureLogger();
      const other = await createTestApp({ simulator, logger, options: { accounts: channelAccounts() } });
      const key = { ...MINI, openid: openid(MINI.appId) };
      try {
        for (const source of ['first', 'second']) {
          await other.grants.record({ ...key, source });
          accept();
          await other.subscribe.send({ ...key, data: { lesson_x1: { value: '不会出现在日志里' } } });
        }
        const warnings = logger.lines.filter((line) => line.includes('lesson_x'));
        expect(warnings).toEqual([
          expect.stringContaining('keywords of type "lesson_x" are sent without a check'),
        ]);
        expect(logger.lines.join()).not.toContain('不会出现');
      } finally {
        await other.close();
      }
    });

    it('are void once the person rejects them or switches them off, but for what they accept later', async () => {
      accept();
      // Two pushes that are alike within one second are one event, repeated.
      later(1000);
      accept();
      await pushed(2);
      later(2000);
      simulator.switchTemplate({ ...MINI, person: 'xiaoming', on: false });
      await pushed(3);
      expect(await available(MINI)).toBe(0);
      expect(await countBy(host.dataSource, 'weixin_grant')).toEqual({ void: 2 });
      later(2000);
      simulator.switchTemplate({ ...MINI, person: 'xiaoming', on: true });
      accept();
      await until(async () => (await available(MINI)) === 1, 'the later accept');
      later(2000);
      accept(MINI.templateId, 'reject');
      await until(async () => (await available(MINI)) === 0, 'the rejection');
    });

    it('are void by a rejection that came after the accept, though both events arrive late', async () => {
      const told = host.clock.now() / 1000;
      const push = async (status: string, createdAt: number) => {
        const { query, body } = signed(
          host,
          popupXml(openid(MINI.appId), MINI.templateId, status, createdAt),
          {
            appId: MINI.appId,
          },
        );
        expect((await post(endpointOf(host, MINI.appId), query, body)).status).toBe(200);
      };
      later(60_000);
      await push('accept', told);
      await pushed(1);
      expect(await available(MINI)).toBe(1);
      later(1000);
      await push('reject', told + 30);
      await pushed(2);
      expect(await available(MINI)).toBe(0);
    });

    it('are settled by the report where the answer to the send was lost', async () => {
      accept();
      later(1000);
      accept();
      await pushed(2);
      // The token is one that the simulator knows after that.
      await sendMini();
      simulator.fault({ kind: 'reset-after', path: '/cgi-bin/message/subscribe/send' });
      const lost = await sendMini().catch((error) => error);
      expect(lost).toBeInstanceOf(MessageUnknownError);
      const message = () => host.subscribe.get(lost.messageId);
      await until(async () => {
        // The report may have come while the send was still waiting for its answer: then it is looked at
        // again.
        host.clock.advance(5000);
        await host.tasks.run('push-events');
        return (await message()).status === 'sent';
      }, 'the report');
      expect(await message()).toMatchObject({ reason: 'reported by WeChat', errcode: 0 });
      expect((await message()).msgid).toBe(simulator.inbox(openid(MINI.appId))[1].msgId);
      expect(await countBy(host.dataSource, 'weixin_grant')).toEqual({ spent: 2 });
    });

    it('are taken back as failed where WeChat reports that they did not arrive', async () => {
      simulator.updateAccount(MINI.appId, { sentFailure: { errorCode: 20000, errorStatus: 'system error' } });
      accept();
      await pushed(1);
      const { id } = await sendMini();
      await until(async () => (await host.subscribe.get(id)).status === 'failed', 'the report');
      expect(await host.subscribe.get(id)).toMatchObject({ errcode: 20000, errmsg: 'system error' });
      expect(await countBy(host.dataSource, 'weixin_grant')).toEqual({ spent: 1 });
      expect(simulator.inbox()).toEqual([]);
    });

    it('go out later, too', async () => {
      accept();
      await pushed(1);
      const notBefore = new Date(host.clock.now() + 60_000);
      const { id } = await sendMini({ notBefore, idempotencyKey: 'later' });
      later(60_000);
      await host.tasks.run('message-dispatch');
      expect(await host.subscribe.get(id)).toMatchObject({ status: 'sent', content: { data: DATA } });
      expect(await sendMini({ idempotencyKey: 'later' })).toMatchObject({ id, status: 'sent' });
      await expect(
        sendMini({ idempotencyKey: 'later', data: { ...DATA, thing1: { value: '线性代数' } } }),
      ).rejects.toMatchObject({ code: 'WEIXIN_IDEMPOTENCY_KEY_REUSED' });
    });
  });

  describe('of an official account', () => {
    it('are asked for, granted, sent with a jump into a mini-program, and reported', async () => {
      simulator.openSubscribe({
        ...{ appId: NOTICE.appId, person: 'xiaoming', answers: { [NOTICE.templateId]: 'accept' } },
      });
      await pushed(1);
      const key = { ...NOTICE, openid: openid(NOTICE.appId) };
      const miniprogram = { appId: MINI.appId, pagepath: 'pages/course?id=42' };
      const sent = await host.subscribe.send({ ...key, data: NOTICE_DATA, miniprogram });
      expect(sent).toMatchObject({ status: 'sent', channel: 'service-notice' });
      expect(simulator.inbox(key.openid)).toMatchObject([
        {
          ...{ channel: 'service-notice', data: NOTICE_DATA, msgId: sent.msgid },
          miniprogram: { appid: MINI.appId, pagepath: 'pages/course?id=42' },
        },
      ]);
      await expect(host.subscribe.send({ ...key, data: NOTICE_DATA })).rejects.toBeInstanceOf(NoGrantError);
      await pushed(2);
    });
  });

  describe('of an official account, whose answers hold no msgid', () => {
    const key = () => ({ ...NOTICE, openid: openid(NOTICE.appId) });
    let given = 0;
    const send = async () => {
      await host.grants.record({ ...key(), source: `without-msgid:${++given}` });
      simulator.openSubscribe({
        ...{ appId: NOTICE.appId, person: 'xiaoming', alwaysKeep: true },
        answers: { [NOTICE.templateId]: 'accept' },
      });
      return host.subscribe.send({ ...key(), data: NOTICE_DATA });
    };
    const blocked = { errorCode: 43101, errorStatus: 'failed:user block' };
    const report = (msgid: string) =>
      simulator.pushEvent({
        ...{ appId: NOTICE.appId, person: 'xiaoming', event: 'subscribe_msg_sent_event' },
        list: {
          wrapper: 'SubscribeMsgSentEvent',
          items: [
            {
              ...{ TemplateId: NOTICE.templateId, MsgID: msgid },
              ...{ ErrorCode: blocked.errorCode, ErrorStatus: blocked.errorStatus },
            },
          ],
        },
      });
    beforeEach(() => simulator.updateAccount(NOTICE.appId, { sendMsgid: 'omit' }));

    it('are taken back by the report where one alone can be meant', async () => {
      simulator.updateAccount(NOTICE.appId, { sentFailure: blocked });
      const sent = await send();
      expect([sent.status, sent.msgid]).toEqual(['sent', undefined]);
      await until(async () => {
        // The report may have come while the send was still waiting for its answer: then it is looked at
        // again.
        host.clock.advance(5000);
        await host.tasks.run('push-events');
        return (await host.subscribe.get(sent.id)).status === 'failed';
      }, 'the report');
      expect(await host.subscribe.get(sent.id)).toMatchObject({
        ...{ status: 'failed', errcode: 43101, errmsg: 'failed:user block' },
        msgid: expect.stringMatching(/^\d{19}$/),
      });
      expect(await countBy(host.dataSource, 'weixin_grant')).toEqual({ spent: 1 });
    });

    it('stay as they are where two could be meant, and the log and the listeners are told', async () => {
      const told: unknown[] = [];
      const hear = (event: unknown) => told.push(event);
      const emitter = host.app.get(EventEmitter2, { strict: false });
      emitter.on('weixin.delivery.report-unmatched', hear);
      const logger = new CaptureLogger();
      host.app.useLogger(logger);
      const push = { ...PUSHES[NOTICE.appId], url: endpointOf(host).replace(/[^/]+$/, NOTICE.appId) };
      // What WeChat says of each is lost.
      simulator.updateAccount(NOTICE.appId, { push: null });
      const one = await send();
      later(1000);
      const two = await send();
      simulator.updateAccount(NOTICE.appId, { push });
      await report('4611686018427387905');
      await pushed(1);
      expect(await countBy(host.dataSource, 'weixin_message')).toEqual({ sent: 2 });
      await until(() => Promise.resolve(told.length > 0), 'the listener');
      expect(told).toEqual([
        {
          ...{ ...key(), msgid: '4611686018427387905', ...blocked },
          messageIds: [two.id, one.id],
        },
      ]);
      expect(logger.lines.join()).toContain(
        `WeChat reports message 4611686018427387905 (43101 failed:user block), but 2 messages without a msgid could be it; a person has to resolve them: ${two.id}, ${one.id}`,
      );
      host.app.useLogger(false);
      emitter.off('weixin.delivery.report-unmatched', hear);
    });

    it('are not taken for the message of another system', async () => {
      await report('4611686018427387907');
      await pushed(1);
      expect(await countBy(host.dataSource, 'weixin_message')).toEqual({});
    });
  });

  describe('of a mini-program, by form id', () => {
    const formIds = () => host.app.get(FormIdService);
    const send = () =>
      host.subscribe.send({
        ...FORM,
        openid: openid(FORM.appId),
        data: FORM_DATA,
        emphasisKeyword: 'keyword1',
      });

    it('are sent once for a form and three times for a payment, the form first where it ends first', async () => {
      const own = { appId: FORM.appId, openid: openid(FORM.appId) };
      const { formId } = simulator.submitForm({ appId: FORM.appId, person: 'xiaoming' });
      expect(await formIds().record({ ...own, formId })).toBe('recorded');
      later(1000);
      const { prepayId } = simulator.pay({ appId: FORM.appId, person: 'xiaoming' });
      const reply = await request(host.url)
        .post('/weixin/form-ids')
        .set('Authorization', `Bearer ${SERVICE_KEY}`)
        .send({ ...own, prepayId });
      expect([reply.status, reply.body]).toEqual([201, { status: 'recorded' }]);
      for (let n = 0; n < 4; n++)
        expect(await send()).toMatchObject({ status: 'sent', channel: 'mini-template' });
      await expect(send()).rejects.toBeInstanceOf(NoGrantError);
      const inbox = simulator.inbox(own.openid);
      expect(inbox.map((message) => message.formId)).toEqual([formId, prepayId, prepayId, prepayId]);
      expect(inbox[0]).toMatchObject({ data: FORM_DATA, emphasisKeyword: 'keyword1.DATA' });
    });

    it('are refused where WeChat does not know the form id, which is used up by that', async () => {
      await formIds().record({ appId: FORM.appId, openid: openid(FORM.appId), formId: 'made-up' });
      await expect(send()).rejects.toMatchObject({ outcome: 'refused', errcode: 41028 });
      expect(await countBy(host.dataSource, 'weixin_grant')).toEqual({ void: 1 });
    });

    it('name what is wrong with their keywords', async () => {
      const wrong = (data: object, more: object = {}) =>
        host.subscribe.send({ ...FORM, openid: 'oX', data, ...more } as never);
      await expect(wrong({ thing1: { value: 'x' } })).rejects.toThrow('keywords named keyword1');
      await expect(wrong({ keyword1: { value: '' } })).rejects.toThrow(
        'data.keyword1.value must be text of 1 to 200',
      );
      await expect(wrong({ keyword1: { value: 'x', color: 'blue' } })).rejects.toThrow('#RRGGBB');
      await expect(wrong({ keyword1: { value: 'x' } }, { emphasisKeyword: 'keyword2' })).rejects.toThrow(
        'emphasisKeyword must be a keyword of data',
      );
    });
  });

  describe('to many at once', () => {
    const SEND = '/cgi-bin/message/subscribe/send';
    const broadcasts = () => broadcastsOf(host);
    const people = (n: number) =>
      Array.from({ length: n }, (_, index) => {
        simulator.addPerson(`person-${index}`);
        return `person-${index}`;
      });
    /** Each accepts: at WeChat, which pushes it. */
    async function acceptAll(persons: string[]): Promise<void> {
      const before = (await host.dataSource.query('SELECT id FROM weixin_push_event')).length;
      for (const person of persons)
        simulator.requestSubscribeMessage({
          appId: MINI.appId,
          person,
          answers: { [MINI.templateId]: 'accept' },
        });
      await pushed(before + persons.length);
    }
    const openids = (persons: string[], appId: string = MINI.appId) =>
      persons.map((person) => simulator.openid(person, appId));
    const grants = () => countBy(host.dataSource, 'weixin_grant');

    it('say to each person of a list what their fields say, held against the template, one message each', async () => {
      const persons = people(5);
      await acceptAll(persons.slice(0, 4));
      later(1000);
      await acceptAll(persons.slice(0, 1));
      const [one, two, three, four, five] = openids(persons);
      const recipients = [
        { openid: one, fields: { course: '高等数学', id: 7 } },
        { openid: two, fields: { course: '线性代数 & 几何', id: '7&8' } },
        { openid: three, fields: { course: '课'.repeat(21), id: 9 } },
        { openid: four },
        { openid: five, fields: { course: '物理', id: 9 } },
      ];
      const input = {
        ...MINI,
        data: { ...DATA, thing1: { value: '{{course}}' } },
        page: 'pages/course?id={{id}}',
        recipients,
      };
      expect(await broadcasts().preview(input)).toMatchObject({
        matching: 2,
        recipients: { rows: 5, invalid: 2, duplicates: 0, noGrant: 1 },
        wrong: [
          { openid: three, reason: expect.stringContaining('data.thing1.value must be text of 1 to 20') },
          { openid: four, reason: 'there is no field "course", "id"' },
        ],
        samples: [{ content: { data: { thing1: { value: '高等数学' } }, lang: 'zh_CN' } }, { openid: two }],
      });
      const { id } = await broadcasts().start(input);
      expect(await workUntil(host, id, 'finished')).toMatchObject({ sent: 2, invalid: 2, noGrant: 1 });
      expect(simulator.inbox(one)).toMatchObject([
        {
          channel: 'mini-subscribe',
          data: { ...DATA, thing1: { value: '高等数学' } },
          page: 'pages/course?id=7',
        },
      ]);
      expect(simulator.inbox(two)).toMatchObject([
        { data: { thing1: { value: '线性代数 & 几何' } }, page: 'pages/course?id=7%268' },
      ]);
      // Two accepts of the first: one is left. Nobody else's was touched.
      expect(await grants()).toEqual({ spent: 2, available: 3 });
      await expectExactBatches(host.dataSource);
    });

    it('reach everybody who has a permission, once, however many; counted as people', async () => {
      const persons = people(6);
      await acceptAll(persons);
      for (let again = 0; again < 2; again++) {
        later(1000);
        await acceptAll(persons.slice(0, 3));
      }
      const start = () => broadcasts().start({ ...MINI, data: DATA });
      const { id } = await start();
      expect(await workUntil(host, id, 'finished')).toMatchObject({ total: 6, claimed: 6, sent: 6 });
      expect(openids(persons).map((openid) => simulator.inbox(openid).length)).toEqual(Array(6).fill(1));
      expect(await grants()).toEqual({ spent: 6, available: 6 });
      expect(await broadcasts().get(id)).toMatchObject({
        channel: 'mini-subscribe',
        scene: 0,
        content: { data: DATA },
      });
      const again = await start();
      expect(await workUntil(host, again.id, 'finished')).toMatchObject({ total: 3, sent: 3 });
      await expectExactBatches(host.dataSource);
    });

    it('stay unknown where no answer came until WeChat reports it, pause for the quota, and go on', async () => {
      const persons = people(4);
      await acceptAll(persons);
      await host.subscribe.send({ ...MINI, openid: openids(persons)[3], data: DATA });
      simulator.fault({ kind: 'reset-after', path: SEND });
      simulator.fault({ kind: 'errcode', path: SEND, errcode: 45009 });
      const { id } = await broadcasts().start({ ...MINI, data: DATA });
      const paused = await workUntil(host, id, 'paused');
      expect(paused).toMatchObject({ pauseCause: 'quota', inFlight: 0, remaining: 2 });
      expect(paused.sent + paused.unknown).toBe(1);
      await until(async () => {
        host.clock.advance(5000);
        await host.tasks.run('push-events');
        return (await broadcasts().progress(id)).sent === 1;
      }, 'the report');
      await host.subscribe.resume(MINI.appId);
      expect(await workUntil(host, id, 'finished')).toMatchObject({ sent: 3, unknown: 0, failed: 0 });
      expect(openids(persons).map((openid) => simulator.inbox(openid).length)).toEqual([1, 1, 1, 1]);
      expect(await grants()).toEqual({ spent: 4 });
      await expectExactBatches(host.dataSource);
    });

    it('of an official account are notices, and those by form id use the one that ends first', async () => {
      const [person] = people(1);
      simulator.openSubscribe({ appId: NOTICE.appId, person, answers: { [NOTICE.templateId]: 'accept' } });
      await pushed(1);
      const { formId } = simulator.submitForm({ appId: FORM.appId, person });
      const own = openids([person])[0];
      await host.app.get(FormIdService).record({ appId: FORM.appId, openid: own, formId });
      later(1000);
      const { prepayId } = simulator.pay({ appId: FORM.appId, person });
      await host.app.get(FormIdService).record({ appId: FORM.appId, openid: own, prepayId });
      const notices = await broadcasts().start({
        ...{ ...NOTICE, data: NOTICE_DATA, page: 'https://example.com/courses' },
        miniprogram: { appId: MINI.appId, pagepath: 'pages/course' },
      });
      const form = { ...FORM, data: FORM_DATA, emphasisKeyword: 'keyword1' };
      const toAll = await broadcasts().start(form);
      for (const { id } of [notices, toAll])
        expect(await workUntil(host, id, 'finished')).toMatchObject({ total: 1, sent: 1 });
      const toOne = await broadcasts().start({ ...form, recipients: [own, 'oNobody'] });
      expect(await workUntil(host, toOne.id, 'finished')).toMatchObject({ sent: 1, noGrant: 1 });
      expect(simulator.inbox(openids([person], NOTICE.appId)[0])).toMatchObject([
        { channel: 'service-notice', data: NOTICE_DATA },
      ]);
      expect(simulator.inbox(own).map((message) => message.formId)).toEqual([formId, prepayId]);
      expect(await grants()).toEqual({ spent: 3, available: 2 });
      await expectExactBatches(host.dataSource);
    });

    it.each<[string, object, string, string]>([
      [
        'a keyword that the template has not',
        { data: { ...DATA, thing9: { value: 'x' } } },
        'data.thing9',
        'is not a keyword of the template',
      ],
      [
        'one that is missing, beside a placeholder',
        { data: { thing1: { value: '{{course}}' } } },
        'data.time2',
        'is missing',
      ],
      [
        'a value that breaks its rule, beside a placeholder',
        { data: { thing1: { value: '{{course}}' }, time2: { value: '25:00' } } },
        'data.time2.value',
        'a 24-hour time',
      ],
      [
        'a value that is no text',
        { data: { ...DATA, thing1: { value: 7 } } },
        'data.thing1.value',
        'a number, not text',
      ],
      ['what is no keyword', { data: { ...DATA, thing1: null } }, 'data.thing1', 'must be an object'],
      ['no content', {}, 'data', 'must be an object'],
      ['a title', { data: DATA, title: '上课提醒' }, 'title', 'is not a known field'],
      [
        'a keyword that is enlarged',
        { data: DATA, emphasisKeyword: 'thing1' },
        'emphasisKeyword',
        'is not a known field',
      ],
      ['a scene', { data: DATA, scene: 1 }, 'scene', 'channel mini-subscribe has none'],
      ['a purpose', { data: DATA, purpose: 'class' }, 'purpose', 'channel mini-subscribe has none'],
      ['another channel', { data: DATA, channel: 'one-time' }, 'channel', 'is of channel mini-subscribe'],
      [
        'a placeholder without recipients',
        { data: { ...DATA, thing1: { value: '{{course}}' } }, recipients: undefined },
        'data',
        'give recipients',
      ],
    ])('are refused for %s, and nothing is written', async (_, more, field, says) => {
      const refusal = broadcasts().start({ ...MINI, recipients: ['oAny'], ...more });
      await expect(refusal).rejects.toBeInstanceOf(InvalidInputError);
      await expect(refusal).rejects.toMatchObject({
        errors: expect.arrayContaining([{ field, message: expect.stringContaining(says) }]),
      });
      expect(await countBy(host.dataSource, 'weixin_broadcast')).toEqual({});
    });

    it('come by REST, in the fields of their channel', async () => {
      await acceptAll(people(1));
      const call = request(host.url).post('/weixin/broadcasts').set('Authorization', `Bearer ${SERVICE_KEY}`);
      const started = await call.send({ ...MINI, data: DATA, page: 'pages/index' });
      expect([started.status, started.body]).toMatchObject([
        201,
        {
          channel: 'mini-subscribe',
          audience: 'scene',
          scene: 0,
          data: DATA,
          page: 'pages/index',
          progress: { total: 1 },
        },
      ]);
      expect(await workUntil(host, started.body.id, 'finished')).toMatchObject({ sent: 1 });
    });
  });

  it('of a retired channel are warned of at the start, where the real WeChat is asked', async () => {
    const start = async (apiBaseUrl: string) => {
      const logger = new CaptureLogger();
      const app = await createTestApp({
        simulator,
        logger,
        options: { accounts: channelAccounts(), apiBaseUrl },
      });
      await app.close();
      return logger.lines.join('\n');
    };
    expect(await start('https://api.weixin.qq.com')).toContain(
      `template "${FORM.templateId}" is of channel mini-template, which WeChat took offline on 2020-01-10`,
    );
    expect(await start(simulator.url)).not.toContain('took offline');
  });

  it('of a channel that the account can not send are refused at the start', async () => {
    const [mini, notices] = channelAccounts();
    const swapped = [{ ...mini, templates: notices.templates }, notices];
    await expect(createTestApp({ simulator, options: { accounts: swapped } })).rejects.toThrow(
      'is of channel service-notice, which an account of kind service-account or official-account can send; its kind is mini-program',
    );
  });

  it('are granted once for each accept, whether the page tells of it, WeChat does, or both', async () => {
    const subject = () => ({ id: 'user-1', openid: openid(MINI.appId) });
    const authorization = host.app.get(AuthorizationService);
    const question = { appId: MINI.appId, templateIds: [MINI.templateId] };
    const ask = async () => (await authorization.askToSubscribe({ ...question, subject: subject() })).state;
    const answer = (more: object = {}) => {
      const answers = { [MINI.templateId]: 'accept' as const };
      return simulator.requestSubscribeMessage({ appId: MINI.appId, person: 'xiaoming', answers, ...more });
    };
    const report = async ({ result }: { result: object }) =>
      authorization.report({ state: await ask(), result }, subject());
    // Both; the page alone, since "always keep" shows no panel; WeChat alone, since the page was closed.
    await report(answer());
    later(1000);
    await report(answer({ alwaysKeep: true }));
    await pushed(1);
    expect(await available(MINI)).toBe(2);
    later(3_600_000);
    answer();
    await pushed(2);
    expect(await available(MINI)).toBe(3);
    expect(
      simulator.grants(openid(MINI.appId)).filter(({ status }) => status === 'outstanding'),
    ).toHaveLength(3);
    for (let n = 0; n < 3; n++) expect(await sendMini()).toMatchObject({ status: 'sent' });
    await expect(sendMini()).rejects.toBeInstanceOf(NoGrantError);
  });

  it('are granted to followers of an official account that gets the first popup only', async () => {
    simulator.updateAccount(NOTICE.appId, { popupEvents: 'first' });
    const subject = { id: 'user-1', openid: openid(NOTICE.appId) };
    const authorization = host.app.get(AuthorizationService);
    for (let n = 0; n < 3; n++) {
      const question = { appId: NOTICE.appId, templateIds: [NOTICE.templateId], subject };
      const { state } = await authorization.askToSubscribe(question);
      const { result } = simulator.openSubscribe({
        ...{ appId: NOTICE.appId, person: 'xiaoming', answers: { [NOTICE.templateId]: 'accept' } },
      });
      await authorization.report({ state, result }, subject);
      later(1000);
    }
    await pushed(1);
    expect(await available(NOTICE)).toBe(3);
  });

  it('come by REST as the channel of their template has them', async () => {
    accept();
    await pushed(1);
    const post = (body: object) =>
      request(host.url).post('/weixin/messages').set('Authorization', `Bearer ${SERVICE_KEY}`).send(body);
    const body = { ...MINI, openid: openid(MINI.appId), data: DATA };
    const refused = await post({ ...body, data: { thing1: { value: 7 } } });
    expect([refused.status, refused.body.errors[0].field]).toEqual([400, 'data.thing1.value']);
    const other = await post({ ...body, channel: 'service-notice' });
    expect(other.body.errors[0].message).toContain('is of channel mini-subscribe, not of service-notice');
    const sent = await post(body);
    expect([sent.status, sent.body]).toMatchObject([
      201,
      { status: 'sent', channel: 'mini-subscribe', data: DATA, msgid: expect.stringMatching(/^\d{19}$/) },
    ]);
    const grants = await request(host.url)
      .get('/weixin/grants')
      .set('Authorization', `Bearer ${SERVICE_KEY}`)
      .query({ ...MINI, openid: openid(MINI.appId) });
    expect(grants.body).toMatchObject({ available: 0, grants: [{ status: 'spent' }] });
  });
});
