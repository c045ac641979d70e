import { type Attempt, attemptsAt, type Baseline, type Depth, plain } from './attempts.js';
import type { Operation } from './operations.js';
import type { FuzzTarget } from './target.js';
import { faultIn } from './verdict.js';
import { type Answer, Wire } from './wire.js';

const AT_ONCE = 12;
const MOST_SHOWN = 40;

export interface FuzzReport {
  operations: number;
  inputs: number;
  /** By status. */
  answers: Record<string, number>;
  /** One line for each that was found, at most 40. */
  faults: string[];
}

/** Tries every operation with everything that is strange, and tells what went wrong. */
export async function fuzz(target: FuzzTarget, depth: Depth): Promise<FuzzReport> {
  const wire = new Wire(target.url);
  const report: FuzzReport = { operations: 0, inputs: 0, answers: {}, faults: [] };
  try {
    for (const operation of target.operations) await tryOperation(target, wire, operation, depth, report);
    // Whatever came before: everything still works.
    for (const operation of target.operations)
      await expectWorking(target, wire, operation, report, 'afterwards');
    return report;
  } finally {
    wire.close();
  }
}

async function tryOperation(
  target: FuzzTarget,
  wire: Wire,
  operation: Operation,
  depth: Depth,
  report: FuzzReport,
): Promise<void> {
  report.operations++;
  await expectWorking(target, wire, operation, report, 'as it is');
  const shared = await target.baseline(operation).catch(() => undefined);
  // Said already.
  if (!shared) return;
  const before = await rowsOf(target);
  let accepted = 0;
  const attempts = attemptsAt(operation, shared, { ...depth, turn: depth.turn + report.operations });
  const worker = async () => {
    for (const attempt of attempts) {
      report.inputs++;
      // A baseline of its own adds rows, too.
      if (target.usesUp(operation)) accepted++;
      const own = await onItsOwn(target, operation, shared, attempt);
      const answer = await tryOne(target, wire, operation, own, report);
      if (answer && (answer.status < 400 || answer.text.includes('"messageId"'))) accepted++;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  const after = await rowsOf(target);
  for (const [table, most] of Object.entries(target.mostRows)) {
    const added = after[table] - before[table];
    if (added > most * accepted)
      blame(
        report,
        operation,
        'refused requests',
        `${table} has ${added} more rows after ${accepted} accepted ones`,
      );
  }
}

async function tryOne(
  target: FuzzTarget,
  wire: Wire,
  operation: Operation,
  attempt: Attempt,
  report: FuzzReport,
): Promise<Answer | undefined> {
  try {
    const answer = await wire.send(target.finish(operation, attempt));
    report.answers[answer.status] = (report.answers[answer.status] ?? 0) + 1;
    const fault = faultIn(answer, target.errorForm(operation), target.secrets(operation, answer));
    if (fault) blame(report, operation, attempt.name, fault);
    return answer;
  } catch (error) {
    blame(report, operation, attempt.name, `it answers nothing: ${(error as Error).message}`);
    return undefined;
  }
}

/** With an id of its own, where the first attempt that is taken would leave the others nothing to do. */
async function onItsOwn(
  target: FuzzTarget,
  operation: Operation,
  shared: Baseline,
  attempt: Attempt,
): Promise<Attempt> {
  if (!target.usesUp(operation)) return attempt;
  const fresh = await target.baseline(operation);
  return { ...attempt, target: attempt.target.replace(shared.path.id, fresh.path.id) };
}

/** The fuzz reaches what is behind the checks only if a request that is not strange is taken. */
async function expectWorking(
  target: FuzzTarget,
  wire: Wire,
  operation: Operation,
  report: FuzzReport,
  when: 'as it is' | 'afterwards',
): Promise<void> {
  const sends = when === 'as it is' ? 'attempts' : 'once';
  const answer = await asItIs(target, wire, operation, sends).catch((error: Error) => ({
    ...{ status: 0, text: error.message },
  }));
  if (answer.status < 200 || answer.status >= 400)
    blame(
      report,
      operation,
      when,
      `it answers ${answer.status} to a request that is right: ${answer.text.slice(0, 300)}`,
    );
}

async function asItIs(
  target: FuzzTarget,
  wire: Wire,
  operation: Operation,
  sends: 'attempts' | 'once',
): Promise<Answer> {
  await target.prepare(operation, sends);
  return wire.send(target.finish(operation, plain(operation, await target.baseline(operation))));
}

async function rowsOf({ dataSource, mostRows }: FuzzTarget): Promise<Record<string, number>> {
  const counts = Object.keys(mostRows).map(async (table) => {
    const [{ n }] = await dataSource.query(`SELECT count(*) AS n FROM ${table}`);
    return [table, Number(n)];
  });
  return Object.fromEntries(await Promise.all(counts));
}

function blame({ faults }: FuzzReport, { title }: Operation, attempt: string, fault: string): void {
  if (faults.length < MOST_SHOWN) faults.push(`${title} · ${attempt}: ${fault}`);
}
