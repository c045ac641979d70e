import { BroadcastService, GrantRepository, WEIXIN_DATA_SOURCE } from 'nestjs-weixin-subscribe';
import type { DataSource } from 'typeorm';
import { WeixinSimulator } from 'weixin-simulator';
import { openApiDocument } from '../../../apps/demo/src/openapi/document.js';
import { type Demo, startDemo } from '../../e2e/demo.js';
import {
  channelAccounts,
  channelSimulatorAccounts,
  libraryAccounts,
  MINI_PROGRAM,
  OFFICIAL,
  SECRETS,
  SERVICE_KEY,
  simulatorAccounts,
} from '../accounts.js';
import { OFFICIAL_KEY } from '../flows.js';
import type { DatabaseKind } from '../test-databases.js';
import type { Baseline } from './attempts.js';
import { mountedRoutes } from './mounted-routes.js';
import { type Operation, operationsOf, sampleOf } from './operations.js';
import type { FuzzTarget } from './target.js';

const PERSON = 'xiaoming';
const COURSE = 42;
const PERMITS = { attempts: 60, once: 5 };
const DATA = { 'data.thing1.value': '高等数学', 'data.time2.value': '2026年11月21日 08:50' };

/** The pages of the demo, and everything else in its document that is not the library's. */
export async function demoTarget(database: DatabaseKind): Promise<FuzzTarget> {
  const simulator = await WeixinSimulator.start({
    port: 0,
    accounts: [...simulatorAccounts(), ...channelSimulatorAccounts()].map((account) => ({
      ...{ ...account, grantRule: 'count', overlappingSubscribeSends: 'allow' },
    })),
    people: [PERSON],
  });
  const accounts = [...libraryAccounts(), ...channelAccounts()].map((account) => ({
    ...{ ...account, grantRule: 'count' },
  }));
  const variables = { WEIXIN_ACCOUNTS: JSON.stringify(accounts), WEIXIN_SIMULATOR_URL: simulator.url };
  const demo = await startDemo(database, variables, simulator);
  const world = new DemoWorld(demo);
  return {
    url: demo.url,
    dataSource: demo.app.get<DataSource>(WEIXIN_DATA_SOURCE),
    operations: operationsOf(openApiDocument(demo.app)).filter(({ path }) => !path.startsWith('/weixin/')),
    mounted: mountedRoutes(demo.app).filter((route) => !route.includes(' /weixin/')),
    prepare: (_operation, sends) => world.permit(PERMITS[sends]),
    baseline: (operation) => world.baseline(operation),
    usesUp: ({ route }) => route.endsWith('/{action}') && route.includes('/broadcasts/'),
    finish: (_operation, attempt) => attempt,
    errorForm: () => 'page',
    secrets: () => SECRETS,
    // Its broadcasts are worked on meanwhile, and a button may ask before WeChat refuses: messages and
    // questions are not counted.
    mostRows: { weixin_grant: 1, weixin_broadcast: 1 },
    async close() {
      await demo.close();
      await simulator.close();
    },
  };
}

class DemoWorld {
  private counter = 0;

  constructor(private readonly demo: Demo) {}

  async permit(times: number): Promise<void> {
    const { simulator, app } = this.demo;
    const grants = app.get(GrantRepository, { strict: false });
    const openid = simulator.openid(PERSON, OFFICIAL.appId);
    for (let index = 0; index < times; index++) {
      simulator.confirm({ ...OFFICIAL_KEY, openid, scene: COURSE });
      await grants.record({ ...OFFICIAL_KEY, openid, scene: COURSE, source: this.next() });
    }
    const mini = { appId: MINI_PROGRAM.appId, templateId: MINI_PROGRAM.templates[0] };
    for (let index = 0; index < times; index++) {
      const answers = { [mini.templateId]: 'accept' as const };
      simulator.requestSubscribeMessage({ appId: mini.appId, person: PERSON, answers });
      await grants.record({ ...mini, openid: simulator.openid(PERSON, mini.appId), source: this.next() });
    }
  }

  async baseline(operation: Operation): Promise<Baseline> {
    const isChannel = operation.path.startsWith('/channels');
    const appId = isChannel ? MINI_PROGRAM.appId : OFFICIAL.appId;
    const templateId = isChannel ? MINI_PROGRAM.templates[0] : OFFICIAL.templates[0];
    const openid = this.demo.simulator.openid(PERSON, appId);
    const known = { appId, templateId, openid, idempotencyKey: this.next(), ...DATA };
    const action = isChannel ? 'accept' : 'pause';
    const id = operation.path.includes('{id}') ? await this.broadcast(operation) : '';
    const queries = operation.parameters.filter((one) => one.in === 'query');
    const sample = operation.body && (sampleOf(operation.body.schema, '', known) as Record<string, string>);
    return {
      path: { number: String(COURSE), channel: 'mini-subscribe', action, id },
      query: Object.fromEntries(
        queries.map(({ name, schema }) => [
          name,
          String(sampleOf(schema, name, { ...known, errcode: '43101' })),
        ]),
      ),
      headers: {
        ...(operation.method === 'POST' && { Origin: this.demo.url }),
        ...(operation.path === '/metrics' && { Authorization: `Bearer ${SERVICE_KEY}` }),
      },
      ...(sample && { body: { ...sample, ...(operation.path.endsWith('/messages') && DATA) } }),
    };
  }

  /** Of nobody, with a deadline far away: nobody works on it, or it is over. */
  private async broadcast({ method }: Operation): Promise<string> {
    const broadcasts = this.demo.app.get(BroadcastService, { strict: false });
    const content = { title: '上课提醒', content: { value: '高等数学 8:50 开始' } };
    const notBefore = method === 'POST' ? undefined : new Date(Date.now() + 3_600_000);
    const { id } = await broadcasts.start({ ...OFFICIAL_KEY, scene: COURSE, ...content, notBefore });
    if (method !== 'POST') await broadcasts.cancel(id);
    return id;
  }

  private next(): string {
    return `fuzz-${++this.counter}`;
  }
}
