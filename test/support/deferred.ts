import type { MessageRecord, SendMessageDto } from 'nestjs-weixin-subscribe';
import { OFFICIAL } from './accounts.js';
import type { TestApp } from './create-test-app.js';
import { message, OFFICIAL_KEY } from './flows.js';
import { emptyLedger } from './ledger.js';

export const SEND = '/cgi-bin/message/template/subscribe';
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

let sources = 0;

/** Everything as at the beginning, with a token at hand that the platform takes. */
export async function fresh(host: TestApp): Promise<void> {
  host.simulator.reset();
  await host.subscribe.resume(OFFICIAL.appId);
  await emptyLedger(host.dataSource);
  const { accessToken } = await host.tokens.getToken(OFFICIAL.appId);
  await host.tokens.refresh(OFFICIAL.appId, accessToken);
}

/** A person confirms: at WeChat, and in our ledger. Answers the openid. */
export async function give(host: TestApp, scene: number, person = 'xiaoming'): Promise<string> {
  const { openid } = host.simulator.confirm({ appId: OFFICIAL.appId, person, scene });
  await record(host, String(openid), scene);
  return String(openid);
}

/** In our ledger only. */
export async function record(host: TestApp, openid: string, scene: number): Promise<void> {
  await host.grants.record({ ...OFFICIAL_KEY, openid, scene, source: `deferred:${++sources}` });
}

export const from = (host: TestApp, ms: number) => new Date(host.clock.now() + ms);

/** A message for `scene` that waits `ms`. */
export async function defer(
  host: TestApp,
  openid: string,
  scene: number,
  ms: number,
  more: Partial<SendMessageDto> = {},
): Promise<MessageRecord> {
  return host.subscribe.send({ ...message(openid, scene), notBefore: from(host, ms), ...more });
}

/** One beat of the worker. */
export const dispatch = (host: TestApp) => host.tasks.run('message-dispatch');

export const calls = (host: TestApp) => host.simulator.counters().calls[SEND] ?? 0;

/** Goes on to the moment when the message is due, and gives it its turn. */
export async function dispatchWhenDue(host: TestApp, id: string): Promise<MessageRecord> {
  const { dueAt } = await host.subscribe.get(id);
  if (dueAt) host.clock.advance(Math.max(0, dueAt.getTime() - host.clock.now()));
  await dispatch(host);
  return host.subscribe.get(id);
}
