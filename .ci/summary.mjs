// node .ci/summary.mjs REPORT STATUS: the last line of .ci/run, from Jest's own report, and its exit code.
// A suite that could not run counts as one failed test, so that a red run never ends in "0 failed".
import { readFileSync } from 'node:fs';

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

for (const suite of brokenSuites) console.log(`could not run: ${suite.name}`);
if (passed + failed === 0) console.log('no test ran');
if (status !== '0' && failed === 0)
  console.log(`the test command ended with status ${status} although no test failed`);
console.log(`tests: ${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exit(status === '0' && report.success && failed === 0 && passed > 0 ? 0 : 1);
