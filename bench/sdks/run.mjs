/**
 * The five Node SDKs of the npm registry fetch a token and send one message through the simulator; one line
 * each. npm run bench:sdks from the root. Exit code 0 only if all five did.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { labelOf, readJson } from './installed.mjs';
import { children, newDirectory, withoutProxies } from './processes.mjs';
import { SDKS } from './sdks.mjs';
import { Simulator } from './simulator.mjs';

const CONFIG = fileURLToPath(new URL('simulator.json', import.meta.url));
const SDK_MS = 20_000;
const WIDTH = 48;

const [account] = readJson(CONFIG).accounts;
const { appId } = account;
const question = { appId, person: 'xiaoming', templateId: account.templates[0], scene: 1000 };
const text = {
  title: '上课提醒',
  data: { content: { value: '高等数学 8:50\n教室 A-301', color: '#173177' } },
};
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

const simulator = await Simulator.start(CONFIG);
let succeeded = 0;
for (const name of Object.keys(SDKS)) {
  const { line, ok } = await tryOut(name);
  console.log(line);
  if (ok) succeeded++;
}
console.log(`${succeeded} of ${Object.keys(SDKS).length}`);
process.exit(succeeded === Object.keys(SDKS).length ? 0 : 1);

/** One person confirms, one SDK sends. What counts is what the simulator saw, not what the SDK says. */
async function tryOut(name) {
  const label = labelOf(name);
  if (!label)
    return { line: `${name.padEnd(WIDTH)} FAILED: not installed (npm --prefix bench/sdks install)` };
  await simulator.control('POST', '/reset');
  const { openid } = await simulator.control('POST', '/confirm', question);
  const message = { touser: openid, template_id: question.templateId, scene: `${question.scene}`, ...text };
  const { token, answer, error } = await runAlone(name, message);

  const tokens = await simulator.control('GET', `/tokens?appId=${appId}`);
  const tokenOk = tokens.some(({ state, masked }) => state === 'live' && matches(token, masked));
  const inbox = await simulator.control('GET', `/inbox?openid=${openid}`);
  const arrived =
    inbox.length === 1 && isDeepStrictEqual({ title: inbox[0].title, content: inbox[0].content }, flat(text));
  const mints = Object.entries((await simulator.control('GET', '/counters')).mints);
  const sent = answer?.errcode === 0;

  const ok = tokenOk && sent && arrived && !error;
  const reason = error ?? (sent ? 'the simulator saw something else than the SDK' : answer?.errmsg);
  const columns = [
    label.padEnd(WIDTH),
    `token ${tokenOk ? 'ok' : 'NO'}`,
    `send ${sent ? 'ok' : 'NO'} (errcode ${answer?.errcode ?? 'none'})`,
    `in the inbox ${arrived ? 'yes' : `NO (${inbox.length})`}`,
    `mints ${mints.map(([key, count]) => `${count} (${key.split(':')[1]})`).join(', ') || 0}`,
    ...(ok ? [] : [`FAILED: ${reason}`]),
  ];
  return { line: columns.join('  '), ok };
}

async function runAlone(name, message) {
  const child = fork(
    new URL('one.mjs', import.meta.url),
    [name, simulator.origin, JSON.stringify(account), JSON.stringify(message)],
    {
      // node-easywechat keeps its token in a file of the working directory, the AppSecret in the file's name.
      cwd: newDirectory('cwd'),
      env: withoutProxies(),
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      timeout: SDK_MS,
    },
  );
  children.add(child);
  let report;
  let complaint = '';
  child.on('message', (said) => {
    report = said;
  });
  child.stderr.on('data', (chunk) => {
    complaint += chunk;
  });
  const [code, signal] = await once(child, 'close');
  children.delete(child);
  if (report) return report;
  if (signal) return { error: `no result within ${SDK_MS} ms` };
  return { error: `exit code ${code}: ${complaint.match(/^\w*Error\b.*$/m)?.[0] ?? complaint.trim()}` };
}

/** The simulator shows tokens with their middle left out. */
function matches(token, masked) {
  const [start, end] = masked.split('…');
  return typeof token === 'string' && token.startsWith(start) && token.endsWith(end);
}

function flat({ title, data }) {
  return { title, content: data.content };
}
