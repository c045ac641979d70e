import type { HttpService } from '@nestjs/axios';
import { Module } from '@nestjs/common';
import type { AxiosStatic } from 'axios';
import { CallSecurity } from './signing/call-security.js';
import { WeixinTransport } from './transport.js';
import { AxiosTransport, WEIXIN_HTTP_SERVICE } from './transports/axios.transport.js';
import { UndiciTransport } from './transports/undici.transport.js';
import { undiciAdapter } from './transports/undici-axios-adapter.js';
import { WeixinPool } from './transports/weixin-pool.js';
import { WeixinConfig } from './weixin.options.js';
import { WeixinApiClient } from './weixin-api.client.js';

/** HTTP to the platform. */
@Module({
  providers: [
    WeixinPool,
    {
      provide: WEIXIN_HTTP_SERVICE,
      useFactory: (config: WeixinConfig, pool: WeixinPool) =>
        config.http.transport === 'undici' ? undefined : httpServiceOver(pool),
      inject: [WeixinConfig, WeixinPool],
    },
    {
      provide: WeixinTransport,
      useFactory: (config: WeixinConfig, pool: WeixinPool, http?: HttpService) =>
        http ? new AxiosTransport(http, config) : new UndiciTransport(pool, config),
      inject: [WeixinConfig, WeixinPool, WEIXIN_HTTP_SERVICE],
    },
    CallSecurity,
    WeixinApiClient,
  ],
  exports: [WEIXIN_HTTP_SERVICE, WeixinApiClient, WeixinTransport],
})
export class WeixinModule {}

/** Loads axios: a host that calls by undici alone does not pay for it at its start. */
async function httpServiceOver(pool: WeixinPool): Promise<HttpService> {
  const { HttpService } = await import('@nestjs/axios');
  // The copy of axios that HttpService has: by its name, an ESM host would load the other one as well.
  const axios = new HttpService().axiosRef as AxiosStatic;
  return new HttpService(axios.create({ adapter: undiciAdapter(pool, axios) }));
}
