/**
 * A process that sends one way, as often as the bench asks, and says what one send cost. The n-th send of its
 * life goes to the n-th person.
 */
import { performance } from 'node:perf_hooks';

const job = JSON.parse(process.env.BENCH_JOB);
const send = await open();
let sent = 0;

process.on('message', async ({ sends, inFlight, exported }) => {
  try {
    if (exported) send.exports(exported);
    process.send({ cost: await round(sends, inFlight) });
  } catch (error) {
    process.send({ error: error.message });
  }
});
process.once('disconnect', () => process.exit());
process.send({ ready: true });

async function open() {
  const { bare, sdk, origin, connections, account } = job;
  if (bare) return (await import('./bare.mjs')).BARE[bare](origin, connections);
  if (!sdk) return (await import('./ours.ts')).openOurs(job);
  await import('../sdks/offline.mjs');
  const [{ SDKS }, { wireMessage }] = await Promise.all([
    import('../sdks/sdks.mjs'),
    import('./message.mjs'),
  ]);
  const client = SDKS[sdk](origin)(account);
  return (n) => client.send(wireMessage(n));
}

async function round(sends, inFlight) {
  const last = sent + sends;
  const cpu = process.cpuUsage();
  const start = performance.now();
  await Promise.all(
    Array.from({ length: inFlight }, async () => {
      while (sent < last) {
        const answer = await send(sent++);
        if (answer.errcode !== 0) throw new Error(`not sent: ${JSON.stringify(answer)}`);
      }
    }),
  );
  await send.flush?.();
  const { user, system } = process.cpuUsage(cpu);
  return { client: (user + system) / sends, wall: ((performance.now() - start) * 1000) / sends };
}
