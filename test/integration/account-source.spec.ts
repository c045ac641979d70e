import { jest } from '@jest/globals';
import {
  type AccountNotice,
  AccountService,
  AccountSource,
  InvalidOptionsError,
  type WeixinAccountOptions,
} from 'nestjs-weixin-subscribe';
import request from 'supertest';
import { Accounts } from '../../libs/weixin-subscribe/src/account/accounts.js';
import type { SignedPushConfig } from '../../libs/weixin-subscribe/src/account/push.options.js';
import { AccountRepository } from '../../libs/weixin-subscribe/src/account-source/account.repository.js';
import { nextTurn } from '../../libs/weixin-subscribe/src/kernel/next-turn.js';
import { SqlExecutor } from '../../libs/weixin-subscribe/src/sql/sql-executor.js';
import { AuthorizedApiClient } from '../../libs/weixin-subscribe/src/token/authorized-api.client.js';
import { SecretCredential } from '../../libs/weixin-subscribe/src/token/credential/secret.credential.js';
import { MOBILE, OFFICIAL, SERVICE_KEY } from '../support/accounts.js';
import { broadcastsOf, toScene, workUntil } from '../support/broadcasts.js';
import { createTestApp, startSimulator, type TestApp } from '../support/create-test-app.js';
import { calls, defer, dispatch, give, HOUR, MINUTE, record } from '../support/deferred.js';
import { message } from '../support/flows.js';
import { expectNoSecret, secretsOf } from '../support/refusals.js';
import { accountsOf, follow, official, startSourced } from '../support/sourced-hosts.js';
import { createDatabase, describeEachDatabase, type TestDatabase } from '../support/test-databases.js';
import { callPlatform, mintsOf, pass, whileTimePasses } from '../support/token-hosts.js';
import { until } from '../support/until.js';

const { appId } = OFFICIAL;

describeEachDatabase('accounts in the database', (kind) => {
  let database: TestDatabase;
  let hosts: TestApp[];
  let [first, second, third]: TestApp[] = [];
  beforeEach(async () => {
    database = await createDatabase(kind);
    const simulator = await startSimulator();
    hosts = await startSourced(database, 3, { simulator });
    [first, second, third] = hosts;
    simulator.setClock(first.clock.now());
  });
  afterEach(async () => {
    await Promise.all((hosts ?? []).map((host) => host.close()));
    await first?.simulator.close();
    await database?.drop();
  });

  it('added at one replica send from all three, with one mint', async () => {
    const { openid } = first.simulator.confirm({ appId, person: 'xiaoming', scene: 1 });
    await expect(second.subscribe.send(message(String(openid), 1))).rejects.toMatchObject({
      code: 'WEIXIN_UNKNOWN_ACCOUNT',
    });

    const added = await accountsOf(first).add(official());
    expect(added.status).toBe(201);
    expect(added.body).toMatchObject({ appId, enabled: true, secrets: ['appSecret'], version: 1 });
    await follow(hosts);

    for (const [index, host] of hosts.entries()) {
      if (index > 0) host.simulator.confirm({ appId, person: 'xiaoming', scene: index + 1 });
      await record(host, String(openid), index + 1);
      await host.subscribe.send(message(String(openid), index + 1));
    }
    expect(first.simulator.inbox(String(openid))).toHaveLength(3);
    expect(mintsOf(first, appId)).toBe(1);
  });

  it('show no secret, whoever asks, and keep them sealed', async () => {
    const push = { token: 'PushToken5f1c0d', encodingAesKey: 'k'.repeat(43) };
    const secrets = [...secretsOf(first), push.token, push.encodingAesKey];
    const api = accountsOf(first);
    const responses = [
      await api.add(official({ push })),
      await api.change(appId, { push: { mode: 'compatible' } }),
      await api.get(appId),
      await api.list(),
      await api.changes(appId),
      await api.add(official({ push })),
    ];
    expect(responses.map(({ status }) => status)).toEqual([201, 200, 200, 200, 200, 409]);
    for (const response of responses) expectNoSecret(response, secrets);
    expect(responses[2].body).toMatchObject({
      secrets: ['appSecret', 'push.token', 'push.encodingAesKey'],
      push: { mode: 'compatible' },
      version: 2,
    });
    expect(responses[4].body.changes).toMatchObject([
      { version: 2, action: 'changed', fields: ['push'], changedBy: 'courses' },
      { version: 1, action: 'added', changedBy: 'courses' },
    ]);
    const rows = await first.dataSource.query('SELECT * FROM weixin_account');
    for (const secret of secrets) expect(JSON.stringify(rows)).not.toContain(secret);
    // The push was merged, its secrets with it: it opens at a process that never saw them come in.
    await follow(hosts);
    const signed = third.app.get(Accounts).find(appId)?.push as SignedPushConfig;
    expect(signed.encodingAesKey?.reveal()).toBe(push.encodingAesKey);
  });

  it('rotate their secret under load without a send that fails', async () => {
    await accountsOf(first).add(official());
    await follow(hosts);
    const ends: unknown[] = [];
    let sending = true;
    const send = async (host: TestApp, scene: number) => {
      const openid = await give(host, scene);
      return (await host.subscribe.send(message(openid, scene))).status;
    };
    let paused = false;
    let inFlight = 0;
    const load = hosts.map(async (host, index) => {
      for (let n = 0; sending; n++) {
        inFlight++;
        ends.push(await send(host, 1 + index + 3 * n).catch(String));
        inFlight--;
        do await nextTurn();
        while (paused);
      }
    });
    // Who waits for another's mint sleeps by its clock.
    const untilThen = (condition: () => boolean) =>
      until(() => {
        pass(20, hosts);
        return condition();
      }, 'a send');
    const more = (count: number) => {
      const now = ends.length;
      return untilThen(() => ends.length > now + count);
    };
    // A send that lasts minutes is given up before its token is replaced.
    const passMinutes = async (minutes: number) => {
      paused = true;
      await untilThen(() => inFlight === 0);
      pass(minutes * MINUTE, hosts);
      paused = false;
    };
    const refresh = () =>
      whileTimePasses(hosts, Promise.all(hosts.map(({ tasks }) => tasks.run('token-refresh'))), 20);
    try {
      await more(20);
      for (const round of [1, 2, 3]) {
        const appSecret = `rotated-secret-${round}-4f7a1b`;
        // The console shows the new one once; from now on the old one is refused. At the worst moment: the
        // token has to be replaced, and no process knows the new secret.
        first.simulator.updateAccount(appId, { appSecret });
        await passMinutes(round === 1 ? 111 : 101);
        await refresh();
        await more(10);
        expect((await accountsOf(second).change(appId, { appSecret })).status).toBe(200);
        await follow(hosts);
        await refresh();
        // The old token is over: what is sent from here on rests on the new secret.
        await passMinutes(10);
        await more(10);
      }
    } finally {
      paused = sending = false;
      await Promise.all(load);
    }
    expect(new Set(ends)).toEqual(new Set(['sent']));
    expect(mintsOf(first, appId)).toBe(4);
  });

  it('switched off send nothing from that moment; what waits says why, and goes when it is on again', async () => {
    await accountsOf(first).add(official());
    await follow(hosts);
    const openid = await give(first, 1);
    const waiting = await defer(first, openid, 1, 1000);
    await give(first, 2);

    expect((await accountsOf(first).change(appId, { enabled: false })).body).toMatchObject({
      enabled: false,
    });
    await follow(hosts);
    for (const host of hosts)
      await expect(host.subscribe.send(message(openid, 2))).rejects.toMatchObject({
        code: 'WEIXIN_ACCOUNT_DISABLED',
      });
    expect(await callPlatform(second, appId).catch(({ code }) => code)).toBe('WEIXIN_ACCOUNT_DISABLED');
    for (const host of hosts) host.clock.advance(2000);
    await Promise.all(hosts.map(dispatch));
    expect(await second.subscribe.get(waiting.id)).toMatchObject({
      status: 'waiting',
      reason: 'the account is switched off',
    });
    const { id } = await broadcastsOf(first).start(toScene(2));
    expect(await workUntil(first, id, 'paused')).toMatchObject({ sent: 0 });
    expect(await broadcastsOf(second).get(id)).toMatchObject({
      status: 'paused',
      pauseCause: 'account',
      reason: 'the account is switched off',
    });
    const token = await request(second.url)
      .get(`/weixin/token/${appId}`)
      .set('Authorization', `Bearer ${SERVICE_KEY}`);
    expect([token.status, token.body.code]).toEqual([409, 'WEIXIN_ACCOUNT_DISABLED']);
    expect(calls(first)).toBe(0);

    await accountsOf(third).change(appId, { enabled: true });
    await follow(hosts);
    await until(async () => {
      await dispatch(second);
      return (await second.subscribe.get(waiting.id)).status === 'sent';
    });
    await broadcastsOf(first).resume(id, {});
    expect(await workUntil(first, id, 'finished')).toMatchObject({ sent: 1 });
  });

  it('are gone when they are removed, with their secrets, and can come back', async () => {
    const api = accountsOf(first);
    await api.add(official());
    await follow(hosts);
    expect((await accountsOf(second).remove(appId)).status).toBe(204);
    await follow(hosts);
    for (const host of hosts)
      await expect(host.tokens.getToken(appId)).rejects.toMatchObject({ code: 'WEIXIN_UNKNOWN_ACCOUNT' });
    const [row] = await first.dataSource.query('SELECT settings, secrets FROM weixin_account');
    expect(row).toEqual({ settings: '{}', secrets: null });
    expect((await api.get(appId)).status).toBe(404);
    expect((await api.add(official())).body).toMatchObject({ version: 3 });
    await follow(hosts);
    expect(await callPlatform(third, appId)).toBe(0);
  });

  it('come in one order, however many change at once, and none is missed', async () => {
    const ids = Array.from({ length: 12 }, (_, n) => `wx${String(n).padStart(16, '0')}`);
    const added = await Promise.all(
      ids.map((id, n) => accountsOf(hosts[n % 3]).add(official({ appId: id }))),
    );
    expect(new Set(added.map(({ status }) => status))).toEqual(new Set([201]));
    const changed = await Promise.all(
      ids.flatMap((id, n) => [
        accountsOf(hosts[n % 3]).change(id, { enabled: false }),
        accountsOf(hosts[(n + 1) % 3]).change(id, { grantRule: 'count' }),
      ]),
    );
    expect(new Set(changed.map(({ status }) => status))).toEqual(new Set([200]));
    await follow(hosts);
    for (const host of hosts)
      for (const id of ids)
        expect(host.app.get(Accounts).find(id)).toMatchObject({ enabled: false, grantRule: 'count' });
    const rows = await first.dataSource.query('SELECT revision FROM weixin_account');
    expect(Math.max(...rows.map(({ revision }: { revision: number }) => Number(revision)))).toBe(36);
  });

  it('are all followed, also one whose number was free again as another account moved on', async () => {
    const other = 'wx00000000000000aa';
    await accountsOf(first).add(official());
    await accountsOf(first).add(official({ appId: other }));
    await follow(hosts);
    const repository = second.app.get(AccountRepository);
    const latest = repository.latestRevision.bind(repository);
    jest.spyOn(repository, 'latestRevision').mockImplementationOnce(async () => {
      const seen = await latest();
      for (const grantRule of ['count', 'set']) await accountsOf(first).change(other, { grantRule });
      await follow([third]);
      return seen;
    });
    await accountsOf(second).change(appId, { enabled: false });
    await follow(hosts);
    expect(hosts.map(({ app }) => app.get(Accounts).isEnabled(appId))).toEqual([false, false, false]);
  });

  it('are followed after the database came back from a backup', async () => {
    await accountsOf(first).add(official());
    for (let n = 0; n < 3; n++) await accountsOf(first).change(appId, { enabled: true });
    await follow(hosts);
    await first.dataSource.query('UPDATE weixin_account SET revision = 1');
    await follow(hosts);
    await accountsOf(first).change(appId, { enabled: false });
    await follow(hosts);
    expect(hosts.map(({ app }) => app.get(Accounts).isEnabled(appId))).toEqual([false, false, false]);
  });

  it('with secrets that no key opens go on as they were, hide no other, and can be removed', async () => {
    const lost = 'wx00000000000000aa';
    const { add, list, get, change, remove } = accountsOf(first);
    await add(official());
    await add(official({ appId: lost }));
    await follow(hosts);
    await first.dataSource.query(
      `UPDATE weixin_account SET secrets = 'enc:1:k0:AAAA', revision = 10 WHERE app_id = '${lost}'`,
    );
    expect((await change(appId, { enabled: false })).status).toBe(200);
    await follow(hosts);
    third.clock.advance(5 * MINUTE);
    await third.tasks.run('account-list');
    expect([appId, lost].map((id) => third.app.get(Accounts).isEnabled(id))).toEqual([false, true]);
    expect((await list()).body.accounts).toMatchObject([
      { appId: lost, secrets: [] },
      { appId, secrets: ['appSecret'] },
    ]);
    expect((await get(lost)).body).toMatchObject({ kind: OFFICIAL.kind, secrets: [] });
    const refused = await change(lost, { tokenFamily: 'stable' });
    expect([refused.status, refused.body.errors[0].field]).toEqual([400, 'appSecret']);
    expect((await change(lost, { appSecret: OFFICIAL.appSecret })).body.secrets).toEqual(['appSecret']);
    expect((await remove(lost)).status).toBe(204);
  });

  it('are listed for a client by one statement, however many it may use', async () => {
    await accountsOf(first).add(official());
    await accountsOf(first).add(official({ appId: 'wx0' }));
    const all = jest.spyOn(first.app.get(SqlExecutor), 'all');
    const among = new Set([appId, ...Array.from({ length: 300 }, (_, n) => `wx${n}`)]);
    const found = await first.app.get(AccountService).list({ among, limit: 1 });
    const next = await first.app.get(AccountService).list({ among, after: 'wx0' });
    expect([found, next].map((page) => page.map(({ options }) => options.appId))).toEqual([['wx0'], [appId]]);
    expect(all).toHaveBeenCalledTimes(2);
    expect(await first.app.get(AccountService).list({ among: new Set() })).toEqual([]);
  });

  it('refuse what does not fit, with field and limit, and change nothing', async () => {
    const api = accountsOf(first);
    const refused = async (response: request.Test, field: string) => {
      const { status, body } = await response;
      expect([status, body.errors?.map((error: { field: string }) => error.field)]).toEqual([400, [field]]);
    };
    await refused(api.add(official({ appSecret: undefined })), 'appSecret');
    await refused(api.add(official({ kind: 'mini' })), 'kind');
    await refused(api.add(official({ templates: [{ id: 't', channel: 'mini-subscribe' }] })), 'templates');
    const noticed = { templates: [{ id: 't', channel: 'service-notice' }] };
    await refused(api.add(official({ kind: 'subscription-account', ...noticed })), 'templates');
    await refused(api.add(official({ push: { token: 'ab' } })), 'push.token');
    await refused(api.add(official({ push: { mode: 'safe', token: 'abcdef' } })), 'push.encodingAesKey');
    await refused(
      api.add(official({ quietHours: { from: '22:00', to: '07:00', timeZone: 'Mars' } })),
      'quietHours.timeZone',
    );
    await refused(api.change(appId, { kind: 'mobile-app' }), 'kind');
    expect((await api.change('wx-unknown', { enabled: false })).status).toBe(404);
    const fixed = await api.change(MOBILE.appId, { enabled: false });
    expect([fixed.status, fixed.body.code]).toEqual([409, 'WEIXIN_ACCOUNT_NOT_EDITABLE']);
    expect((await api.add(official({ appId: MOBILE.appId }))).status).toBe(409);
    expect((await api.list()).body).toEqual({ accounts: [] });
  });
});

describe('the source of accounts', () => {
  it('costs no mint for accounts that nobody uses', async () => {
    const database = await createDatabase('sqlite');
    const [host] = await startSourced(database, 1);
    try {
      await accountsOf(host).add(official());
      for (let n = 0; n < 3; n++) {
        await host.tasks.run('token-refresh');
        host.clock.advance(HOUR);
      }
      expect(mintsOf(host, appId)).toBe(0);
      await host.tokens.getToken(appId);
      host.clock.advance(HOUR + 55 * MINUTE);
      await host.tasks.run('token-refresh');
      expect(mintsOf(host, appId)).toBe(2);
      host.clock.advance(3 * HOUR);
      await host.tasks.run('token-refresh');
      expect(mintsOf(host, appId)).toBe(2);
    } finally {
      await host.close();
      await host.simulator.close().catch(() => undefined);
      await database.drop();
    }
  });

  it('is followed by a token that was on its way while the account changed its family', async () => {
    const database = await createDatabase('sqlite');
    const [host] = await startSourced(database, 1);
    try {
      await accountsOf(host).add(official());
      host.simulator.setClock(host.clock.now());
      const minter = host.app.get(SecretCredential);
      const mint = minter.mint.bind(minter);
      jest.spyOn(minter, 'mint').mockImplementationOnce(async (account, terms) => {
        const token = await mint(account, terms);
        await accountsOf(host).change(appId, { tokenFamily: 'stable' });
        return token;
      });
      await host.tokens.getToken(appId);
      await host.tokens.getToken(appId);
      expect([mintsOf(host, appId), mintsOf(host, appId, 'stable')]).toEqual([1, 1]);
    } finally {
      await host.close();
      await database.drop();
    }
  });

  it('is followed by a send that waited for its token when the account was switched off', async () => {
    const database = await createDatabase('sqlite', 'migrated');
    const [host] = await startSourced(database, 1);
    try {
      await accountsOf(host).add(official());
      const client = host.app.get(AuthorizedApiClient);
      const getToken = host.tokens.getToken.bind(host.tokens);
      host.tokens.getToken = async (id) => {
        const token = await getToken(id);
        await accountsOf(host).change(appId, { enabled: false });
        return token;
      };
      const call = { method: 'GET', path: '/cgi-bin/get_api_domain_ip' } as const;
      await expect(client.call(appId, call)).rejects.toMatchObject({ code: 'WEIXIN_ACCOUNT_DISABLED' });
      expect(host.simulator.counters().calls[call.path]).toBeUndefined();
    } finally {
      await host.close();
      await host.simulator.close().catch(() => undefined);
      await database.drop();
    }
  });

  it('needs the keys that seal tokens', async () => {
    await expect(createTestApp({ extras: { accountSource: 'database' } })).rejects.toThrow(
      InvalidOptionsError,
    );
  });

  it('is no way around the kinds: a subscription account has no notices', async () => {
    const withNotices = (kind: 'service-account' | 'subscription-account') =>
      createTestApp({
        options: {
          accounts: [{ ...OFFICIAL, kind, templates: [{ id: 'N1', channel: 'service-notice' }] }],
        },
      });
    await expect(withNotices('subscription-account')).rejects.toThrow(
      `"N1" is of channel service-notice, which an account of kind service-account or official-account can send; its kind is subscription-account`,
    );
    await (await withNotices('service-account')).close();
  });

  it('may be a class of the host, which is followed by its notices and by its list', async () => {
    let accounts: WeixinAccountOptions[] = [{ ...OFFICIAL, templates: [...OFFICIAL.templates] }];
    let changed: AccountNotice = async () => true;
    class OfTheHost extends AccountSource {
      async list() {
        return accounts;
      }
      async find(id: string) {
        return accounts.find((account) => account.appId === id);
      }
      override watch(notice: AccountNotice) {
        changed = notice;
        return () => undefined;
      }
    }
    const host = await createTestApp({
      options: { accounts: undefined },
      extras: { accountSource: { useClass: OfTheHost } },
    });
    try {
      expect(await callPlatform(host, appId)).toBe(0);
      accounts = [{ ...accounts[0], enabled: false }];
      await changed(appId);
      expect(host.app.get(Accounts).find(appId)?.enabled).toBe(false);
      // Wrong from now on: it goes on as it was.
      accounts = [{ ...accounts[0], kind: 'mini' as 'mini-program', enabled: true }];
      await changed();
      expect(host.app.get(Accounts).find(appId)).toMatchObject({ kind: 'official-account', enabled: false });
      accounts = [];
      host.clock.advance(300_000);
      await host.tasks.run('account-list');
      expect(host.app.get(Accounts).find(appId)).toBeUndefined();
      const routes = await request(host.url)
        .get('/weixin/accounts')
        .set('Authorization', `Bearer ${SERVICE_KEY}`);
      expect(routes.status).toBe(404);
    } finally {
      await host.close();
    }
  });
});
