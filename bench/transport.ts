/**
 * What one call to the platform costs through each transport, beside the bare pool beneath them and beside the stock HttpService.
 * Rounds are interleaved (A B C D A B C D …) and medians are compared, because these machines are noisy: read the ratios.
 *
 * npm run bench:transport [-- <sends per round, default 4000>]
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { HttpService } from '@nestjs/axios';
import axios from 'axios';
import { Pool } from 'undici';
import { resolveConfig } from '../libs/weixin-subscribe/src/common/config/resolve-config.js';
import { AxiosTransport } from '../libs/weixin-subscribe/src/weixin/transports/axios.transport.js';
import { UndiciTransport } from '../libs/weixin-subscribe/src/weixin/transports/undici.transport.js';
import { undiciAdapter } from '../libs/weixin-subscribe/src/weixin/transports/undici-axios-adapter.js';
import { WeixinPool } from '../libs/weixin-subscribe/src/weixin/transports/weixin-pool.js';

const SENDS = Number(process.argv[2] ?? 4000);
const IN_FLIGHT = 64;
const ROUNDS = 7;

const server = fork(new URL('./answering-server.mjs', import.meta.url), { execArgv: [] });
const [port] = await once(server, 'message');
const origin = `http://127.0.0.1:${port}`;
const path = '/cgi-bin/message/template/subscribe';
const query = { access_token: 'x'.repeat(150) };
const body = JSON.stringify({
  touser: 'oyAaTjt-xXvP87pubE4eUOF-ttD4',
  template_id: '7YuTL__ilzyZB9DXcDt2mHx-CAS_E7KtsQkhIGVhhRM',
  scene: '1000',
  title: '上课提醒',
  data: { content: { value: '高等数学 8:50\n教室 A-301', color: '#173177' } },
});

const config = resolveConfig({
  publicBaseUrl: origin,
  apiBaseUrl: origin,
  accounts: [{ appId: 'wx', appSecret: 's', kind: 'official-account', templates: ['t'] }],
});
const bare = new Pool(origin, { connections: IN_FLIGHT, pipelining: 1 });
const pool = new WeixinPool(config);
const undici = new UndiciTransport(pool, config);
const http = new AxiosTransport(new HttpService(axios.create({ adapter: undiciAdapter(pool) })), config);
const stock = new HttpService();

const ways: Record<string, () => Promise<unknown>> = {
  'undici Pool.request (bare)': async () => {
    const answer = await bare.request({
      method: 'POST',
      path: `${path}?${new URLSearchParams(query)}`,
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body,
    });
    return JSON.parse(await answer.body.text());
  },
  "transport: 'undici'": async () =>
    JSON.parse((await undici.send({ method: 'POST', path, query, body })).body),
  "transport: 'axios' (default)": async () =>
    JSON.parse((await http.send({ method: 'POST', path, query, body })).body),
  'stock HttpService': async () =>
    (
      await stock.axiosRef.post(origin + path, body, {
        params: query,
        headers: { 'content-type': 'application/json' },
      })
    ).data,
};

async function round(way: () => Promise<unknown>): Promise<{ cpu: number; rate: number }> {
  const cpu = process.cpuUsage();
  const start = process.hrtime.bigint();
  let left = SENDS;
  await Promise.all(
    Array.from({ length: IN_FLIGHT }, async () => {
      while (left-- > 0) await way();
    }),
  );
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  const { user, system } = process.cpuUsage(cpu);
  return { cpu: (user + system) / SENDS, rate: SENDS / seconds };
}

const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];

const results = Object.fromEntries(
  Object.keys(ways).map((name) => [name, { cpu: [] as number[], rate: [] as number[] }]),
);
for (let n = 0; n <= ROUNDS; n++) {
  for (const [name, way] of Object.entries(ways)) {
    const { cpu, rate } = await round(way);
    if (n === 0) continue; // warm-up
    results[name].cpu.push(cpu);
    results[name].rate.push(rate);
  }
}

const base = median(results['undici Pool.request (bare)'].cpu);
console.table(
  Object.entries(results).map(([way, { cpu, rate }]) => ({
    way,
    'CPU µs per send': Math.round(median(cpu)),
    'CPU × bare': Number((median(cpu) / base).toFixed(2)),
    'sends per s': Math.round(median(rate)),
  })),
);
server.kill();
process.exit(0);
