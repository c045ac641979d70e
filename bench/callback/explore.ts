import { fork } from 'node:child_process';
import { once } from 'node:events';
import { Pool } from 'undici';
import type { DataSource } from 'typeorm';
import { openDatabase, type DatabaseKind } from '../../test/support/test-databases.js';
import { OFFICIAL } from '../../test/support/accounts.js';
import { digest } from '../../libs/weixin-subscribe/src/common/secret.js';
import { cookieDigest, cookieNameFor } from '../../libs/weixin-subscribe/src/authorization/browser-binding.js';
import { median } from '../support/measure.js';

process.env.TEST_POSTGRES_URL ??= 'postgres://postgres@127.0.0.1:5432/postgres';
process.env.TEST_MYSQL_URL ??= 'mysql://root@127.0.0.1:3306/test';
const kind = (process.argv[2] ?? 'postgres') as DatabaseKind;
const ways = (process.argv[3] ?? 'door,bare,empty').split(',');
const adapters = (process.argv[4] ?? 'express,fastify').split(',');
const C = Number(process.argv[5] ?? 64);
const N = Number(process.argv[6] ?? 1500);
const ROUNDS = Number(process.argv[7] ?? 5);
const { dataSource, close } = await openDatabase(kind);
let next = 0;
async function seed(ds: DataSource, from: number, n: number) {
  const now = Date.now();
  for (let at = from; at < from + n; at += 500) {
    const values = [];
    for (let i = at; i < Math.min(at + 500, from + n); i++) {
      const s = `state${i}`;
      values.push(`('${String(i).padStart(36, '0')}','${OFFICIAL.appId}','${OFFICIAL.templates[0]}',1000,'web','${cookieDigest('c')}','http://127.0.0.1:3000/courses/1','pending',${now},${now + 3600_000},'${digest(s)}')`);
    }
    await ds.query(`INSERT INTO weixin_intent (id, app_id, template_id, scene, door, binding_digest, return_to, status, created_at, expires_at, state_digest) VALUES ${values.join(',')}`);
  }
}
const hosts = [];
for (const adapter of adapters) for (const way of ways) {
  const child = fork(new URL('host.ts', import.meta.url), [], { execArgv: ['--import', '@swc-node/register/esm-register'], env: { ...process.env, BENCH_HOST: JSON.stringify({ adapter, way, database: dataSource.options.type === 'better-sqlite3' ? { type: 'better-sqlite3', database: (dataSource.options as any).database, enableWAL: true, timeout: 10000 } : { type: dataSource.options.type, url: (dataSource.options as any).url } }) } });
  const [{ port }] = await once(child, 'message') as any;
  hosts.push({ adapter, way, child, pool: new Pool(`http://127.0.0.1:${port}`, { connections: C, pipelining: 1 }), cpu: [] as number[], rate: [] as number[], p99: [] as number[] });
}
const cpuOf = async (child: any) => { child.send('cpu'); const [{ cpu }] = await once(child, 'message') as any; return cpu; };
for (let r = 0; r <= ROUNDS; r++) for (const h of hosts) {
  const from = next; next += N;
  if (h.way !== 'empty') await seed(dataSource, from, N);
  const path = { door: '/weixin/callback', 'one each': '/weixin/callback', bare: '/bare', empty: '/empty' }[h.way];
  let i = from;
  const lat: number[] = [];
  const cpu = await cpuOf(h.child);
  const t = process.hrtime.bigint();
  await Promise.all(Array.from({ length: C }, async () => {
    while (i < from + N) {
      const s = `state${i}`;
      const p = `${path}?openid=person-${i}&template_id=${OFFICIAL.templates[0]}&action=confirm&scene=1000&reserved=${s}`;
      i++;
      const t0 = performance.now();
      const a = await h.pool.request({ method: 'GET', path: p, headers: { cookie: `${cookieNameFor(digest(s))}=c` } });
      await a.body.dump();
      lat.push(performance.now() - t0);
      if (a.statusCode !== 302 || !String(a.headers.location).includes('subscribe=confirmed')) throw new Error(`${a.statusCode} ${h.way}`);
    }
  }));
  const sec = Number(process.hrtime.bigint() - t) / 1e9;
  const used = (await cpuOf(h.child)) - cpu;
  if (r > 0) { h.cpu.push(used / N); h.rate.push(N / sec); h.p99.push(lat.sort((a, b) => a - b)[Math.floor(lat.length * 0.99)]); }
}
console.table(hosts.map((h) => ({ adapter: h.adapter, way: h.way, cpu: Math.round(median(h.cpu)), rate: Math.round(median(h.rate)), p99: median(h.p99).toFixed(1) })));
for (const h of hosts) { h.child.disconnect(); await h.pool.close(); }
await close();
process.exit(0);
