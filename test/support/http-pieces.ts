import { connect } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';

export interface PiecesAnswer {
  status: number;
  type?: string;
  body: Record<string, unknown> & { errors?: { field: string; message: string }[] };
}

/**
 * Posts a body in pieces as they are given, each by itself on the wire, and reads the answer when all of it
 * is written, as simple clients do. `cut`: goes away before its end, and answers nothing.
 */
export async function postPieces(
  url: string,
  headers: Record<string, string>,
  pieces: Iterable<Uint8Array>,
  { cut = false } = {},
): Promise<PiecesAnswer | undefined> {
  const { hostname, port, pathname } = new URL(url);
  const socket = connect(Number(port), hostname).setNoDelay(true);
  let broken: Error | undefined;
  socket.on('error', (error) => {
    broken = error;
  });
  const given = { Host: hostname, ...headers, 'Transfer-Encoding': 'chunked' };
  const head = Object.entries(given).map(([name, value]) => `${name}: ${value}\r\n`);
  const write = async (bytes: Uint8Array | string) => {
    if (!socket.write(bytes))
      await new Promise((resolve) => socket.once('drain', resolve).once('close', resolve));
    await turn();
    if (broken || socket.destroyed)
      throw broken ?? new Error('the connection was closed while the body was sent');
  };
  try {
    await write(`POST ${pathname} HTTP/1.1\r\n${head.join('')}\r\n`);
    for (const piece of pieces) {
      await write(`${piece.length.toString(16)}\r\n`);
      await write(piece);
      await write('\r\n');
    }
    if (cut) return undefined;
    socket.write('0\r\n\r\n');
    let text = '';
    for await (const chunk of socket.setEncoding('utf8')) {
      text += chunk;
      const answer = parse(text);
      if (answer) return answer;
    }
    throw new Error(`the connection was closed, after "${text}"`);
  } finally {
    socket.destroy();
  }
}

/** `undefined`: some of it is to come. */
function parse(text: string): PiecesAnswer | undefined {
  const [head, body] = text.split(/\r\n\r\n(.*)/s);
  const of = (name: string) => new RegExp(`^${name}: *(.*?)\r?$`, 'im').exec(head)?.[1];
  if (body === undefined || Buffer.byteLength(body) < Number(of('content-length'))) return undefined;
  return { status: Number(head.split(' ')[1]), type: of('content-type'), body: JSON.parse(body) };
}

/** Cuts bytes into pieces of the given sizes, over and over, whatever they mean. */
export function* inPieces(bytes: Uint8Array, ...sizes: number[]): Generator<Uint8Array> {
  for (let at = 0, next = 0; at < bytes.length; next++) {
    const size = sizes[next % sizes.length];
    yield bytes.subarray(at, at + size);
    at += size;
  }
}
