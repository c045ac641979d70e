/**
 * A thousand accounts in the database, on one process and on three: what they add to memory and start, and
 * how often WeChat is asked for tokens. `--database sqlite|postgres|mysql`, `--accounts 1000`.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { WeixinSimulator } from 'weixin-simulator';
import { manyAppIds, manySimulatorAccounts } from '../../test/support/many-accounts.js';
import { machine } from '../support/machine.js';
import { say, table } from '../support/report.js';
import { openOurDatabase } from '../token/our-database.js';
import type { HostJob, Question, Ready } from './host.js';

const { values } = parseArgs({ options: { database: { type: 'string' }, accounts: { type: 'string' } } });
const appIds = manyAppIds(Number(values.accounts ?? 1000));
const database = await openOurDatabase(values.database);
const simulator = await WeixinSimulator.start({ accounts: manySimulatorAccounts(appIds) });
const job: HostJob = { origin: simulator.url, database: database.options };
const children = new Set<ChildProcess>();

async function start(): Promise<{ child: ChildProcess; ready: Ready }> {
  const child = fork(new URL('host.ts', import.meta.url), [], {
    execArgv: ['--expose-gc', '--import', '@swc-node/register/esm-register'],
    env: { ...process.env, BENCH_JOB: JSON.stringify(job) },
  });
  children.add(child);
  return { child, ready: await answerOf<Ready>(child) };
}

async function ask(child: ChildProcess, question: Question): Promise<number> {
  const answer = answerOf<{ ms: number }>(child);
  child.send(question);
  return (await answer).ms;
}

async function answerOf<Answer>(child: ChildProcess): Promise<Answer> {
  const [said] = await Promise.race([once(child, 'message'), once(child, 'exit')]);
  if (typeof said !== 'object' || said === null) throw new Error(`a host ended with code ${said}`);
  if ('error' in said) throw new Error(said.error);
  return said as Answer;
}

async function end(child: ChildProcess): Promise<void> {
  children.delete(child);
  child.disconnect();
  await once(child, 'exit');
}

/** Tokens that WeChat gave so far. */
const minted = () => Object.values(simulator.counters().mints).reduce((sum, count) => sum + count, 0);

/** Hosts start, each asks for tokens of the same accounts, and ends. */
async function trial(processes: number, used: string[]): Promise<(string | number)[]> {
  const before = minted();
  const hosts = [];
  for (let n = 0; n < processes; n++) hosts.push(await start());
  const times = await Promise.all(hosts.map(({ child }) => ask(child, { use: used })));
  const mints = minted() - before;
  for (const { child } of hosts) await end(child);
  const { ms, cpuMs, heapBytes } = hosts[0].ready;
  return [
    ...[processes, known, used.length, mints, Math.round(ms), Math.round(cpuMs)],
    ...[(heapBytes / 2 ** 20).toFixed(1), (Math.max(...times) / 1000).toFixed(1)],
  ];
}

let known = 0;
try {
  // The caches of the file system are filled first.
  await end((await start()).child);
  const rows = [await trial(1, [])];
  say(`adding ${appIds.length} accounts`);
  const { child } = await start();
  const addedMs = await ask(child, { add: appIds });
  await end(child);
  known = appIds.length;
  const half = appIds.length / 2;
  // A token that the store holds is not minted again: each trial uses accounts of its own.
  rows.push(await trial(1, appIds.slice(0, half)), await trial(3, appIds.slice(half)));
  const head = ['processes', 'accounts', 'used', 'mints', 'start ms', 'start CPU ms', 'heap MB', 'tokens s'];
  console.log(table(head, rows));
  console.log(`\nOne account added by AccountService: ${(addedMs / appIds.length).toFixed(1)} ms.`);
  console.log(`${database.label}. ${machine()}`);
} finally {
  for (const child of children) child.kill();
  await simulator.close();
  await database.close();
}
