import { BroadcastService, GrantRepository, HistoryService, PushEventService } from 'nestjs-weixin-subscribe';
import { BroadcastRepository } from '../../libs/weixin-subscribe/src/broadcast/broadcast.repository.js';
import { RecurringBroadcastService } from '../../libs/weixin-subscribe/src/broadcast/recurring/recurring.service.js';
import { CardService } from '../../libs/weixin-subscribe/src/card/card.service.js';
import { SubscribeService } from '../../libs/weixin-subscribe/src/delivery/send/subscribe.service.js';
import type { OpenApiDocument } from '../../libs/weixin-subscribe/src/openapi/index.js';
import { OFFICIAL, SERVICE_KEY } from '../support/accounts.js';
import { createTestApp, type TestApp } from '../support/create-test-app.js';
import { everyRoute } from '../support/every-route.js';
import { insertMany } from '../support/many-rows.js';
import { describeEachDatabase } from '../support/test-databases.js';

/** Each table has a row of it. PostgreSQL takes some other texts for the same UUID, and refuses the rest. */
const ID = '0193abcd-ef01-7abc-8def-0123456789ab';
const JUNK: [string, string][] = [
  ['empty', ''],
  ['a letter', 'x'],
  ['a character too many', `${ID}0`],
  ['a character too few', ID.slice(1)],
  ['in capitals', ID.toUpperCase()],
  ['in braces', `{${ID}}`],
  ['without hyphens', ID.replaceAll('-', '')],
  ['with other hyphens', '0193-abcd-ef01-7abc-8def-0123-4567-89ab'],
  ['hyphens', '-'.repeat(36)],
  ['with a NUL', `${ID.slice(0, 35)}\u0000`],
  ['an emoji', '😀'],
  ['a half surrogate', '\ud83d'],
];
const { appId } = OFFICIAL;
const KEY = {
  ...{ app_id: `'${appId}'`, template_id: `'${OFFICIAL.templates[0]}'`, openid: "'o'", scene: '1' },
  channel: "'one-time'",
};
const GRANT = { ...KEY, id: `'${ID}'`, proof: "'bound'", granted_at: '1' };
const BROADCAST = {
  ...{ app_id: KEY.app_id, template_id: KEY.template_id, channel: KEY.channel, id: `'${ID}'` },
  ...{ audience: "'scene'", scene: '1', status: "'draft'", digest: "'d'", created_at: '1' },
};
const ROWS: Record<string, Record<string, string>> = {
  weixin_grant: { ...GRANT, scene_key: '1', source: "'intent:x'" },
  weixin_live_grant: GRANT,
  weixin_message: {
    ...{ ...KEY, id: `'${ID}'`, status: "'waiting'", content: `'{"title":"x","content":{"value":"x"}}'` },
    ...{ content_digest: "''", accepted_at: '1', attempts: '0', due_at: '9000000000000', not_before: '1' },
  },
  weixin_broadcast: BROADCAST,
  weixin_recurring_broadcast: {
    ...{ app_id: KEY.app_id, template_id: KEY.template_id, id: `'${ID}'`, name: "'n'", status: "'active'" },
    ...{ input: "'{}'", cron: "'0 8 * * *'", time_zone: "'Asia/Shanghai'", start_within_minutes: '60' },
    ...{ created_at: '1', next_at: '9000000000000' },
  },
  weixin_push_event: {
    ...{ id: `'${ID}'`, app_id: KEY.app_id, identity: "'i'", name: "'n'", openid: "'o'", status: "'failed'" },
    ...{ payload: "'{}'", attempts: '1', received_at: '1', ended_at: '1' },
  },
  weixin_card: {
    ...{ id: `'${ID}'`, app_id: KEY.app_id, openid: "'o'", notify_type: '1001', version: '1' },
    ...{ created_at: '1', expires_at: '9000000000000' },
  },
};

/** What a body needs so that it is not what is refused. */
const BODIES: [RegExp, object | string][] = [
  [/resolve$/, { outcome: 'sent' }],
  [/cards\/\{id\}$/, { state: 1, fields: {} }],
];

let routes: OpenApiDocument;
beforeAll(async () => {
  routes = await everyRoute();
});

describeEachDatabase('an id from outside that is none of ours', (database) => {
  let host: TestApp;
  beforeAll(async () => {
    host = await createTestApp({ database });
    for (const [table, row] of Object.entries(ROWS))
      await insertMany(host.dataSource, database, table, 1, row);
  });
  afterAll(() => host?.close());

  const of = <T>(token: abstract new (...args: never[]) => T): T => host.app.get(token, { strict: false });
  const all = async <T>(rows: AsyncIterable<T>): Promise<T[]> => {
    const found: T[] = [];
    for await (const row of rows) found.push(row);
    return found;
  };
  const stand = () =>
    Promise.all(
      Object.keys(ROWS).map((table) => host.dataSource.query(`SELECT * FROM ${table} ORDER BY id`)),
    );

  const CALLS: Record<string, (id: string) => Promise<unknown>> = {
    'GrantRepository.find': (id) => of(GrantRepository).find(id),
    'SubscribeService.get': (id) => of(SubscribeService).get(id),
    'SubscribeService.cancel': (id) => of(SubscribeService).cancel(id),
    'SubscribeService.resend': (id) => of(SubscribeService).resend(id),
    'SubscribeService.resolve': (id) => of(SubscribeService).resolve(id, 'sent'),
    'SubscribeService.explain': (id) => of(SubscribeService).explain(id),
    'BroadcastService.get': (id) => of(BroadcastService).get(id),
    'BroadcastService.addRecipients': (id) => of(BroadcastService).addRecipients(id, ['o']),
    'BroadcastService.launch': (id) => of(BroadcastService).launch(id),
    'BroadcastService.progress': (id) => of(BroadcastService).progress(id),
    'BroadcastService.pause': (id) => of(BroadcastService).pause(id),
    'BroadcastService.resume': (id) => of(BroadcastService).resume(id),
    'BroadcastService.cancel': (id) => of(BroadcastService).cancel(id),
    'BroadcastService.events': (id) => of(BroadcastService).events(id),
    'BroadcastService.export': (id) => all(of(BroadcastService).export(id)),
    'BroadcastRepository.find': (id) => of(BroadcastRepository).find(id),
    'RecurringBroadcastService.get': (id) => of(RecurringBroadcastService).get(id),
    'RecurringBroadcastService.occurrences': (id) => of(RecurringBroadcastService).occurrences(id),
    'RecurringBroadcastService.pause': (id) => of(RecurringBroadcastService).pause(id),
    'RecurringBroadcastService.resume': (id) => of(RecurringBroadcastService).resume(id),
    'RecurringBroadcastService.remove': (id) => of(RecurringBroadcastService).remove(id),
    'PushEventService.get': (id) => of(PushEventService).get(id),
    'PushEventService.retry': (id) => of(PushEventService).retry(id),
    'CardService.get': (id) => of(CardService).get(id),
    'CardService.status': (id) => of(CardService).status(id),
    'CardService.update': (id) => of(CardService).update(id, { state: 1, fields: {} }),
    'CardService.extend': (id) => of(CardService).extend(id, { pay_info: {} }),
    'CardService.explain': (id) => of(CardService).explain(id),
    'HistoryService.ofGrant': (id) => of(HistoryService).ofGrant(id),
    'HistoryService.ofMessage': (id) => of(HistoryService).ofMessage(id),
    'HistoryService.ofCard': (id) => of(HistoryService).ofCard(id),
    // A cursor is a place among ids, and made of one.
    'HistoryService.ofPerson, cursor': (id) =>
      of(HistoryService).ofPerson({ appId, openid: 'o', cursor: `1.2.${id}` }),
    'HistoryService.messages, cursor': (id) => of(HistoryService).messages({ appId, cursor: `-.${id}` }),
    'HistoryService.messages, open, cursor': (id) =>
      of(HistoryService).messages({ appId, status: 'waiting', cursor: `1.${id}` }),
    'BroadcastService.list, before': (id) => of(BroadcastService).list({ appId, before: id }),
    'PushEventService.page, cursor': (id) => of(PushEventService).page({ limit: 1, cursor: id }),
  };
  const NOTHING = [undefined, false, { events: [] }];

  it.each(Object.entries(CALLS))('is nobody to %s, or refused', async (_call, make) => {
    const before = await stand();
    for (const [what, id] of JUNK) {
      const answer = await make(id).then(
        (found) => (NOTHING.some((one) => JSON.stringify(one) === JSON.stringify(found)) ? 'none' : found),
        (error: { code?: string }) => String(error.code ?? error),
      );
      expect([what, answer]).toEqual([
        what,
        expect.stringMatching(/^(none|WEIXIN_INVALID_INPUT|WEIXIN_\w+_NOT_FOUND)$/),
      ]);
    }
    expect(await stand()).toEqual(before);
  });

  it('is what these calls answer to: our id is found by each that reads', async () => {
    const reads = Object.entries(CALLS).filter(([name]) =>
      /\.(get|find|events|ofGrant|ofMessage)$/.test(name),
    );
    for (const [name, make] of reads) {
      const found = await make(ID);
      expect([name, NOTHING.some((one) => JSON.stringify(one) === JSON.stringify(found))]).toEqual([
        name,
        false,
      ]);
    }
  });

  it('is no error of ours in any route', async () => {
    const before = await stand();
    const asked: string[] = [];
    for (const [path, operations] of Object.entries(routes.paths))
      for (const [method, { parameters = [] }] of Object.entries(operations as Record<string, Operation>)) {
        const places = parameters.filter(
          ({ name, in: where }) => (where === 'path' && name === 'id') || /^(cursor|before)$/.test(name),
        );
        for (const { name, in: where } of places)
          for (const [what, id] of JUNK) {
            // In a path it is another route, or none; a text that is not well formed is no URL.
            if (where === 'path' && id === '') continue;
            if (/\p{Surrogate}/u.test(id)) continue;
            const url = new URL(
              path.replace('{id}', where === 'path' ? encodeURIComponent(id) : ID),
              host.url,
            );
            if (where === 'query') {
              url.searchParams.set('appId', appId);
              if (/history$/.test(path)) url.searchParams.set('openid', 'o');
              url.searchParams.set(name, id);
            }
            const { status } = await fetch(url, { method: method.toUpperCase(), ...bodyOf(path, method) });
            const call = `${method} ${path} ${name} ${what}`;
            asked.push(call);
            // An empty parameter of a query is none; the time of an occurrence may be given as `before`.
            if (status !== 404 && !(id === '' && status === 200)) expect([call, status]).toEqual([call, 400]);
          }
      }
    expect(asked.length).toBeGreaterThan(200);
    expect(await stand()).toEqual(before);
  });
});

interface Operation {
  parameters?: { name: string; in: string }[];
}

function bodyOf(path: string, method: string) {
  const headers = { authorization: `Bearer ${SERVICE_KEY}`, 'content-type': 'application/json' };
  if (!['post', 'patch', 'put'].includes(method)) return { headers };
  const [, body = {}] = BODIES.find(([route]) => route.test(path)) ?? [];
  return { headers, body: JSON.stringify(body) };
}
