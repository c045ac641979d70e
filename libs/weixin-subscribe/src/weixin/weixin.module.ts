import type { HttpService } from '@nestjs/axios';
import { Module } from '@nestjs/common';
import { CallSecurity } from './signing/call-security.js';
import { WeixinTransport } from './transport.js';
import { AxiosTransport, WEIXIN_HTTP_SERVICE } from './transports/axios.transport.js';
import { UndiciTransport } from './transports/undici.transport.js';
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

/** Axios is loaded here only: a host that calls by undici alone does not pay for it at its start. */
async function httpServiceOver(pool: WeixinPool): Promise<HttpService> {
  const { default: axios } = await import('axios');
  const { HttpService } = await import('@nestjs/axios');
  const { undiciAdapter } = await import('./transports/undici-axios-adapter.js');
  // Axios has two sets of types, for `import` and for `require`: HttpService may know the other.
  return new HttpService(axios.create({ adapter: undiciAdapter(pool) }) as HttpService['axiosRef']);
}
