import { Logger } from '@nestjs/common';
import { Telemetry } from '../kernel/telemetry.js';
import type { CallSecurity } from './signing/call-security.js';
import { type WeixinHttpRequest, type WeixinHttpResponse, WeixinTransport } from './transport.js';
import { WeixinApiClient, type WeixinCall } from './weixin-api.client.js';

const CALL: WeixinCall = {
  method: 'POST',
  path: '/cgi-bin/message/template/subscribe',
  query: { access_token: 'TOKEN' },
  body: '{"touser":"OPENID"}',
  secrets: ['TOKEN'],
};
const { secrets: _, ...REQUEST } = CALL;

/** No call of these accounts is secured. */
const NO_SECURITY = {} as CallSecurity;

class Answering extends WeixinTransport {
  readonly seen: WeixinHttpRequest[] = [];

  constructor(private readonly body: string) {
    super();
  }

  async send(request: WeixinHttpRequest): Promise<WeixinHttpResponse> {
    this.seen.push(request);
    return { status: 200, body: this.body };
  }
}

const clientOf = (transport: WeixinTransport) => new WeixinApiClient(transport, NO_SECURITY, new Telemetry());

describe('WeixinApiClient', () => {
  let lines: string[];
  beforeEach(() => {
    lines = [];
    for (const level of ['debug', 'warn'] as const)
      jest
        .spyOn(Logger.prototype, level)
        .mockImplementation((...[line]) => void lines.push(`${level} ${line}`));
  });
  afterEach(() => {
    jest.restoreAllMocks();
    Logger.overrideLogger(['log', 'error', 'warn', 'debug', 'verbose', 'fatal']);
  });
  const call = (errcode: number, more: Partial<WeixinCall> = {}) =>
    clientOf(new Answering(JSON.stringify({ errcode, errmsg: 'said' }))).call({
      ...CALL,
      ...more,
    });

  it('gives the transport nothing but the request', async () => {
    const transport = new Answering('{"errcode":0}');
    await clientOf(transport).call({ ...CALL, context: 'api', hints: { miniprogram: true } });
    expect(transport.seen).toEqual([REQUEST]);
  });

  it('writes a line for what went well where debug lines are wanted', async () => {
    Logger.overrideLogger(['debug']);
    await call(0);
    expect(lines).toEqual(['debug POST /cgi-bin/message/template/subscribe: ok']);
    Logger.overrideLogger(['warn']);
    await call(0);
    expect(lines).toHaveLength(1);
  });

  it('writes a warning for what did not, with debug lines or without', async () => {
    for (const level of ['debug', 'warn'] as const) {
      Logger.overrideLogger([level]);
      await call(43101);
    }
    const line = 'warn POST /cgi-bin/message/template/subscribe: errcode 43101 said';
    expect(lines).toEqual([line, line]);
  });

  it('reads 40013 by what the request was like', async () => {
    expect(await call(40013)).toMatchObject({ facts: { errclass: 'account-misconfigured' } });
    expect(await call(40013, { hints: { miniprogram: true } })).toMatchObject({
      facts: { errclass: 'invalid-request' },
    });
  });
});
