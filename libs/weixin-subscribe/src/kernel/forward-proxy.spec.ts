import { inspect } from 'node:util';
import { InvalidOptionsError } from './errors.js';
import { environmentProxy, isExempt, namedProxy } from './forward-proxy.js';
import { OptionChecks } from './option-checks.js';

const WEIXIN = new URL('https://api.weixin.qq.com');
const PROXY = 'http://proxy.example.com:3128';
const of = (environment: Record<string, string>, target = WEIXIN) => {
  const checks = new OptionChecks();
  const proxy = environmentProxy(checks, target, environment);
  checks.finish();
  return proxy && `${proxy.isTls ? 'https' : 'http'}://${proxy.hostname}:${proxy.port} (${proxy.source})`;
};

describe('the proxy of the environment', () => {
  it.each<[string, Record<string, string>, string | undefined]>([
    ['HTTPS_PROXY', { HTTPS_PROXY: PROXY }, 'http://proxy.example.com:3128 (HTTPS_PROXY)'],
    [
      'https_proxy first',
      { HTTPS_PROXY: 'http://a:1', https_proxy: 'http://b:2' },
      'http://b:2 (https_proxy)',
    ],
    [
      'an empty one counts as none',
      { HTTPS_PROXY: PROXY, https_proxy: ' ' },
      'http://proxy.example.com:3128 (HTTPS_PROXY)',
    ],
    ['no scheme', { HTTPS_PROXY: 'proxy:3128' }, 'http://proxy:3128 (HTTPS_PROXY)'],
    ['TLS to the proxy', { HTTPS_PROXY: 'https://proxy' }, 'https://proxy:443 (HTTPS_PROXY)'],
    ['an IPv6 address', { HTTPS_PROXY: 'http://[fd00::1]:3128' }, 'http://fd00::1:3128 (HTTPS_PROXY)'],
    ['HTTP_PROXY is for http addresses', { HTTP_PROXY: PROXY }, undefined],
    ['nothing', {}, undefined],
    ['exempted', { HTTPS_PROXY: PROXY, NO_PROXY: 'qq.com' }, undefined],
    ['exempted in small letters', { HTTPS_PROXY: PROXY, NO_PROXY: 'x', no_proxy: '*' }, undefined],
  ])('%s', (_what, environment, expected) => expect(of(environment)).toBe(expected));

  it('is HTTP_PROXY for http, and none for this machine', () => {
    expect(of({ HTTP_PROXY: PROXY, HTTPS_PROXY: 'http://b:2' }, new URL('http://central.corp:8080'))).toBe(
      'http://proxy.example.com:3128 (HTTP_PROXY)',
    );
    for (const own of [
      'http://127.0.0.1:1',
      'http://127.9.9.9',
      'http://localhost:1',
      'http://[::1]:1',
      'http://a.localhost',
    ])
      expect(of({ HTTP_PROXY: PROXY }, new URL(own))).toBeUndefined();
  });

  it.each([
    'socks5://proxy:1080',
    'http://proxy:3128/path',
    'http://proxy:99999',
    'ftp://proxy',
    'http://u:%zz@proxy',
  ])('that is none (%s) stops the start, naming the variable and not its value', (value) => {
    const checks = new OptionChecks();
    environmentProxy(checks, WEIXIN, { HTTPS_PROXY: value.replace('proxy', 'secret-place') });
    expect(() => checks.finish()).toThrow(InvalidOptionsError);
    expect(() => checks.finish()).toThrow(/"http.proxy" .*HTTPS_PROXY/);
    expect(() => checks.finish()).not.toThrow(/secret-place/);
  });

  it('keeps its credentials to itself, and decodes them', () => {
    const proxy = namedProxy(new OptionChecks(), 'http://user:p%40ss%3Aword@proxy:3128');
    expect(inspect(proxy, { depth: 9, showHidden: true }) + JSON.stringify(proxy)).not.toMatch(
      /p@ss|cEBzc|user/,
    );
    expect(proxy?.authorization?.reveal()).toBe(`Basic ${Buffer.from('user:p@ss:word').toString('base64')}`);
    expect(namedProxy(new OptionChecks(), false)).toBeUndefined();
  });
});

describe('NO_PROXY', () => {
  it.each<[string, string, boolean]>([
    ['*', 'https://api.weixin.qq.com', true],
    ['api.weixin.qq.com', 'https://api.weixin.qq.com', true],
    ['API.Weixin.QQ.com', 'https://api.weixin.qq.com', true],
    ['qq.com', 'https://api.weixin.qq.com', true],
    ['.qq.com', 'https://api.weixin.qq.com', true],
    ['*.qq.com', 'https://api.weixin.qq.com', true],
    ['.qq.com', 'https://qq.com', true],
    ['q.com', 'https://api.weixin.qq.com', false],
    ['weixin', 'https://api.weixin.qq.com', false],
    ['a, b ,qq.com', 'https://api.weixin.qq.com', true],
    ['a b qq.com', 'https://api.weixin.qq.com', true],
    ['qq.com:443', 'https://api.weixin.qq.com', true],
    ['qq.com:8443', 'https://api.weixin.qq.com', false],
    ['qq.com:8443', 'https://api.weixin.qq.com:8443', true],
    ['central:80', 'http://central', true],
    ['qq.com.', 'https://api.weixin.qq.com', true],
    ['qq.com', 'https://api.weixin.qq.com.', true],
    ['10.1.2.3', 'https://10.1.2.3', true],
    ['10.1.2.3:443', 'https://10.1.2.3', true],
    ['10.0.0.0/8', 'https://10.1.2.3', true],
    ['10.0.0.0/8', 'https://11.1.2.3', false],
    ['10.0.0.0/99', 'https://10.1.2.3', false],
    ['1.2.3', 'https://10.1.2.3', false],
    ['fd00::1', 'https://[fd00::1]', true],
    ['[fd00::1]:443', 'https://[fd00::1]', true],
    ['fd00::/8', 'https://[fd12::9]', true],
    ['', 'https://api.weixin.qq.com', false],
    [',,', 'https://api.weixin.qq.com', false],
  ])('"%s" for %s: %s', (list, target, expected) => expect(isExempt(new URL(target), list)).toBe(expected));
});
