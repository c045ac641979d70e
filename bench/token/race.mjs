import { Child } from './child.mjs';

export const CALLERS = 200;
const SEND_PATH = '/cgi-bin/message/template/subscribe';
const ASK_MS = 30_000;
const SEND_MS = 60_000;

/** Every caller sends one message, all at once, in so many processes; and what the simulator saw of it. */
export async function race({ simulator, job, account, processes, killed }) {
  await simulator.control('POST', '/reset');
  const messages = await confirmAll(simulator, account);
  const shares = Array.from({ length: processes }, (_, n) => messages.filter((_, i) => i % processes === n));
  const children = shares.map(() => new Child(job));
  try {
    const together = (ask) => Promise.all(children.map(ask));
    const notes = errorsOf(await together((child) => child.ready()));
    const ask = (child, command, fields, ms = ASK_MS) =>
      child.ask(command, { appId: account.appId, ...fields }, ms);
    notes.push(...errorsOf(await together((child, n) => ask(child, 'expect', { messages: shares[n] }))));
    if (killed) notes.push(...(await warmThenKill(simulator, account, children, ask)));

    const before = await mintsOf(simulator, account);
    const results = await together((child, n) => ask(child, 'send', { messages: shares[n] }, SEND_MS));
    const after = await mintsOf(simulator, account);
    const ends = sumOf(results, shares);
    return { mints: difference(after, before), ends, ...(await seenSends(simulator, account)), notes };
  } finally {
    for (const child of children) child.kill();
  }
}

/** One person agrees to 200 scenes: 200 messages, each distinguishable at the simulator. */
async function confirmAll(simulator, { appId, templates: [templateId] }) {
  const messages = [];
  for (let scene = 0; scene < CALLERS; scene++) {
    const question = { appId, person: 'xiaoming', templateId, scene };
    const { openid } = await simulator.control('POST', '/confirm', question);
    messages.push({
      ...{ touser: openid, template_id: templateId, scene: String(scene), title: '上课提醒' },
      data: { content: { value: '高等数学 8:50\n教室 A-301', color: '#173177' } },
    });
  }
  return messages;
}

/**
 * Each process holds the same live token, one after the other so that it is one; then the token dies
 * upstream.
 */
async function warmThenKill(simulator, { appId }, children, ask) {
  const tokens = new Set();
  for (const child of children) {
    const { token, error } = await ask(child, 'token', {});
    tokens.add(token ?? error);
  }
  const { killed } = await simulator.control('POST', '/tokens/kill', { appId });
  const { minted } = await mintsOf(simulator, { appId });
  if (tokens.size === 1 && killed === 1 && minted === 1) return [];
  return [`warmed with ${tokens.size} tokens, ${minted} mints, ${killed} of them live`];
}

async function mintsOf(simulator, { appId }) {
  const { mints, calls } = await simulator.control('GET', '/counters');
  const [token, stable] = ['token', 'stable'].map((family) => mints[`${appId}:${family}`] ?? 0);
  const called = ['/cgi-bin/token', '/cgi-bin/stable_token'].map((path) => calls[path] ?? 0);
  return { minted: token + stable, stable, called: called[0] + called[1] };
}

function difference(after, before) {
  return Object.fromEntries(Object.keys(after).map((key) => [key, after[key] - before[key]]));
}

/** How the messages ended, by errcode; those of a process that never answered ended with it. */
function sumOf(results, shares) {
  const sum = {};
  results.forEach(({ ends, error }, n) => {
    for (const [end, count] of Object.entries(ends ?? { [error]: shares[n].length }))
      sum[end] = (sum[end] ?? 0) + count;
  });
  return sum;
}

/** What the simulator saw: messages that arrived, and the most send calls that one message took. */
async function seenSends(simulator, { appId }) {
  const { sends, calls } = await simulator.control('GET', '/counters');
  const log = (await simulator.control('GET', '/calls')).filter(({ path }) => path === SEND_PATH);
  if (log.length !== (calls[SEND_PATH] ?? 0)) throw new Error('the call log of the simulator is too short');
  const perMessage = new Map();
  for (const { body } of log) perMessage.set(body?.scene, (perMessage.get(body?.scene) ?? 0) + 1);
  return { arrived: sends[appId] ?? 0, mostSends: Math.max(0, ...perMessage.values()) };
}

function errorsOf(answers) {
  return answers.flatMap(({ error }) => error ?? []);
}
