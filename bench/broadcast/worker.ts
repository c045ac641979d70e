/** A process that broadcasts as often as the bench asks. */
import { openHost } from './host.js';
import { LoopWatch } from './loop-watch.js';
import { memoryWhile } from './memory-watch.js';

export type Question =
  | { ask: 'broadcast' | 'oneByOne' | 'loop'; scene: number; grants: number }
  | { ask: 'memory'; scene: number; grants: number; early: number };

const host = await openHost(JSON.parse(String(process.env.BENCH_JOB)));
const ANSWERS = {
  broadcast: async ({ scene, grants }: Question) => ({ cost: await host.broadcast(scene, grants) }),
  oneByOne: async ({ scene, grants }: Question) => ({ cost: await host.oneByOne(scene, grants) }),
  loop: async ({ scene, grants }: Question) => {
    const watch = new LoopWatch();
    await host.broadcast(scene, grants);
    return watch.end();
  },
  memory: ({ scene, grants, ...question }: Question) =>
    memoryWhile('early' in question ? question.early : grants, (seen) => host.watched(scene, grants, seen)),
};

process.on('message', async (question: Question) => {
  try {
    process.send?.(await ANSWERS[question.ask](question));
  } catch (error) {
    process.send?.({ error: (error as Error).message });
  }
});
process.once('disconnect', () => process.exit());
process.send?.({ ready: true });
