// node .ci/summary.mjs REPORT STATUS CPU: the last line of .ci/run, from Jest's own report, and its exit
// code. CPU: what test/support/jest/environment.mjs wrote.
// A suite that could not run counts as one failed test, so that a red run never ends in "0 failed".
import { existsSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';

const [path, status, cpuLog] = process.argv.slice(2);
let report;
try {
  report = JSON.parse(readFileSync(path, 'utf8'));
} catch {
  console.log(`no test ran: the test command ended with status ${status} and left no report`);
  process.exit(1);
}

const passed = report.numPassedTests;
const brokenSuites = report.testResults.filter(
  (suite) => suite.status === 'failed' && suite.assertionResults.length === 0,
);
const failed = report.numFailedTests + brokenSuites.length;
const skipped = report.numPendingTests + report.numTodoTests;

// For the list in test/support/jest/sequencer.mjs: what takes longest must not begin last. The seconds of
// CPU say what a run would gain by a shorter suite; those of the clock depend on what runs beside it.
const cpu = new Map(
  (existsSync(cpuLog) ? readFileSync(cpuLog, 'utf8') : '')
    .split('\n')
    .filter(Boolean)
    .map((line) => line.split('\t'))
    .map(([seconds, suite]) => [suite, Number(seconds)]),
);
const taken = ({ startTime, endTime }) => Math.round((endTime - startTime) / 1000);
const slowest = [...report.testResults].sort((one, other) => taken(other) - taken(one)).slice(0, 40);
const all = [...cpu.values()].reduce((sum, seconds) => sum + seconds, 0);
console.log(`slowest suites: seconds by the clock, seconds of CPU (${Math.round(all)} of all suites)`);
for (const suite of slowest)
  console.log(
    `${String(taken(suite)).padStart(5)} ${String(Math.round(cpu.get(suite.name) ?? 0)).padStart(5)}  ${relative(process.cwd(), suite.name)}`,
  );

for (const suite of brokenSuites) console.log(`could not run: ${suite.name}`);
if (passed + failed === 0) console.log('no test ran');
if (status !== '0' && failed === 0)
  console.log(`the test command ended with status ${status} although no test failed`);
console.log(`tests: ${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exit(status === '0' && report.success && failed === 0 && passed > 0 ? 0 : 1);
