/**
 * How many tokens this library and the five Node SDKs of the npm registry mint, and how many messages fail,
 * when many callers need one at once. The tables go to standard output, progress to standard error.
 *
 * npm run bench:token [-- sqlite | postgres | mysql]
 */
import '../sdks/offline.mjs';
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { labelOf, readJson, versionedName } from '../sdks/installed.mjs';
import { newDirectory, scratch } from '../sdks/processes.mjs';
import { SDKS, STORES } from '../sdks/sdks.mjs';
import { Simulator } from '../sdks/simulator.mjs';
import { openOurDatabase } from './our-database.ts';
import { race } from './race.mjs';
import { reorder } from './reorder.mjs';
import { raceTable, reorderTable, storeTable } from './tables.mjs';

const SCENARIOS = [false, true].flatMap((killed) => [1, 4, 8].map((processes) => ({ processes, killed })));
const TRIALS = 50;
const began = Date.now();

const { accounts: samples, people } = readJson(new URL('../sdks/simulator.json', import.meta.url));
/** One per scenario and per trial: whatever an SDK remembers of one is of no use in another. */
const accounts = Array.from({ length: SCENARIOS.length + TRIALS }, (_, n) => ({
  ...samples[0],
  appId: `wx${(n + 1).toString(16).padStart(16, '0')}`,
}));

const ourDatabase = await openOurDatabase(process.argv[2]);
for (const reason of ourDatabase.failures) progress(`not used: ${reason}`);
const interrupted = new Promise((_, reject) => {
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => reject(signal));
});
const failure = await Promise.race([measure(), interrupted]).catch((error) => error);
await ourDatabase.close();
if (failure) console.error(failure);
process.exit(failure ? 1 : 0);

async function measure() {
  const simulator = await Simulator.start(writeConfig());
  const sdks = listSdks(simulator.origin);
  const races = [];
  for (const [n, scenario] of SCENARIOS.entries()) {
    for (const { label, job } of sdks) {
      progress(`${scenario.killed ? 'killed' : 'cold'} ${scenario.processes} processes: ${label}`);
      const seen = await race({ simulator, job, account: accounts[n], ...scenario });
      races.push({ label, ...scenario, ...seen });
    }
  }
  const trials = [];
  for (const { label, job } of sdks) {
    progress(`reordered answers: ${label}`);
    const seen = await reorder({ simulator, job, accounts: accounts.slice(SCENARIOS.length) });
    trials.push({ label, ...seen });
  }
  const machine = `${cpus().length} × ${cpus()[0].model}, Node ${process.versions.node}`;
  const seconds = Math.round((Date.now() - began) / 1000);
  console.log(
    [`${machine}, ${seconds} s`, storeTable(sdks), raceTable(races), reorderTable(trials)].join('\n\n'),
  );
}

function listSdks(origin) {
  const { name, version } = readJson(new URL('../../libs/weixin-subscribe/package.json', import.meta.url));
  const label = `${name} ${version}`;
  const ours = { label, fullLabel: label, store: ourDatabase.label, job: { database: ourDatabase.options } };
  const peers = Object.keys(SDKS).map((sdk) => {
    const fullLabel = labelOf(sdk);
    if (!fullLabel) throw new Error(`${sdk} is not installed (npm --prefix bench/sdks install)`);
    return { label: versionedName(sdk), fullLabel, store: STORES[sdk], job: { sdk } };
  });
  return [ours, ...peers].map((sdk) => ({
    ...sdk,
    job: { ...sdk.job, origin, accounts, directory: newDirectory('store') },
  }));
}

/** The strict rule: a mint kills the older token at once. The log holds every call of a scenario. */
function writeConfig() {
  const path = join(scratch, 'simulator.json');
  writeFileSync(path, JSON.stringify({ accounts, people, strict: true, callLogLimit: 5000 }));
  return path;
}

function progress(text) {
  console.error(`${String(Math.round((Date.now() - began) / 1000)).padStart(4)} s  ${text}`);
}
