/**
 * A process of its own that deletes grants after a day, and stands still for ever once it has deleted a
 * batch. `JOB`: database and moment.
 */
import 'reflect-metadata';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { libraryParts } from './library-parts.js';
import { ManualClock } from './manual-clock.js';
import { withLibrary } from './test-databases.js';
import { sweepsOf } from './upkeep.js';

export interface SweepJob {
  database: DataSourceOptions;
  now: number;
}

const job: SweepJob = JSON.parse(String(process.env.JOB));
const dataSource = await new DataSource(withLibrary(job.database)).initialize();
const parts = libraryParts(dataSource, { clock: new ManualClock(job.now) });
const { sweeps, run } = sweepsOf(parts);
// Keeps the process while it waits for nothing that would.
process.stdin.resume();
sweeps.retain({
  name: 'grant-retention',
  days: 1,
  find: (before, limit) => parts.grants.endedBefore(before, limit),
  remove: async (ids) => {
    const deleted = await parts.grants.deleteClosed(ids);
    process.stdout.write(`${deleted}\n`);
    await new Promise(() => undefined);
    return deleted;
  },
});
process.stdout.write('ready\n');
await run('grant-retention');
