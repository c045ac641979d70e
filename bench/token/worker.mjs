/**
 * A process with one SDK in it. Reads its job from the environment, says that it is ready, and answers what
 * child.mjs asks. The SDK's own words leave it only without tokens and secrets.
 */
import '../sdks/offline.mjs';
import { FileStore } from '../sdks/file-store.mjs';
import { SDKS } from '../sdks/sdks.mjs';
import { readThrown } from '../sdks/thrown.mjs';

const { sdk, origin, accounts, directory, database } = JSON.parse(process.env.BENCH_JOB);
const store = new FileStore(directory);
const open = database
  ? await (await import('./ours.ts')).openOurs(origin, accounts, database)
  : SDKS[sdk](origin, store);
const clients = new Map();

const COMMANDS = {
  token: async ({ appId }) => ({ token: await clientOf(appId).token() }),
  /** What has to be known before it is sent. */
  expect: async ({ appId, messages }) => {
    await clientOf(appId).expect?.(messages);
    return {};
  },
  /** All at once; how they ended, by errcode or by what was thrown. */
  send: async ({ appId, messages }) => {
    const ends = await Promise.all(messages.map((message) => endOf(clientOf(appId), message)));
    return { ends: tally(ends) };
  },
};

process.on('message', async ({ id, command, ...asked }) => {
  const answer = await COMMANDS[command](asked).catch((error) => ({ error: describe(error) }));
  await store.settled();
  process.send({ id, ...answer });
});
process.once('disconnect', () => process.exit());
process.send({ ready: true });

function clientOf(appId) {
  if (!clients.has(appId)) clients.set(appId, open(accounts.find((account) => account.appId === appId)));
  return clients.get(appId);
}

async function endOf(client, message) {
  try {
    const answer = await client.send(message);
    return String(answer?.errcode ?? 'no errcode');
  } catch (error) {
    return describe(error);
  }
}

function describe(error) {
  const { errcode, message } = readThrown(error);
  if (errcode !== undefined) return String(errcode);
  if (typeof error?.code === 'string') return error.code;
  return message.replace(/[\w-]{32,}/g, '…').slice(0, 100);
}

function tally(ends) {
  const counts = {};
  for (const end of ends) counts[end] = (counts[end] ?? 0) + 1;
  return counts;
}
