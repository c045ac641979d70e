// One SDK in a process of its own, forked by run.mjs: several of them change globals, and share an axios.
import './offline.mjs';
import { SDKS } from './sdks.mjs';
import { readThrown } from './thrown.mjs';

const [name, origin, account, message] = process.argv.slice(2);
const report = {};
try {
  const sdk = SDKS[name](origin)(JSON.parse(account));
  report.token = await sdk.token();
  report.answer = await sdk.send(JSON.parse(message));
} catch (error) {
  const { errcode, message } = readThrown(error);
  report.error = message;
  if (errcode !== undefined) report.answer = { errcode };
}
process.send(report, () => process.exit());
