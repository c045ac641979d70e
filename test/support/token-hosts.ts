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

/** So many looks, a few milliseconds each, and the clock of a host that works goes on, too. */
const LOOKS_AT_WORK = 20;

/**
 * Waits for `work` while the clock of each host that waits goes on, fast. A host that is at work, as with a
 * database, sees its clock go on about as fast as a real one: on a busy machine its patience would otherwise
 * be over before its statement is. Answers how much time passed for the host that it was most for.
 */
export async function whileTimePasses<T>(
  hosts: TestApp[],
  work: Promise<T>,
  stepMs = 100,
): Promise<{ result: T; passedMs: number }> {
  let settled = false;
  let looks = 0;
  const passedMs = hosts.map(() => 0);
  const done = work.finally(() => {
    settled = true;
  });
  // Told to others below; here it must not count as unhandled.
  done.catch(() => undefined);
  await until(() => {
    if (settled) return true;
    looks++;
    for (const [index, { clock }] of hosts.entries())
      if (clock.sleeping > 0 || looks % LOOKS_AT_WORK === 0) {
        clock.advance(stepMs);
        passedMs[index] += stepMs;
      }
    return false;
  });
  return { result: await done, passedMs: Math.max(...passedMs) };
}

/** Lets time pass, for hosts and platform alike. */
export function pass(ms: number, hosts: TestApp[]): void {
  hosts[0].simulator.advance(ms);
  for (const { clock } of hosts) clock.advance(ms);
}

export const mintsOf = ({ simulator }: TestApp, appId: string, family = 'token') =>
  simulator.counters().mints[`${appId}:${family}`] ?? 0;
