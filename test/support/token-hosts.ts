import { AuthorizedApiClient } from '../../libs/weixin-subscribe/src/token/authorized-api.client.js';
import { createTestApp, type TestApp, type TestAppOptions } from './create-test-app.js';
import type { OpenStore } from './token-stores.js';
import { until } from './until.js';

/**
 * Hosts on one store and one platform, each with a clock of its own, in this process. The first one owns the
 * simulator.
 */
export async function startHosts(
  store: OpenStore,
  count: number,
  given: Partial<TestAppOptions> = {},
): Promise<TestApp[]> {
  const options = {
    ...given.options,
    ...store.options,
    token: { ...given.options?.token, ...store.options.token },
  };
  const hosts: TestApp[] = [];
  for (let n = 0; n < count; n++) {
    const simulator = given.simulator ?? hosts[0]?.simulator;
    hosts.push(await createTestApp({ ...given, shared: store.database, options, simulator }));
  }
  if (!given.simulator) hosts[0].simulator.setClock(hosts[0].clock.now());
  return hosts;
}

/** Calls the platform with the account's token, as a send does; answers its errcode. */
export async function callPlatform(host: TestApp, appId: string): Promise<number | string> {
  const answer = await host.app
    .get(AuthorizedApiClient)
    .call(appId, { method: 'GET', path: '/cgi-bin/get_api_domain_ip' });
  return answer.kind === 'answered' ? answer.envelope.errcode : answer.reason;
}

/** Waits for `work` while all clocks go on; answers how much of their time it took. */
export async function whileTimePasses<T>(
  hosts: TestApp[],
  work: Promise<T>,
  stepMs = 100,
): Promise<{ result: T; passedMs: number }> {
  let settled = false;
  let passedMs = 0;
  const done = work.finally(() => {
    settled = true;
  });
  // Told to others below; here it must not count as unhandled.
  done.catch(() => undefined);
  await until(() => {
    if (settled) return true;
    for (const { clock } of hosts) clock.advance(stepMs);
    passedMs += stepMs;
    return false;
  });
  return { result: await done, passedMs };
}

/** Lets time pass, for hosts and platform alike. */
export function pass(ms: number, hosts: TestApp[]): void {
  hosts[0].simulator.advance(ms);
  for (const { clock } of hosts) clock.advance(ms);
}

export const mintsOf = ({ simulator }: TestApp, appId: string, family = 'token') =>
  simulator.counters().mints[`${appId}:${family}`] ?? 0;
