import fc from 'fast-check';
import { sequences } from '../support/card-sequences/steps.js';
import { CardTrial } from '../support/card-sequences/trial.js';
import { CardWorld } from '../support/card-sequences/world.js';
import { Chance } from '../support/chance.js';
import { describeEachDatabase } from '../support/test-databases.js';

/**
 * `CARD_SEQUENCES=10000` runs more of them; `CARD_SEED` and `CARD_PATH`, which a failure prints with the
 * shortest sequence that fails, run that one again (`-t sqlite` for one database).
 */
const GIVEN = process.env.CARD_SEQUENCES;
const SEED = process.env.CARD_SEED === undefined ? undefined : Number(process.env.CARD_SEED);
const RUNS = { sqlite: 150, postgres: 20, mysql: 20 } as const;

describeEachDatabase('random sequences', (database) => {
  const numRuns = GIVEN === undefined ? RUNS[database] : Number(GIVEN);
  let world: CardWorld;
  beforeAll(async () => {
    world = await CardWorld.start(database);
  });
  afterAll(() => world?.close());

  it(`${numRuns} of updates, lost and late answers, workers and reports never move a card twice, nor out of order`, async () => {
    let steps = 0;
    let taken = 0;
    const property = fc.asyncProperty(sequences, async (sequence) => {
      steps += sequence.steps.length;
      try {
        taken += await new CardTrial(world, sequence).run(sequence.steps);
      } finally {
        await world.clear();
      }
    });
    const seed = SEED ?? new Chance().seed;
    if (GIVEN !== undefined) console.log(`${numRuns} sequences on ${database}, seed ${seed}`);
    await fc.assert(property, { numRuns, seed, path: process.env.CARD_PATH });
    if (GIVEN !== undefined) console.log(`${steps} steps, ${taken} changes taken`);
    // The sequences do come somewhere: two changes each on average, of twenty 31 to 50 in all.
    if (!process.env.CARD_PATH) expect(taken).toBeGreaterThan(numRuns / 2);
  }, 7_200_000);
});
