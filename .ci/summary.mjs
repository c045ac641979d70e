// node .ci/summary.mjs REPORT STATUS: the last line of .ci/run, from Jest's own report, and its exit code.
// A suite that could not run counts as one failed test, so that a red run never ends in "0 failed".
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

const [path, status] = process.argv.slice(2);
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

// For the list in test/support/jest/sequencer.mjs: what takes longest must not begin last.
const taken = ({ startTime, endTime }) => Math.round((endTime - startTime) / 1000);
const slowest = [...report.testResults].sort((one, other) => taken(other) - taken(one)).slice(0, 25);
console.log('slowest suites, in seconds:');
for (const suite of slowest)
  console.log(`${String(taken(suite)).padStart(5)}  ${relative(process.cwd(), suite.name)}`);

for (const suite of brokenSuites) console.log(`could not run: ${suite.name}`);
if (passed + failed === 0) console.log('no test ran');
if (status !== '0' && failed === 0)
  console.log(`the test command ended with status ${status} although no test failed`);
console.log(`tests: ${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exit(status === '0' && report.success && failed === 0 && passed > 0 ? 0 : 1);
