/**
 * Answers every call as WeChat answers one that it accepts, as fast as Node can: it reads no more of a
 * request than where it ends. In a process of its own, so that its CPU is not counted. Sends its port first,
 * and to each message the number of connections opened so far. Over TLS with `TLS_CERT` and `TLS_KEY` (PEM)
 * in its environment; each message answered so many milliseconds later with `LATENCY_MS`.
 */
import net from 'node:net';
import tls from 'node:tls';

const { TLS_CERT: cert, TLS_KEY: key, LATENCY_MS } = process.env;
const latencyMs = Number(LATENCY_MS ?? 0);
const ACCEPTED = answer({ errcode: 0, errmsg: 'ok' });
const TOKEN = answer({ access_token: 'x'.repeat(150), expires_in: 7200 });
const END_OF_HEAD = '\r\n\r\n';

let connections = 0;
const server = cert ? tls.createServer({ cert, key }, serve) : net.createServer({ noDelay: true }, serve);
server.on('connection', () => connections++);
server.listen(0, '127.0.0.1', () => process.send(server.address().port));
process.on('message', () => process.send(connections));
process.on('disconnect', () => process.exit());

function serve(socket) {
  let pending;
  socket.on('error', () => undefined);
  socket.on('data', (chunk) => {
    let bytes = pending ? Buffer.concat([pending, chunk]) : chunk;
    for (let length = lengthOf(bytes); length <= bytes.length; length = lengthOf(bytes)) {
      const isToken = /^\w+ \/cgi-bin\/(stable_)?token/.test(bytes.latin1Slice(0, 40));
      if (isToken) socket.write(TOKEN);
      else if (latencyMs > 0) setTimeout(() => socket.write(ACCEPTED), latencyMs);
      else socket.write(ACCEPTED);
      bytes = bytes.subarray(length);
    }
    pending = bytes.length > 0 ? bytes : undefined;
  });
}

/** Of the first request, as far as it is known. */
function lengthOf(bytes) {
  const end = bytes.indexOf(END_OF_HEAD);
  if (end < 0) return Number.POSITIVE_INFINITY;
  const [, length] = /\r\ncontent-length: *(\d+)/i.exec(bytes.latin1Slice(0, end)) ?? [];
  return end + END_OF_HEAD.length + Number(length ?? 0);
}

function answer(body) {
  const text = JSON.stringify(body);
  return `HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: ${text.length}\r\n\r\n${text}`;
}
