// Nothing may leave this machine: imported first by every process that runs an SDK. No name is looked up,
// 127.0.0.1 needs none.
import dns from 'node:dns';

const { lookup } = dns;
dns.lookup = (host, ...rest) =>
  host === 'localhost'
    ? lookup(host, ...rest)
    : rest.at(-1)(new Error(`${host}: the base address was not changed; `));
