import { Chance } from '../support/chance.js';
import { ADAPTERS } from '../support/create-test-app.js';
import { demoTarget } from '../support/fuzz/demo-target.js';
import { libraryTarget } from '../support/fuzz/library-target.js';
import { fuzz } from '../support/fuzz/run.js';
import type { FuzzTarget } from '../support/fuzz/target.js';
import { type DatabaseKind, describeEachDatabase } from '../support/test-databases.js';

/**
 * `FUZZ=full`: everything at every place and pairs by chance, instead of a sixteenth of it, another one for
 * each database and adapter, and the demo on each of them. Minutes. `FUZZ_SEED` repeats the pairs of a run.
 */
const FULL = process.env.FUZZ === 'full';
const SEED = Number(process.env.FUZZ_SEED ?? new Chance().seed);
const TURNS: Record<DatabaseKind, number> = { sqlite: 0, postgres: 1, mysql: 2 };
const MOST_MS = FULL ? 1_200_000 : 300_000;

describeEachDatabase('strange input', (kind) => {
  async function survives(start: Promise<FuzzTarget>, where: string, turn = TURNS[kind]): Promise<void> {
    const target = await start;
    try {
      // One that the document does not know would escape.
      const tried = [...new Set(target.operations.map(({ route }) => route))].sort();
      expect(tried).toEqual(target.mounted?.sort() ?? tried);
      const report = await fuzz(target, {
        ...{ full: FULL, turn, seed: SEED },
        valuesOnly: !FULL && kind !== 'sqlite',
      });
      const { inputs, operations, answers, faults } = report;
      const statuses = Object.entries(answers).map(([status, times]) => `${status}: ${times}`);
      process.stdout.write(
        `fuzz: ${inputs} inputs over ${operations} operations on ${where} (${statuses.join(', ')}${FULL ? `, seed ${SEED}` : ''})\n`,
      );
      expect(faults).toEqual([]);
      expect(inputs).toBeGreaterThan(25 * operations);
    } finally {
      await target.close();
    }
  }

  // Fastify differs in its parsers and routes, not in its databases.
  const adapters = kind === 'sqlite' ? ADAPTERS : (['express'] as const);
  it.each(adapters)(
    'is refused by the library on %s, and nothing of it stays',
    (adapter) =>
      survives(libraryTarget(kind, adapter), `${kind}, ${adapter}`, adapter === 'fastify' ? 3 : TURNS[kind]),
    MOST_MS,
  );

  // The demo adds pages and tables of a host to what the library was tried with on each database.
  if (FULL || kind === 'sqlite')
    it('is refused by the demo', () => survives(demoTarget(kind), `${kind}, the demo`), MOST_MS);
});
