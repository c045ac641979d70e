import 'reflect-metadata';
import * as token from './token.js';

it('nestjs-weixin-subscribe/token exports exactly these names', () => {
  expect(Object.keys(token).sort()).toEqual([
    'AccessToken',
    'BackgroundTasks',
    'NoAccessTokenError',
    'ProblemDetailsFilter',
    'TokenAudit',
    'TokenHealthIndicator',
    'TokenService',
    'TokenStore',
    'TokenUnavailableError',
    'WEIXIN_DATA_SOURCE',
    'WEIXIN_TOKEN_ENTITIES',
    'WEIXIN_TOKEN_MIGRATIONS',
    'WeixinRoute',
    'WeixinTokenModule',
    'migrate',
    'upOrDown',
    'weixinRouteOf',
  ]);
});
