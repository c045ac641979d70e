import { Child } from './child.mjs';

/**
 * How much later than the second answer the first one comes: long enough for a process to take and store a
 * token meanwhile.
 */
const DELAY_MS = 150;
const TOKEN_PATHS = ['/cgi-bin/token', '/cgi-bin/stable_token'];
const ASK_MS = 30_000;

/**
 * Two cold callers in two processes ask for a token; the answer to the first mint comes after the one to the
 * second. Then the token that both, and a third process that only looked into the store, give out is shown to
 * the simulator. One account per trial keeps them cold.
 */
export async function reorder({ simulator, job, accounts }) {
  await simulator.control('POST', '/reset');
  const children = [1, 2, 3].map(() => new Child(job));
  try {
    const result = { trials: 0, mints: 0, crossed: 0, dead: 0, errors: new Set() };
    for (const { error } of await Promise.all(children.map((child) => child.ready())))
      if (error) result.errors.add(error);
    for (const { appId } of accounts) await trial(simulator, children, appId, result);
    return result;
  } finally {
    for (const child of children) child.kill();
  }
}

async function trial(simulator, children, appId, result) {
  const delayed = { kind: 'latency', when: 'after', times: 1, delayMs: DELAY_MS, appId };
  for (const path of TOKEN_PATHS) await simulator.control('POST', '/faults', { ...delayed, path });
  const ask = (child) => child.ask('token', { appId }, ASK_MS);
  const [first, second] = children;
  const answers = await Promise.all([ask(first), ask(second)]);
  const mints = await mintsOf(simulator, appId);
  for (const child of children) answers.push(await ask(child));
  await simulator.control('DELETE', '/faults');

  for (const { error } of answers) if (error) result.errors.add(error);
  const given = answers.slice(2).flatMap(({ token, error }) => (error ? [] : String(token)));
  const states = await Promise.all(given.map((token) => isLive(simulator, token)));
  result.trials += 1;
  result.mints += await mintsOf(simulator, appId);
  result.crossed += mints > 1 ? 1 : 0;
  result.dead += states.includes(false) ? 1 : 0;
}

async function mintsOf(simulator, appId) {
  const { mints } = await simulator.control('GET', '/counters');
  return (mints[`${appId}:token`] ?? 0) + (mints[`${appId}:stable`] ?? 0);
}

/** A call that needs a token and does nothing. */
async function isLive({ origin }, token) {
  const query = new URLSearchParams({ access_token: token });
  const answer = await (await fetch(`${origin}/cgi-bin/get_api_domain_ip?${query}`)).json();
  return answer.errcode === undefined || answer.errcode === 0;
}
