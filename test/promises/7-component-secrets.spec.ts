import { inspect } from 'node:util';
import { EventEmitter2, EventEmitterModule } from '@nestjs/event-emitter';
import {
  AuthorizerService,
  TokenAudit,
  TokenHealthIndicator,
  WeixinSubscribeConfig,
} from 'nestjs-weixin-subscribe';
import { WeixinSimulator } from 'weixin-simulator';
import { ComponentApiClient } from '../../libs/weixin-subscribe/src/component/component-api.client.js';
import { OFFICIAL, SECRETS, simulatorAccounts } from '../support/accounts.js';
import { CaptureLogger } from '../support/capture-logger.js';
import { createTestApp, type TestApp } from '../support/create-test-app.js';
import {
  authorizationLinks,
  COMPONENT,
  ENCRYPTION_KEY,
  pushTo,
  thirdPartyOptions,
} from '../support/third-party.js';
import { callPlatform, pass, whileTimePasses } from '../support/token-hosts.js';

const { appId } = OFFICIAL;
const PATHS = ['api_component_token', 'api_query_auth', 'api_authorizer_token', 'api_get_authorizer_list'];
/** Members of calls and answers that hold a secret. */
const SECRET = /token|ticket|secret|^auth_code$|_code$/;

/** A third-party platform to which everything happens that can go wrong; all that is said is searched. */
describe('promise 7: a third-party platform says nothing secret', () => {
  const secrets = new Set([
    ...SECRETS,
    ENCRYPTION_KEY,
    COMPONENT.appSecret,
    COMPONENT.token,
    COMPONENT.encodingAesKey,
  ]);
  const seen: string[] = [];
  const see = (what: unknown) => seen.push(inspect(what, { depth: 12, showHidden: true }));
  const failing = (work: Promise<unknown>) =>
    // Whoever waits for another's answer sleeps on the clock of the host.
    whileTimePasses([host], work, 500).then(
      ({ result }) => see(result),
      (error) => see([error, JSON.stringify(error), String(error.stack)]),
    );
  const logger = new CaptureLogger();
  let simulator: WeixinSimulator;
  let host: TestApp;
  beforeAll(async () => {
    const { appId: id, appSecret, token, encodingAesKey } = COMPONENT;
    simulator = await WeixinSimulator.start({
      accounts: simulatorAccounts(),
      people: ['xiaoming'],
      component: { ...{ appId: id, appSecret, token, encodingAesKey }, eventUrl: 'http://127.0.0.1:9' },
    });
    host = await createTestApp({
      simulator,
      logger,
      imports: [EventEmitterModule.forRoot()],
      options: thirdPartyOptions({ http: { timeoutMs: 300 } }),
      extras: { controllers: { component: true } },
    });
    simulator.setClock(host.clock.now());
    host.app.get(EventEmitter2).onAny((...event) => see(event));
    pushTo(simulator, host);
  });
  afterAll(async () => {
    await host?.close();
    await simulator?.close();
  });

  const collect = (value: unknown, name = ''): void => {
    if (typeof value === 'string' && SECRET.test(name) && value.length > 8 && value !== '[redacted]')
      secrets.add(value);
    if (value !== null && typeof value === 'object')
      for (const [key, inner] of Object.entries(value)) collect(inner, key);
  };
  const remember = () => {
    for (const { query, body, answer } of simulator.calls()) collect([query, body, answer]);
  };
  const lookAround = async () => {
    see(await host.app.get(TokenHealthIndicator).check());
    await failing(host.tokens.status(appId));
    see(host.app.get(WeixinSubscribeConfig));
    await failing(host.app.get(AuthorizerService).list());
    see(await host.app.get(TokenAudit).list({ appId }));
    for (const one of [host.tokens, host.app.get(AuthorizerService), host.app.get(ComponentApiClient)])
      see(inspect(one, { depth: 3, showHidden: true }));
    await failing(host.tasks.run('token-refresh'));
    await failing(host.tasks.run('component-codes'));
    remember();
  };

  it('through an authorisation, lost answers, quoted secrets, deaths and a revocation', async () => {
    await failing(host.tokens.getToken(appId));
    await simulator.pushTicket();
    const { url } = await authorizationLinks(host);
    const { redirectTo, code } = simulator.authorizeComponent({ appId, url });
    secrets.add(code);
    const { pathname, search } = new URL(String(redirectTo));
    see(await (await fetch(host.url + pathname + search)).text());
    await simulator.settledPushes();
    expect(await callPlatform(host, appId)).toBe(0);
    await lookAround();
    for (const path of PATHS.map((name) => `/cgi-bin/component/${name}`)) {
      for (const kind of ['truncated', 'reset-after'] as const) {
        simulator.fault({ kind, path });
        simulator.killToken(appId);
        simulator.killComponentTokens();
        simulator.authorizeComponent({ appId, sets: [7, 18, 89, simulator.calls().length] });
        await simulator.settledPushes();
        await failing(callPlatform(host, appId));
        await lookAround();
        simulator.clearFaults();
        pass(180_000, [host]);
        await simulator.pushTicket();
        await failing(callPlatform(host, appId));
      }
      // What the next request carries as well: the promise is about what comes back of it.
      const last = simulator.calls().findLast((call) => call.path === path);
      const carried = Object.values({ ...last?.query, ...(last?.body as object) }).filter(
        (value) => typeof value === 'string' && secrets.has(value),
      );
      const quoted = [...carried, ...(path.endsWith('component_token') ? [COMPONENT.appSecret] : [])].join(
        ' ',
      );
      simulator.fault({ kind: 'errcode', errcode: 61023, path, errmsg: `refused: ${quoted}` });
      simulator.killToken(appId);
      await failing(callPlatform(host, appId));
      await lookAround();
      simulator.clearFaults();
      pass(180_000, [host]);
    }
    await failing(
      fetch(`${host.url}/weixin/component/callback?auth_code=${code}`).then((answer) => answer.text()),
    );
    pass(2000, [host]);
    await simulator.revokeComponent(appId);
    await failing(callPlatform(host, appId));
    await lookAround();
    const everything = [...seen, ...logger.lines];
    const leaks = everything.filter((text) => [...secrets].some((secret) => text.includes(secret)));
    expect(leaks).toEqual([]);
    // It was not silence that kept them in, and there were secrets of every kind.
    expect(everything.some((text) => text.includes('weixin.component.unauthorized'))).toBe(true);
    for (const kind of [/^ticket@@@/, /^refreshtoken@@@/, /^queryauthcode@@@/, /^preauthcode@@@/, /^97_/])
      expect([...secrets].some((secret) => kind.test(secret))).toBe(true);
  });
});
