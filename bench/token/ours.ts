/** This library as one of the SDKs of `../sdks/sdks.mjs`: by its public surface only, with its defaults. */
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import {
  GrantRepository,
  SubscribeService,
  TokenService,
  WEIXIN_SUBSCRIBE_ENTITIES,
  type WeixinAccountOptions,
  WeixinSubscribeModule,
} from 'nestjs-weixin-subscribe';
import type { DataSourceOptions } from 'typeorm';

/** A message as it goes over the wire. */
interface WireMessage {
  touser: string;
  template_id: string;
  scene: string;
  title: string;
  data: { content: { value: string; color?: string } };
}

/** Connections per process: eight of them must fit into a server that others use as well. */
const POOL = 5;

export async function openOurs(
  origin: string,
  accounts: WeixinAccountOptions[],
  database: DataSourceOptions,
) {
  @Module({
    imports: [
      TypeOrmModule.forRoot({
        ...database,
        ...('poolSize' in database && { poolSize: POOL }),
        entities: WEIXIN_SUBSCRIBE_ENTITIES,
      } as DataSourceOptions),
      WeixinSubscribeModule.forRoot({
        accounts,
        publicBaseUrl: 'http://127.0.0.1:3000',
        apiBaseUrl: origin,
        mpBaseUrl: origin,
        // It would fetch a token before the first caller does.
        schedule: { enabled: false },
      }),
    ],
  })
  class HostModule {}

  const app = await NestFactory.createApplicationContext(HostModule, { logger: false, abortOnError: false });
  const subscribe = app.get(SubscribeService);
  const tokens = app.get(TokenService);
  const grants = app.get(GrantRepository);

  return ({ appId }: { appId: string }) => ({
    token: async () => (await tokens.getToken(appId)).accessToken,
    /** A message needs a permission in the ledger. */
    async expect(messages: WireMessage[]): Promise<void> {
      for (const { touser, template_id, scene } of messages) {
        const key = { appId, openid: touser, templateId: template_id, scene: Number(scene) };
        await grants.record({ ...key, source: `bench:${appId}:${scene}` });
      }
    },
    /** Resolves only when the platform accepted it. */
    async send({ touser, template_id, scene, title, data }: WireMessage): Promise<{ errcode: 0 }> {
      const to = { appId, openid: touser, templateId: template_id, scene: Number(scene) };
      await subscribe.send({ ...to, title, content: data.content });
      return { errcode: 0 };
    },
  });
}
