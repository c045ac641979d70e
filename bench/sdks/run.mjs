/**
 * The five Node SDKs of the npm registry fetch a token and send one message through the simulator; one line each.
 * npm run bench:sdks from the root. Exit code 0 only if all five did.
 */
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { SDKS } from './sdks.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CONFIG = fileURLToPath(new URL('simulator.json', import.meta.url));
const START_MS = 30_000;
const SDK_MS = 20_000;
const WIDTH = 48;

const [account] = readJson(CONFIG).accounts;
const { appId } = account;
const question = { appId, person: 'xiaoming', templateId: account.templates[0], scene: 1000 };
const text = {
  title: '上课提醒',
  data: { content: { value: '高等数学 8:50\n教室 A-301', color: '#173177' } },
};

const children = new Set();
const scratch = mkdtempSync(join(tmpdir(), 'bench-sdks-'));
process.once('exit', () => {
  for (const child of children) child.kill();
  rmSync(scratch, { recursive: true, force: true });
});
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

const origin = await startSimulator();
let succeeded = 0;
for (const name of Object.keys(SDKS)) {
  const { line, ok } = await tryOut(name);
  console.log(line);
  if (ok) succeeded++;
}
console.log(`${succeeded} of ${Object.keys(SDKS).length}`);
process.exit(succeeded === Object.keys(SDKS).length ? 0 : 1);

/** As its README starts it, but from source; gives the base address that it prints. */
async function startSimulator() {
  const child = spawn(
    process.execPath,
    [
      ...['--import', '@swc-node/register/esm-register', 'libs/weixin-simulator/src/bin.ts'],
      ...['--port', '0', '--config', CONFIG],
    ],
    { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  children.add(child);
  const lines = createInterface({ input: child.stdout });
  const timer = setTimeout(() => lines.close(), START_MS);
  for await (const line of lines) {
    const [url] = /http:\/\/127\.0\.0\.1:\d+/.exec(line) ?? [];
    if (!url) continue;
    clearTimeout(timer);
    child.stdout.resume();
    return url;
  }
  console.error(`The simulator printed no address within ${START_MS} ms, or stopped before`);
  process.exit(1);
}

/** One person confirms, one SDK sends. What counts is what the simulator saw, not what the SDK says. */
async function tryOut(name) {
  const label = labelOf(name);
  if (!label)
    return { line: `${name.padEnd(WIDTH)} FAILED: not installed (npm --prefix bench/sdks install)` };
  await control('POST', '/reset');
  const { openid } = await control('POST', '/confirm', question);
  const message = { touser: openid, template_id: question.templateId, scene: `${question.scene}`, ...text };
  const { token, answer, error } = await runAlone(name, message);

  const live = (await control('GET', `/tokens?appId=${appId}`)).filter(({ state }) => state === 'live');
  const tokenOk = live.some(({ masked }) => matches(token, masked));
  const inbox = await control('GET', `/inbox?openid=${openid}`);
  const arrived =
    inbox.length === 1 && isDeepStrictEqual({ title: inbox[0].title, content: inbox[0].content }, flat(text));
  const mints = Object.entries((await control('GET', '/counters')).mints);
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

/** What is installed, not what was asked for. */
function labelOf(name) {
  try {
    const label = `${name} ${versionOf(name)}`;
    return name === 'node-easywechat' ? `${label} with node-socialite ${versionOf('node-socialite')}` : label;
  } catch {
    return undefined;
  }
}

function versionOf(name) {
  return readJson(new URL(`node_modules/${name}/package.json`, import.meta.url)).version;
}

async function runAlone(name, message) {
  const child = fork(
    new URL('one.mjs', import.meta.url),
    [name, origin, JSON.stringify(account), JSON.stringify(message)],
    {
      // node-easywechat keeps its token in a file of the working directory, the AppSecret in the file's name.
      cwd: mkdtempSync(join(scratch, 'cwd-')),
      env: Object.fromEntries(Object.entries(process.env).filter(([key]) => !/_proxy$/i.test(key))),
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

async function control(method, path, body) {
  const response = await fetch(`${origin}/_simulator${path}`, {
    method,
    ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(`${method} ${path}: ${answer.error}`);
  return answer;
}

/** The simulator shows tokens with their middle left out. */
function matches(token, masked) {
  const [start, end] = masked.split('…');
  return typeof token === 'string' && token.startsWith(start) && token.endsWith(end);
}

function flat({ title, data }) {
  return { title, content: data.content };
}

function readJson(path) {
  return JSON.parse(readFileSync(path, 'utf8'));
}
