import { request } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';

export interface PiecesAnswer {
  status: number;
  type?: string;
  body: Record<string, unknown> & { errors?: { field: string; message: string }[] };
}

/** Posts a body in pieces as they are given, each by itself on the wire. `cut`: goes away before its end, and answers nothing. */
export async function postPieces(
  url: string,
  headers: Record<string, string>,
  pieces: Iterable<Uint8Array>,
  { cut = false } = {},
): Promise<PiecesAnswer | undefined> {
  const outgoing = request(url, { method: 'POST', headers, agent: false });
  const answered = new Promise<PiecesAnswer | undefined>((resolve, reject) => {
    outgoing.on('error', (error) => (cut ? resolve(undefined) : reject(error)));
    outgoing.on('response', async (response) => {
      let text = '';
      for await (const piece of response.setEncoding('utf8')) text += piece;
      resolve({
        status: response.statusCode ?? 0,
        type: response.headers['content-type'],
        body: JSON.parse(text),
      });
    });
  });
  outgoing.setNoDelay(true);
  for (const piece of pieces) {
    if (!outgoing.write(piece))
      await new Promise((drained) => outgoing.once('drain', drained).once('close', drained));
    await turn();
  }
  if (cut) outgoing.destroy();
  else outgoing.end();
  return answered;
}

/** Cuts bytes into pieces of the given sizes, over and over, whatever they mean. */
export function* inPieces(bytes: Uint8Array, ...sizes: number[]): Generator<Uint8Array> {
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length];
    yield bytes.subarray(at, at + size);
    at += size;
  }
}
