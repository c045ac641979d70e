import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { EventEmitter2, EventEmitterModule } from '@nestjs/event-emitter';
import {
  BackgroundTasks,
  JssdkService,
  TicketService,
  TokenAudit,
  TokenHealthIndicator,
  WeixinSubscribeConfig,
  type WeixinSubscribeModuleOptions,
} from 'nestjs-weixin-subscribe';
import request from 'supertest';
import { TokenStore } from '../../libs/weixin-subscribe/src/token/store/token.store.js';
import { libraryAccounts, OFFICIAL, SECRETS } from '../support/accounts.js';
import { CaptureLogger } from '../support/capture-logger.js';
import { ADAPTERS, createTestApp, type TestApp } from '../support/create-test-app.js';
import { callPlatform, pass } from '../support/token-hosts.js';
import { describeEachSharedStore, type OpenStore, openStore } from '../support/token-stores.js';

const { appId } = OFFICIAL;
const TOKEN_PATH = '/cgi-bin/token';
const TICKET_PATH = '/cgi-bin/ticket/getticket';
const CLIENT_KEY = 'client-key-of-the-remote-9b1f';
const DROP_IN_KEY = 'client-key-of-an-sdk-77aa02';

/**
 * A central, a remote and an SDK; everything goes wrong with their tokens that can. All that is said anywhere
 * is searched.
 */
describeEachSharedStore('promise 7: the token service says nothing secret', (kind) => {
  describe.each(kind === 'sqlite' ? ADAPTERS : (['express'] as const))('on %s', (adapter) => {
    const encryptionKey = randomBytes(32).toString('base64');
    const secrets = new Set([...SECRETS, CLIENT_KEY, DROP_IN_KEY, encryptionKey]);
    const seen: string[] = [];
    const see = (what: unknown) =>
      seen.push(typeof what === 'string' ? what : inspect(what, { depth: 12, showHidden: true }));
    const failing = (work: Promise<unknown>) =>
      work.then(
        (result) => see(result),
        (error) => see([error, JSON.stringify(error), String(error.stack)]),
      );
    const logger = new CaptureLogger();
    let store: OpenStore;
    let central: TestApp;
    let remote: TestApp;
    beforeAll(async () => {
      store = await openStore(kind);
      const options: Partial<WeixinSubscribeModuleOptions> = {
        ...store.options,
        token: { ...store.options.token, encryption: { keys: [{ id: 'k1', key: encryptionKey }] } },
        serviceKeys: {
          remote: { keys: CLIENT_KEY, scopes: ['token:read', 'token:report'] },
          sdk: { keys: DROP_IN_KEY },
        },
        http: { timeoutMs: 300 },
      };
      const imports = [EventEmitterModule.forRoot()];
      central = await createTestApp({
        adapter,
        logger,
        options,
        imports,
        shared: store.database,
        extras: { controllers: { dropIn: true } },
      });
      central.simulator.setClock(central.clock.now());
      central.app.get(EventEmitter2).onAny((...event) => see(event));
      remote = await createTestApp({
        logger,
        imports,
        simulator: central.simulator,
        options: {
          accounts: libraryAccounts().map(({ appSecret: _secret, ...account }) => account),
          token: { role: 'remote', central: { url: `${central.url}/weixin`, key: CLIENT_KEY } },
        },
      });
    });
    afterAll(async () => {
      await remote?.close();
      await central?.close();
      await store?.database.drop();
    });

    const remember = async () => {
      for (const { tokens } of [central, remote])
        await tokens.getToken(appId).then(
          ({ accessToken }) => secrets.add(accessToken),
          () => undefined,
        );
      for (const host of [central, remote])
        await host.app
          .get(TicketService)
          .getTicket(appId)
          .then(
            ({ ticket }) => secrets.add(ticket),
            () => undefined,
          );
      for (const { query } of central.simulator.calls())
        if (query.access_token) secrets.add(String(query.access_token));
    };
    const lookAround = async () => {
      for (const host of [central, remote]) {
        see(await host.app.get(TokenHealthIndicator).check());
        await failing(host.tokens.status(appId));
        see(host.app.get(WeixinSubscribeConfig));
        // Not deeper: it hangs on everything else of the application.
        see(inspect(host.tokens, { depth: 3, showHidden: true }));
        see(inspect(host.app.get(TicketService), { depth: 3, showHidden: true }));
        await failing(host.app.get(TicketService).getTicket(appId));
        await failing(host.app.get(JssdkService).sign({ appId, url: 'http://127.0.0.1:3000/' }));
      }
      await central.app.get(BackgroundTasks).run('token-refresh');
      see(await central.app.get(TokenAudit).list({ appId }));
      await central.app.get(BackgroundTasks).run('ticket-refresh');
      for (const family of ['token', 'jsapi-ticket'] as const)
        see(await central.app.get(TokenStore).read({ appId, family }));
    };
    const dropIn = (secret: string) =>
      request(central.url).get(TOKEN_PATH).query({
        grant_type: 'client_credential',
        appid: appId,
        secret,
      });

    it('through deaths, failures, foreign keys and a store that fails', async () => {
      await remember();
      await lookAround();
      for (const fault of ['hang', 'reset-after', 'html', 'empty', 'truncated'] as const) {
        central.simulator.killToken(appId);
        central.simulator.fault({ kind: fault, path: TOKEN_PATH });
        await failing(callPlatform(remote, appId));
        await lookAround();
        pass(180_000, [central, remote]);
        await failing(callPlatform(central, appId));
        await remember();
      }
      for (const fault of ['hang', 'truncated', 'html'] as const) {
        central.simulator.fault({ kind: fault, path: TICKET_PATH });
        // Past the life of the ticket, not of the pause after a failure.
        pass(3_700_000, [central, remote]);
        await lookAround();
        pass(180_000, [central, remote]);
        await remember();
      }
      pass(3_700_000, [central, remote]);
      const { accessToken } = await central.tokens.getToken(appId);
      secrets.add(accessToken);
      central.simulator.fault({
        kind: 'errcode',
        errcode: 48001,
        path: TICKET_PATH,
        errmsg: `quotes ${accessToken} without a name`,
      });
      await lookAround();
      await remember();
      central.simulator.fault({
        kind: 'errcode',
        errcode: 40125,
        path: TOKEN_PATH,
        errmsg: `invalid appsecret=${OFFICIAL.appSecret} access_token=${[...secrets].at(-1)}`,
      });
      pass(7_300_000, [central, remote]);
      await failing(central.tokens.getToken(appId));
      await failing(remote.tokens.getToken(appId));
      await lookAround();
      pass(180_000, [central, remote]);

      for (const secret of [DROP_IN_KEY, 'a-key-of-nobody-4711', CLIENT_KEY]) {
        const answer = await dropIn(secret);
        if (answer.body.access_token) secrets.add(answer.body.access_token);
        else see(answer.text);
        see(answer.headers);
      }
      for (const token of [...secrets].slice(-3)) {
        const answer = await request(central.url)
          .post(`/weixin/token/${appId}/refresh`)
          .set('Authorization', `Bearer ${DROP_IN_KEY}`)
          .send(`{"accessToken": "${token}"`)
          .set('Content-Type', 'application/json');
        see([answer.status, answer.text]);
      }
      await remember();
      await central.dataSource.query('ALTER TABLE weixin_token RENAME TO weixin_token_gone');
      await failing(central.tokens.refresh(appId, 'A_TOKEN_THAT_IS_NOT_OURS'));
      await lookAround().catch((error) => see(error));
      expect(secrets.size).toBeGreaterThan(8);
      expect(seen.length).toBeGreaterThan(50);
      const everything = [...seen, ...logger.lines];
      const leaks = everything.filter((text) => [...secrets].some((secret) => text.includes(secret)));
      expect(leaks).toEqual([]);
      // It was not silence that kept them in.
      expect(everything.some((text) => text.includes('weixin.token.died'))).toBe(true);
      expect(everything.some((text) => text.includes('the central answered'))).toBe(true);
      expect(everything.some((text) => text.includes('new jsapi_ticket'))).toBe(true);
      expect([...secrets].filter((secret) => /^[0-9a-f]{86}$/.test(secret)).length).toBeGreaterThan(2);
    });
  });
});
