// One SDK in a process of its own, forked by run.mjs: several of them change globals, and share an axios.
import dns from 'node:dns';
import { SDKS } from './sdks.mjs';

// Nothing may leave this machine: no name is looked up, 127.0.0.1 needs none.
dns.lookup = (host, ...rest) => rest.at(-1)(new Error(`${host}: the base address was not changed; `));

const [name, origin, account, message] = process.argv.slice(2);
const report = {};
try {
  const sdk = SDKS[name](origin, JSON.parse(account));
  report.token = await sdk.token();
  report.answer = await sdk.send(JSON.parse(message));
} catch (error) {
  // The query of an address holds the AppSecret or a token.
  report.error = String(error?.message ?? error)
    .split('\n')[0]
    .replace(/\?\S+/g, '?…');
  // Some SDKs throw WeChat's refusals.
  if (typeof error?.code === 'number') report.answer = { errcode: error.code };
}
process.send(report, () => process.exit());
