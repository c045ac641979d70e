import type { INestApplication } from '@nestjs/common';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { Clock, SubscribeService } from 'nestjs-weixin-subscribe';
import { ManualClock } from 'nestjs-weixin-subscribe/testing';
import { WeixinSimulator } from 'weixin-simulator';
import { AppModule } from '../src/app.module';

const account = { appId: 'wx1', appSecret: 'secret', kind: 'official-account' as const, templates: ['T1'] };
const clock = new ManualClock();
let simulator: WeixinSimulator;
let app: INestApplication;

beforeAll(async () => {
  simulator = await WeixinSimulator.start({
    port: 0,
    accounts: [{ ...account, businessDomains: ['127.0.0.1'] }],
    people: ['xiaoming'],
  });
  simulator.setClock(clock.now());
  process.env.WEIXIN_URL = simulator.url;
  process.env.WEIXIN_APP_ID = account.appId;
  process.env.WEIXIN_APP_SECRET = account.appSecret;
  const module = await Test.createTestingModule({ imports: [AppModule] })
    .overrideProvider(Clock)
    .useValue(clock)
    .compile();
  app = module.createNestApplication<NestFastifyApplication>(new FastifyAdapter());
  await app.listen(0, '127.0.0.1');
}, 30_000); // A busy machine compiles while it starts.
afterAll(async () => {
  await app.close();
  await app.close();
  await simulator.close();
});

it('reminds once for one confirm', async () => {
  const url = await app.getUrl();
  const query = 'appId=wx1&templateId=T1&scene=42&returnTo=/';
  const asked = await fetch(`${url}/weixin/authorize?${query}`, { redirect: 'manual' });
  const { redirectTo } = simulator.tap(String(asked.headers.get('location')), {
    answer: 'confirm',
    person: 'xiaoming',
  });
  const { pathname, search } = new URL(String(redirectTo));
  const cookie = asked.headers.getSetCookie().map((line) => line.split(';')[0]);
  const back = await fetch(url + pathname + search, {
    redirect: 'manual',
    headers: { cookie: cookie.join('; ') },
  });
  expect(back.status).toBe(302);

  const openid = simulator.openid('xiaoming', 'wx1');
  const remind = () =>
    fetch(`${url}/reminders`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ openid }),
    });
  expect((await remind()).status).toBe(201);
  expect((await remind()).status).toBe(409);
  expect(simulator.inbox(openid)).toHaveLength(1);
  expect(app.get(SubscribeService)).toBeInstanceOf(SubscribeService);
});
