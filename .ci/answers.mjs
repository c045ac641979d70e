// node .ci/answers.mjs VARIABLE [SECONDS]: exit 0 when the server whose URL is in that environment variable
// answers a trivial question, if need be after some seconds of asking. The URL never appears among the
// process arguments.
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const TIMEOUT_MS = 2000;

const ask = {
  'postgres:': async (url) => {
    const { default: pg } = await import('pg');
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: TIMEOUT_MS });
    await client.connect();
    await client.query('SELECT 1').finally(() => client.end());
  },
  'mysql:': async (url) => {
    const { createConnection } = await import('mysql2/promise');
    const connection = await createConnection({ uri: url, connectTimeout: TIMEOUT_MS });
    await connection.query('SELECT 1').finally(() => connection.end());
  },
  'redis:': (url) =>
    new Promise((resolve, reject) => {
      const { hostname, port, username, password } = new URL(url);
      const login = password
        ? ['AUTH', ...(username ? [username] : []), password].map(decodeURIComponent)
        : [];
      const command = (words) =>
        words.length
          ? `*${words.length}\r\n${words.map((w) => `$${Buffer.byteLength(w)}\r\n${w}\r\n`).join('')}`
          : '';
      const socket = net.connect(Number(port || 6379), hostname, () =>
        socket.write(command(login) + command(['PING'])),
      );
      let answer = '';
      socket.setTimeout(TIMEOUT_MS, () => socket.destroy(new Error('no answer')));
      socket.on('data', (chunk) => {
        answer += chunk;
        if (answer.includes('+PONG')) resolve(socket.destroy());
        else if (answer.startsWith('-')) socket.destroy(new Error('refused'));
      });
      socket.on('error', reject);
      socket.on('close', () => reject(new Error('closed')));
    }),
};

const [variable, seconds = '0'] = process.argv.slice(2);
const url = process.env[variable] ?? '';
const question = ask[URL.canParse(url) ? new URL(url).protocol.replace('postgresql:', 'postgres:') : ''];
if (!question) {
  console.error(`${variable} must be a URL that starts with postgres://, mysql:// or redis://`);
  process.exit(1);
}

const deadline = Date.now() + Number(seconds) * 1000;
for (;;) {
  const answered = await question(url).then(
    () => true,
    () => false,
  );
  if (answered) process.exit(0);
  if (Date.now() >= deadline) process.exit(1);
  await sleep(200);
}
