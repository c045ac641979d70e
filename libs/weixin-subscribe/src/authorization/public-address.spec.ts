import { Logger } from '@nestjs/common';
import type { BrowserRoutesConfig } from '../http/http.options.js';
import type { WeixinConfig } from '../weixin/weixin.options.js';
import type { AuthorizationConfig } from './authorization.options.js';
import { PublicAddress } from './public-address.js';

const API = 'https://api.weixin.qq.com';
const MP = 'https://mp.weixin.qq.com';
const SIMULATOR = 'http://127.0.0.1:4000';

function warned(
  publicBaseUrl: string,
  { api = API, mp = MP, callbackUrl = undefined as string | undefined } = {},
) {
  const warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
  try {
    new PublicAddress(
      { publicBaseUrl: new URL(publicBaseUrl) } as BrowserRoutesConfig,
      { apiBaseUrl: api } as WeixinConfig,
      { mpBaseUrl: mp, callbackUrl } as AuthorizationConfig,
    ).onApplicationBootstrap();
    return warn.mock.calls.map(([line]) => String(line));
  } finally {
    warn.mockRestore();
  }
}

const NEARBY = [
  'http://localhost:3000',
  'http://app.localhost',
  'http://mac.local:3000',
  'http://127.0.0.1:3000',
  'http://0.0.0.0:3000',
  'http://10.1.2.3',
  'http://172.16.0.1',
  'http://172.31.255.255',
  'http://192.168.1.5:3000',
  'http://169.254.1.1',
  'http://100.64.0.1',
  'http://[::1]:3000',
  'http://[fd00::1]',
  'http://[fe80::1]',
];

it.each(NEARBY)('%s is named beside the real WeChat, and how to mend it', (address) => {
  const [line, ...more] = warned(address);
  expect(more).toEqual([]);
  expect(line).toContain(`publicBaseUrl is ${new URL(address).origin}, which only this machine`);
  expect(line).toContain('api.weixin.qq.com is the real WeChat');
  expect(line).toContain('With the simulator');
});

it.each(NEARBY)('%s is fine beside the simulator', (address) => {
  expect(warned(address, { api: SIMULATOR, mp: SIMULATOR })).toEqual([]);
});

it.each([
  'https://remind.example.com',
  'https://10.example.com',
  'https://localhost.example.com',
  'http://172.32.0.1',
  'http://100.128.0.1',
  'http://8.8.8.8',
  'http://[2001:db8::1]',
])('%s is nothing to be named', (address) => {
  expect(warned(address)).toEqual([]);
});

it.each(['https://sh.api.weixin.qq.com', 'https://api2.weixin.qq.com'])('%s is the real one too', (api) => {
  expect(warned('http://localhost:3000', { api, mp: SIMULATOR })).toHaveLength(1);
});

it.each(['https://api.weixin.qq.com.example.com', 'https://weixin-api.example.com'])('%s is not', (api) => {
  expect(warned('http://localhost:3000', { api, mp: SIMULATOR })).toEqual([]);
});

describe('an address that a browser asks at', () => {
  function warnings(publicBaseUrl: string, requests: object[], callbackUrl?: string) {
    const warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
    try {
      const address = new PublicAddress(
        { publicBaseUrl: new URL(publicBaseUrl) } as BrowserRoutesConfig,
        { apiBaseUrl: SIMULATOR } as WeixinConfig,
        { mpBaseUrl: SIMULATOR, callbackUrl } as AuthorizationConfig,
      );
      for (const headers of requests) address.compare({ headers });
      return warn.mock.calls.map(([line]) => String(line));
    } finally {
      warn.mockRestore();
    }
  }

  it.each([
    ['http://localhost:3000', '127.0.0.1:3000'],
    ['http://localhost:3000', 'localhost:3001'],
    ['http://localhost:3000', '[::1]:3000'],
    ['https://example.com', 'www.example.com'],
  ])('and is brought back to another: %s, not %s', (base, host) => {
    const [line, ...more] = warnings(base, [{ host }, { host }]);
    expect(more).toEqual([]);
    expect(line).toContain(`asked at ${host}, but publicBaseUrl is ${base}`);
    expect(line).toContain('WEIXIN_STATE_FOREIGN');
  });

  it.each([
    ['https://example.com', { host: 'EXAMPLE.com' }],
    ['https://example.com', { host: 'example.com:443' }],
    ['http://localhost:3000', { host: 'app:3000', 'x-forwarded-host': 'localhost:3000, inner' }],
    ['http://localhost:3000', {}],
    ['http://localhost:3000', { host: 'a b' }],
    // A proxy that writes its own name for us into the request.
    ['https://example.com', { host: '127.0.0.1:3000' }],
    ['https://example.com', { host: 'app:3000' }],
  ])('and is brought back to, as far as can be seen: %s, %p', (base, headers) => {
    expect(warnings(base, [headers])).toEqual([]);
  });

  it('compares with the callback of its own, where there is one', () => {
    const host = 'api.example.com';
    expect(warnings('https://example.com', [{ host }], 'https://api.example.com/cb')).toEqual([]);
  });

  it('can not fill the log', () => {
    const many = Array.from({ length: 50 }, (_, i) => ({ host: `h${i}.example.org` }));
    expect(warnings('https://example.com', many).length).toBeLessThan(10);
  });
});

it('only one of the two that is real is enough', () => {
  expect(warned('http://localhost:3000', { api: SIMULATOR })).toHaveLength(1);
});

it('looks at the callback of its own, where there is one', () => {
  expect(warned('http://localhost:3000', { callbackUrl: 'https://h.example/cb' })).toEqual([]);
  expect(warned('https://h.example', { callbackUrl: 'http://localhost/cb' })).toEqual([
    expect.stringContaining('authorization.callbackUrl is http://localhost,'),
  ]);
});
