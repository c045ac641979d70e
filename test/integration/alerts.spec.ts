import { readFileSync } from 'node:fs';
import { CardService, TemplateDriftService } from 'nestjs-weixin-subscribe';
import { WeixinSimulator } from 'weixin-simulator';
import { DeliveryMetrics } from '../../libs/weixin-subscribe/src/delivery/delivery.metrics.js';
import { Sweeps } from '../../libs/weixin-subscribe/src/upkeep/sweeps.js';
import {
  channelAccounts,
  channelSimulatorAccounts,
  MINI_PROGRAM,
  OFFICIAL,
  simulatorAccounts,
} from '../support/accounts.js';
import { fieldsFor, GET, newCard, SET } from '../support/cards.js';
import { createTestApp, type TestApp } from '../support/create-test-app.js';
import { defer, give, HOUR, MINUTE, SEND } from '../support/deferred.js';
import { message, subscribe } from '../support/flows.js';
import { HAS_PROMTOOL, Prometheus } from '../support/prometheus.js';
import { post, pushAccounts, Received, ReceivedModule, sentXml, signed } from '../support/pushes.js';
import { callPlatform } from '../support/token-hosts.js';

const RULES = 'monitoring/alerts.yaml';
const DASHBOARD = 'monitoring/grafana-dashboard.json';
const { appId } = OFFICIAL;

const alerts = [...readFileSync(RULES, 'utf8').matchAll(/- alert: (\w+)/g)].map(([, name]) => name);
/** Every metric that an expression names. */
const named = (text: string) => [...new Set(text.match(/\bweixin_[a-z_]+(?=[{[)\s<>=]|$)/gm) ?? [])];
const LABELS =
  /^weixin_(app_id|card_type|kind|event|task|sweep|errclass|channel|outcome|failed|flow|answer)$/;

describe('alerts and dashboard', () => {
  let prometheus: Prometheus;
  let simulator: WeixinSimulator;
  let host: TestApp;
  let openid: string;
  beforeAll(async () => {
    prometheus = new Prometheus();
    simulator = await WeixinSimulator.start({
      port: 0,
      accounts: [...channelSimulatorAccounts().slice(0, 1), ...simulatorAccounts()],
    });
    const accounts = [...channelAccounts().slice(0, 1), ...pushAccounts()];
    host = await createTestApp({ simulator, options: { accounts }, imports: [ReceivedModule] });
    simulator.setClock(host.clock.now());
    ({ openid } = await subscribe(host, 1));
    await host.subscribe.send(message(openid, 1));
    await prometheus.minutesPass(70);
  });
  afterAll(async () => {
    await host?.close();
    await simulator?.close();
    await prometheus?.close();
  });

  const pass = (ms: number) => {
    host.clock.advance(ms);
    simulator.setClock(host.clock.now());
  };
  const failing = (send: Promise<unknown>) => send.catch(() => undefined);

  /** In turn: each begins where the one before has ended, and some of those fire on. */
  const FAULTS: Record<string, () => Promise<void>> = {
    async WeixinTokenStolen() {
      for (let times = 0; times < 2; times++) {
        pass(20 * MINUTE);
        simulator.mintBehindBack(appId);
        pass(6 * MINUTE);
        await callPlatform(host, appId);
      }
      await prometheus.minutesPass(2);
    },
    async WeixinPushesFailing() {
      host.app.get(Received).throws = 5;
      const { query, body } = signed(host, sentXml({ openid }));
      await post(`${host.url}/weixin/push/${appId}`, query, body);
      for (let attempt = 0; attempt < 5; attempt++) {
        await host.tasks.run('push-events');
        pass(15 * MINUTE);
      }
      await prometheus.minutesPass(2);
    },
    async WeixinTemplateDrift() {
      const drift = host.app.get(TemplateDriftService);
      await drift.compare(MINI_PROGRAM.appId);
      simulator.updateAccount(MINI_PROGRAM.appId, { subscribeTemplates: [] });
      await drift.compare(MINI_PROGRAM.appId);
      await prometheus.minutesPass(2);
    },
    async WeixinSendsPaused() {
      await give(host, 2);
      simulator.fault({ path: SEND, kind: 'errcode', errcode: 45009 });
      await failing(host.subscribe.send(message(openid, 2)));
      await prometheus.minutesPass(7);
      await host.subscribe.resume(appId);
    },
    async WeixinMessagesOverdue() {
      await give(host, 3);
      await defer(host, openid, 3, 0, {});
      pass(MINUTE);
      await prometheus.minutesPass(12);
    },
    async WeixinUnreachable() {
      simulator.fault({ path: SEND, kind: 'reset-before', times: 'forever' });
      for (let scene = 10; scene < 16; scene++) {
        await give(host, scene);
        await failing(host.subscribe.send(message(openid, scene)));
        await prometheus.minutesPass(1);
      }
      simulator.reset();
      simulator.setClock(host.clock.now());
    },
    async WeixinMessagesUnknown() {
      pass(25 * HOUR);
      for (const account of [appId, MINI_PROGRAM.appId]) await host.tokens.refreshAhead(account);
      await prometheus.minutesPass(7);
    },
    async WeixinTokenNotRenewed() {
      simulator.updateAccount(appId, { appSecret: 'rotated-in-the-console-1234567890' });
      pass(3 * HOUR);
      await failing(host.tokens.refreshAhead(appId));
      await prometheus.minutesPass(7);
    },
    async WeixinTokenRefused() {
      for (let times = 0; times < 4; times++) {
        pass(2 * MINUTE);
        await failing(host.tokens.refreshAhead(appId));
        await prometheus.minutesPass(1);
      }
    },
    async WeixinTaskFailing() {
      host.tasks.register({
        name: 'always-fails',
        everySeconds: 60,
        run: async () => {
          throw new Error('of this test');
        },
      });
      for (let times = 0; times < 5; times++) {
        await host.tasks.run('always-fails');
        await prometheus.minutesPass(1);
      }
    },
    async WeixinRetentionBehind() {
      // More rows than one run ends.
      const sweep = { name: 'endless', everySeconds: 60, find: async () => ['row'], end: async () => 1 };
      host.app.get(Sweeps).register(sweep);
      await host.tasks.run('endless');
      await prometheus.minutesPass(2);
    },
    async WeixinQuotaNear() {
      // WeChat's answers to 80,000 sends.
      const metrics = host.app.get(DeliveryMetrics);
      for (let sent = 0; sent < 90_000; sent++)
        metrics.ended({ appId }, { outcome: 'sent', grant: 'spent', errcode: 0 });
      await prometheus.minutesPass(2);
    },
  };

  /** A card that begins, and whose next update WeChat says nothing of any more. */
  FAULTS.WeixinCardsUnknown = async () => {
    const cards = host.app.get(CardService);
    const { id } = await cards.start(newCard(simulator, 2001));
    simulator.fault({ path: SET, kind: 'reset-after' });
    simulator.fault({ path: GET, kind: 'reset-before', times: 'forever' });
    await failing(cards.update(id, { state: 2, fields: fieldsFor(2001, 2) }));
    pass(61 * MINUTE);
    await host.tasks.run('card-updates');
    await prometheus.minutesPass(7);
  };

  it('counts updates of service cards by type, kind, outcome and class of errcode', async () => {
    const cards = host.app.get(CardService);
    const { id } = await cards.start(newCard(simulator, 2001));
    simulator.fault({ path: SET, kind: 'errcode', errcode: 85441 });
    await failing(cards.update(id, { state: 2, fields: fieldsFor(2001, 2) }));
    const counted = (await prometheus.text())
      .split('\n')
      .filter((line) => line.startsWith('weixin_cards_updates_total'));
    const of = `weixin_app_id="${MINI_PROGRAM.appId}",weixin_card_type="2001",weixin_kind="state"`;
    expect(counted.map((line) => line.replace(/,otel_scope[^}]*/, '').replace(/ (\d+) \d+$/, ' $1'))).toEqual(
      [
        `weixin_cards_updates_total{${of},weixin_outcome="sent",weixin_errclass="ok"} 1`,
        `weixin_cards_updates_total{${of},weixin_outcome="failed",weixin_errclass="invalid-request"} 1`,
      ],
    );
  });

  it('names a fault for each alert', () => {
    expect(Object.keys(FAULTS).sort()).toEqual([...alerts].sort());
  });

  if (!HAS_PROMTOOL) {
    it.skip('skipped: promtool of Prometheus is not installed', () => undefined);

    // Some metrics are there only after their fault.
    it.each(Object.keys(FAULTS))('has the fault of %s', (alert) => FAULTS[alert]());
  } else {
    it('fires none while all is well', () => {
      expect(prometheus.firing(RULES)).toEqual([]);
    });

    it.each(Object.keys(FAULTS))('fires %s', async (alert) => {
      expect(prometheus.firing(RULES)).not.toContain(alert);
      await FAULTS[alert]();
      expect(prometheus.firing(RULES)).toContain(alert);
    });
  }

  it.each([RULES, DASHBOARD])('%s names only metrics that there are', async (file) => {
    const text = await prometheus.text();
    const known = new Set(text.split('\n').map((line) => /^\w+/.exec(line)?.[0]));
    const missing = named(readFileSync(file, 'utf8')).filter(
      (name) => !known.has(name) && !LABELS.test(name),
    );
    expect(missing).toEqual([]);
  });
});
