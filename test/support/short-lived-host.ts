/**
 * A process of its own: a host app with its schedule on, which serves one question of a browser, sends one
 * message, and closes. It then has to end by itself; whatever it left open would keep it alive.
 */
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ScheduleModule } from '@nestjs/schedule';
import {
  BackgroundTasks,
  GrantRepository,
  SubscribeService,
  WeixinSubscribeModule,
} from 'nestjs-weixin-subscribe';
import { WeixinSimulator } from 'weixin-simulator';

const account = { appId: 'wx1', appSecret: 'secret', kind: 'official-account' as const, templates: ['T1'] };

async function main(): Promise<void> {
  const simulator = await WeixinSimulator.start({
    port: 0,
    accounts: [{ ...account, businessDomains: ['127.0.0.1'] }],
    people: ['xiaoming'],
  });
  @Module({
    imports: [
      ScheduleModule.forRoot(),
      WeixinSubscribeModule.forRoot({
        accounts: [account],
        publicBaseUrl: 'http://127.0.0.1:3000',
        apiBaseUrl: simulator.url,
        mpBaseUrl: simulator.url,
        rateLimit: { perMinute: 5 },
        dataSource: 'own',
        database: { type: 'better-sqlite3', database: ':memory:' },
      }),
    ],
  })
  class Host {}
  const app = await NestFactory.create(Host, { logger: false });
  await app.listen(0, '127.0.0.1');
  const query = 'appId=wx1&templateId=T1&scene=1&returnTo=/';
  const asked = await fetch(`${await app.getUrl()}/weixin/authorize?${query}`, { redirect: 'manual' });
  const openid = simulator.openid('xiaoming', 'wx1');
  simulator.confirm({ openid, scene: 1 });
  await app.get(GrantRepository).record({ appId: 'wx1', openid, templateId: 'T1', scene: 1, source: 'test' });
  const sent = await app
    .get(SubscribeService)
    .send({ appId: 'wx1', openid, templateId: 'T1', scene: 1, title: 'x', content: { value: 'x' } });
  await app.get(BackgroundTasks).run('token-refresh');
  await app.close();
  await simulator.close();
  process.stdout.write(`${asked.status} ${sent.status} closed\n`);
}

void main();
