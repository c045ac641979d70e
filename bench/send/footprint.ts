import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { openDatabase } from '../../test/support/test-databases.js';
import { children } from '../sdks/processes.mjs';
import { median } from '../support/measure.js';
import { ACCOUNT } from './message.mjs';

const ROOT = new URL('../../', import.meta.url);
const LIBRARY = new URL('libs/weixin-subscribe/dist/esm/index.js', ROOT).href;
/** What our module needs and most hosts have anyway: for validating input and for calling others. */
const USUAL = ['@nestjs/axios', 'class-transformer', 'class-validator'];

const HOSTS = {
  /** Nest on Express, TypeORM, schedule. */
  plain: { packages: [] },
  usual: { packages: USUAL },
  /** With what Nest has to register for us, and nothing in it. */
  empty: { packages: USUAL, empty: true },
  ours: { packages: USUAL, library: LIBRARY },
  oursOverPlain: { packages: [], library: LIBRARY },
};
type HostName = keyof typeof HOSTS;

export interface Footprint {
  /** From the start of the process until the app is ready. */
  ms: number;
  cpuMs: number;
  rss: number;
}

/**
 * The same host with our module and without, process after process; medians. Builds the library first, as it
 * is published.
 */
export async function footprints(origin: string, rounds: number): Promise<Record<HostName, Footprint>> {
  const command = ['libs/build.mjs', 'weixin-subscribe'];
  execFileSync(process.execPath, command, { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] });
  const { database, close } = await openDatabase('sqlite');
  const seen: Record<HostName, Footprint[]> = {
    plain: [],
    usual: [],
    empty: [],
    ours: [],
    oursOverPlain: [],
  };
  try {
    for (let round = 0; round <= rounds; round++) {
      for (const name of Object.keys(HOSTS) as HostName[]) {
        const job = { database: database.options, origin, account: ACCOUNT, ...HOSTS[name] };
        const footprint = await start(job);
        // The first round fills the caches of the file system.
        if (round > 0) seen[name].push(footprint);
      }
    }
  } finally {
    await close();
  }
  return {
    plain: medians(seen.plain),
    usual: medians(seen.usual),
    empty: medians(seen.empty),
    ours: medians(seen.ours),
    oursOverPlain: medians(seen.oursOverPlain),
  };
}

async function start(job: object): Promise<Footprint> {
  const child = fork(new URL('host.mjs', import.meta.url), [], {
    execArgv: ['--expose-gc'],
    env: { ...process.env, BENCH_JOB: JSON.stringify(job) },
  });
  children.add(child);
  const [said] = await Promise.race([once(child, 'message'), once(child, 'exit')]);
  children.delete(child);
  if (typeof said !== 'object') throw new Error(`the host ended with code ${said}`);
  return said;
}

function medians(footprints: Footprint[]): Footprint {
  const of = (what: keyof Footprint) => median(footprints.map((footprint) => footprint[what]));
  return { ms: of('ms'), cpuMs: of('cpuMs'), rss: of('rss') };
}
