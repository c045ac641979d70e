/**
 * Two job queues on PostgreSQL, each worked off in its batched way by no-op work: what a message of a
 * broadcast is measured beside. Jobs are put in beforehand and are not counted.
 */
import graphile from 'graphile-worker';
import pg from 'pg';
import PgBoss from 'pg-boss';

const BATCH = 500;
const NAME = 'remind';

/** @param {string} connectionString of an empty database, which the queue fills with its own tables */
export async function pgBoss(connectionString) {
  const boss = new PgBoss({ connectionString, max: 2, supervise: false, schedule: false });
  await boss.start();
  await boss.createQueue(NAME);
  return {
    async fill(jobs) {
      for (let from = 0; from < jobs; from += 1000)
        await boss.insert(
          Array.from({ length: Math.min(1000, jobs - from) }, (_, at) => ({
            name: NAME,
            data: { openid: `o${from + at}` },
          })),
        );
    },
    async work(jobs) {
      for (let done = 0; done < jobs; done += BATCH) {
        const batch = await boss.fetch(NAME, { batchSize: BATCH });
        if (batch.length !== BATCH) throw new Error(`pg-boss gave ${batch.length} jobs`);
        const ids = batch.map(({ id }) => id);
        await boss.complete(NAME, ids);
      }
    },
    close: () => boss.stop({ graceful: false, wait: true }),
  };
}

/** With a local queue and completions by the batch, as its documentation recommends for many small jobs. */
export async function graphileWorker(connectionString) {
  const pgPool = new pg.Pool({ connectionString, max: 12, idleTimeoutMillis: 0 });
  // It asks for handlers of both kinds. A lost connection fails the query that needs it, which is enough.
  pgPool.on('error', () => {});
  pgPool.on('connect', (client) => client.on('error', () => {}));
  await graphile.runMigrations({ pgPool });
  const left = async () => {
    const { rows } = await pgPool.query('SELECT count(*) AS jobs FROM graphile_worker._private_jobs');
    return Number(rows[0].jobs);
  };
  return {
    async fill(jobs) {
      await pgPool.query(
        `SELECT graphile_worker.add_job('${NAME}', json_build_object('openid', 'o' || n)) FROM generate_series(1, $1::int) n`,
        [jobs],
      );
    },
    /** All that are there: a local queue would take more than `jobs` of them. */
    async work(jobs) {
      const { promise, resolve } = withResolvers();
      let done = 0;
      const runner = await graphile.run({
        pgPool,
        noHandleSignals: true,
        logger: new graphile.Logger(() => () => {}),
        taskList: {
          [NAME]: async () => {
            done += 1;
            if (done === jobs) resolve();
          },
        },
        preset: { worker: { concurrentJobs: BATCH, localQueue: { size: BATCH }, completeJobBatchDelay: 10 } },
      });
      await promise;
      await runner.stop();
      const rest = await left();
      if (rest !== 0) throw new Error(`graphile-worker left ${rest} jobs`);
    },
    close: () => pgPool.end(),
  };
}

function withResolvers() {
  let resolve;
  const promise = new Promise((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
