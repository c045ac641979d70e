import { HttpService } from '@nestjs/axios';
import { Module } from '@nestjs/common';
import axios from 'axios';
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
      useFactory: (pool: WeixinPool) => {
        // Axios has two sets of types, for `import` and for `require`: HttpService may know the other.
        const client = axios.create({ adapter: undiciAdapter(pool) }) as HttpService['axiosRef'];
        return new HttpService(client);
      },
      inject: [WeixinPool],
    },
    {
      provide: WeixinTransport,
      useFactory: (config: WeixinConfig, pool: WeixinPool, http: HttpService) =>
        config.http.transport === 'undici'
          ? new UndiciTransport(pool, config)
          : new AxiosTransport(http, config),
      inject: [WeixinConfig, WeixinPool, WEIXIN_HTTP_SERVICE],
    },
    CallSecurity,
    WeixinApiClient,
  ],
  exports: [WEIXIN_HTTP_SERVICE, WeixinApiClient, WeixinTransport],
})
export class WeixinModule {}
