import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { PushEventService } from 'nestjs-weixin-subscribe';
import { signPush } from 'nestjs-weixin-subscribe/testing';
import WXBizMsgCrypt from 'wechat-crypto';
import { OFFICIAL } from '../support/accounts.js';
import { ADAPTERS, createTestApp, startSimulator } from '../support/create-test-app.js';
import { message, OFFICIAL_KEY } from '../support/flows.js';
import {
  endpointOf,
  PLAIN,
  PUSH_KEY,
  PUSH_TOKEN,
  post,
  pushAccounts,
  Received,
  ReceivedModule,
  SAFE,
  sentXml,
} from '../support/pushes.js';
import { until } from '../support/until.js';

const { appId } = OFFICIAL;

describe.each(ADAPTERS)('what the simulator pushes after a send, on %s,', (adapter) => {
  it.each([
    ['encrypted', SAFE],
    ['in clear', PLAIN],
  ])('%s, is read by our endpoint', async (_what, push) => {
    const host = await createTestApp({
      adapter,
      imports: [ReceivedModule],
      options: { accounts: pushAccounts(push) },
    });
    host.simulator.setClock(host.clock.now());
    const target = { token: push.token, encodingAesKey: push.encodingAesKey };
    host.simulator.updateAccount(appId, { push: { ...target, url: endpointOf(host) }, resultEvent: 'emit' });
    const openid = host.simulator.openid('xiaoming', appId);
    host.simulator.confirm({ openid, appId, scene: 1000 });
    await host.grants.record({ ...OFFICIAL_KEY, openid, scene: 1000, source: 'test' });
    await host.subscribe.send(message(openid, 1000));
    const received = host.app.get(Received);
    await until(() => received.sent.length > 0, 'the push');
    expect(received.sent).toEqual([
      expect.objectContaining({
        appId,
        openid,
        items: [
          {
            templateId: OFFICIAL.templates[0],
            msgId: expect.stringMatching(/./),
            errorCode: 0,
            errorStatus: 'success',
          },
        ],
      }),
    ]);
    await until(() => host.simulator.counters().pushes[`${appId}:200`] === 1, 'its answer');
    await until(async () => (await host.app.get(PushEventService).list())[0].status === 'done');
    await host.close();
  });

  it('is not read by an endpoint with another key, and pushed four times in vain', async () => {
    const host = await createTestApp({ adapter, options: { accounts: pushAccounts() } });
    host.simulator.setClock(host.clock.now());
    const push = { token: SAFE.token, encodingAesKey: 'B'.repeat(43), url: endpointOf(host) };
    host.simulator.updateAccount(appId, { push, resultEvent: 'emit' });
    const openid = host.simulator.openid('xiaoming', appId);
    host.simulator.confirm({ openid, appId, scene: 1000 });
    await host.grants.record({ ...OFFICIAL_KEY, openid, scene: 1000, source: 'test' });
    await host.subscribe.send(message(openid, 1000));
    await until(() => host.simulator.counters().pushes[`${appId}:403`] === 4, 'four refusals');
    expect(await host.app.get(PushEventService).list()).toEqual([]);
    await host.close();
  });
});

/** An npm package of others that does the same (wechat-crypto, 2014), in every pairing with our two. */
describe('pushes sealed here and opened elsewhere, and the reverse', () => {
  const theirs = new WXBizMsgCrypt(PUSH_TOKEN, PUSH_KEY, appId);
  const XML = sentXml({ openid: 'oXiaoming' });

  it('are opened by wechat-crypto as the simulator and signPush seal them', async () => {
    const received: { query: URLSearchParams; body: string }[] = [];
    const server = http.createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      received.push({ query: new URL(String(request.url), 'http://localhost').searchParams, body });
      response.end('success');
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const simulator = await startSimulator();
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/push`;
    simulator.updateAccount(appId, { push: { token: PUSH_TOKEN, encodingAesKey: PUSH_KEY, url } });
    await simulator.pushEvent({
      appId,
      person: 'xiaoming',
      event: 'user_enter_tempsession',
      fields: { SessionFrom: '中文' },
    });
    await simulator.close();
    server.close();

    const { query, body } = signPush({
      ...{
        appId,
        token: PUSH_TOKEN,
        encodingAesKey: PUSH_KEY,
        body: XML,
        timestamp: 1763611200,
        nonce: 'n1',
      },
    });
    received.push({ query: new URLSearchParams(query), body });
    const opened = received.map(({ query, body }) => {
      const sealed = String(/<Encrypt><!\[CDATA\[([^\]]+)/.exec(body)?.[1]);
      const [timestamp, nonce] = ['timestamp', 'nonce'].map((name) => String(query.get(name)));
      expect(theirs.getSignature(timestamp, nonce, sealed)).toBe(query.get('msg_signature'));
      return theirs.decrypt(sealed);
    });
    expect(opened).toEqual([
      { id: appId, message: expect.stringContaining('<SessionFrom><![CDATA[中文]]></SessionFrom>') },
      { id: appId, message: XML },
    ]);
  });

  it('are read by our endpoint as wechat-crypto seals them, and refused with its signature over another text', async () => {
    const host = await createTestApp({
      imports: [ReceivedModule],
      options: { accounts: pushAccounts(SAFE) },
    });
    const sealed = theirs.encrypt(XML);
    const [timestamp, nonce] = [String(Math.trunc(host.clock.now() / 1000)), 'n2'];
    const body = `<xml><ToUserName><![CDATA[gh_1]]></ToUserName><Encrypt><![CDATA[${sealed}]]></Encrypt></xml>`;
    const query = {
      timestamp,
      nonce,
      encrypt_type: 'aes',
      msg_signature: theirs.getSignature(timestamp, nonce, sealed),
    };
    const other = theirs.getSignature(timestamp, nonce, theirs.encrypt(XML));
    expect((await post(endpointOf(host), { ...query, msg_signature: other }, body)).status).toBe(403);
    expect((await post(endpointOf(host), query, body)).status).toBe(200);
    const received = host.app.get(Received);
    await until(() => received.sent.length > 0, 'the push');
    expect(received.sent).toMatchObject([{ openid: 'oXiaoming', items: [{ msgId: '1864323726461255680' }] }]);
    await host.close();
  });
});
