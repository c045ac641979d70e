import fc from 'fast-check';
import { type Step, sequences } from '../support/any-sequence/steps.js';
import { Trial } from '../support/any-sequence/trial.js';
import { World } from '../support/any-sequence/world.js';

/**
 * `LEDGER_SEQUENCES` runs more of them; `LEDGER_SEED` and `LEDGER_PATH`, which a failure prints, run that one
 * again.
 */
const RUNS = Number(process.env.LEDGER_SEQUENCES ?? 6_000);
const SEED = process.env.LEDGER_SEED === undefined ? undefined : Number(process.env.LEDGER_SEED);

let world: World;
beforeAll(async () => {
  world = await World.start();
});
afterAll(() => world?.close());

async function run(steps: Step[]): Promise<void> {
  try {
    await new Trial(world).run(steps);
  } finally {
    await world.clear();
  }
}

it(`${RUNS} random sequences of confirms, sends, crashes, lost answers and words of people keep the rules of the ledger`, async () => {
  let steps = 0;
  const property = fc.asyncProperty(sequences, async (sequence) => {
    steps += sequence.length;
    await run(sequence);
  });
  await fc.assert(property, { numRuns: RUNS, seed: SEED, path: process.env.LEDGER_PATH });
  expect(steps).toBeGreaterThan(5 * RUNS);
}, 600_000);
