import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AccountTemplateOptions, GrantRepository, type PushOptions } from 'nestjs-weixin-subscribe';
import {
  type AccountOptions,
  DEFAULT_ACCOUNTS,
  DEFAULT_PEOPLE,
  SAMPLES,
  WeixinSimulator,
} from 'weixin-simulator';
import { loadEnvironment, type Variables } from '../config/load-environment.js';
import { createApp } from '../create-app.js';
import { classAsks } from './class-asks.js';
import { freePort } from './free-port.js';

const HOST = '127.0.0.1';

/** WeChat and the demo in one process, with a fresh database. */
export interface LocalWorld {
  /** Base address of the demo. */
  url: string;
  /** Base address of the simulated WeChat. */
  simulatorUrl: string;
  serviceKey: string;
  /** Token and EncodingAESKey of the mini-program's pushes. */
  pushSecrets: string[];
  official: AccountOptions;
  mobile: AccountOptions;
  miniProgram: AccountOptions;
  /** The person who answers on the pages of the simulator unless somebody else is chosen. */
  person: string;
  /** So many people confirm for a course: at WeChat, and in the ledger, as a callback records it. */
  classAsks(course: number, people: number): Promise<void>;
  close(): Promise<void>;
}

/** Starts everything; what was started is ended again when something fails. */
export async function startLocalWorld(ports: { demo: number; simulator: number }): Promise<LocalWorld> {
  const folder = mkdtempSync(join(tmpdir(), 'weixin-subscribe-demo-'));
  const opened: (() => Promise<void>)[] = [async () => rmSync(folder, { recursive: true, force: true })];
  const close = async () => {
    for (const end of opened.splice(0).reverse()) await end();
  };
  try {
    const simulator = await WeixinSimulator.start({ port: await freePort(ports.simulator, HOST) });
    opened.push(() => simulator.close());
    const port = await freePort(ports.demo, HOST);
    const url = `http://${HOST}:${port}`;
    const serviceKey = randomBytes(18).toString('base64url');
    const databaseUrl = `sqlite:${join(folder, 'demo.sqlite')}`;
    const push = newPush();
    const app = await createApp(
      loadEnvironment(variables({ port, url, simulatorUrl: simulator.url, databaseUrl, serviceKey, push })),
    );
    opened.push(() => app.close());
    await app.listen(port, HOST);
    const official = accountOfKind('official-account');
    const miniProgram = accountOfKind('mini-program');
    simulator.updateAccount(miniProgram.appId, {
      push: { ...push, url: `${url}/weixin/push/${miniProgram.appId}` },
    });
    return {
      url,
      simulatorUrl: simulator.url,
      serviceKey,
      pushSecrets: Object.values(push),
      official,
      mobile: accountOfKind('mobile-app'),
      miniProgram,
      person: DEFAULT_PEOPLE[0].name,
      classAsks: (course, people) =>
        classAsks({ simulator, grants: app.get(GrantRepository), official }, course, people),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

interface Given extends Record<'url' | 'simulatorUrl' | 'databaseUrl' | 'serviceKey', string> {
  port: number;
  push: PushOptions;
}

/**
 * The same variables as of a real deployment. The mini-program's accepts come by push, the official account's
 * are reported.
 */
function variables({ push, ...given }: Given): Variables {
  return {
    PORT: String(given.port),
    PUBLIC_BASE_URL: given.url,
    DATABASE_URL: given.databaseUrl,
    WEIXIN_API_BASE_URL: given.simulatorUrl,
    WEIXIN_MP_BASE_URL: given.simulatorUrl,
    WEIXIN_SIMULATOR_URL: given.simulatorUrl,
    WEIXIN_ACCOUNTS: JSON.stringify([
      variableOf('official-account', [
        { id: SAMPLES.officialAccount.templateId, channel: 'one-time' },
        { id: SAMPLES.officialAccount.noticeTemplateId, channel: 'service-notice' },
      ]),
      variableOf('mobile-app', [{ id: SAMPLES.mobileApp.templateId, channel: 'one-time' }]),
      {
        ...variableOf('mini-program', [
          { id: SAMPLES.miniProgram.subscribeTemplateId, channel: 'mini-subscribe' },
          { id: SAMPLES.miniProgram.orderTemplateId, channel: 'mini-subscribe' },
          { id: SAMPLES.miniProgram.formTemplateId, channel: 'mini-template' },
        ]),
        push,
      },
    ]),
    // As slow as a person can watch it.
    WEIXIN_BROADCAST_RATE: '20',
    WEIXIN_SERVICE_KEYS: JSON.stringify({ 'try-it': given.serviceKey }),
  };
}

function variableOf(kind: AccountOptions['kind'], templates: AccountTemplateOptions[]) {
  const { appId, appSecret } = accountOfKind(kind);
  return { appId, appSecret, kind, templates };
}

/** As the console of the platform makes them up. Safe mode. */
function newPush() {
  return {
    token: randomBytes(16).toString('hex'),
    encodingAesKey: randomBytes(32).toString('hex').slice(0, 43),
  };
}

/** The simulator's own sample accounts. */
function accountOfKind(kind: AccountOptions['kind']): AccountOptions {
  return DEFAULT_ACCOUNTS.find((account) => account.kind === kind) as AccountOptions;
}
