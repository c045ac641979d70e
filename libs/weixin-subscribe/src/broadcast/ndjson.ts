import { Readable } from 'node:stream';
import { InvalidInputError } from '../common/errors.js';
import { mediaTypeOf, type RawRequest } from '../common/http/raw-bodies.js';
import type { BroadcastRecipient } from './broadcast.types.js';

const TYPE = 'application/x-ndjson';
const MOST_LINE = 65_536;

/**
 * The recipients in a body, a JSON object (`{"openid": …, "fields": {…}}`) or a text (an openid) on each line of UTF-8; empty lines are passed over.
 * Wherever reading ends, the connection stays, so that the answer can tell why.
 * @throws {InvalidInputError} while it is read, with the number of the line
 */
export async function* recipientsIn(request: RawRequest) {
  const pieces = mediaTypeOf(request) === TYPE ? piecesOf(request) : undefined;
  if (!pieces) throw wrong('', `the body must be lines of JSON, sent as "Content-Type: ${TYPE}"`);
  let line = 0;
  for await (const text of linesOf(pieces)) {
    line++;
    if (text.length > MOST_LINE) throw tooLong(line);
    if (text.trim() !== '') yield parse(text, line);
  }
}

/** `undefined`: nothing can be read. A parser of the host's may have read the body already. */
function piecesOf(request: RawRequest): AsyncIterable<Uint8Array> | undefined {
  const { body, raw = request } = request;
  if (body instanceof Uint8Array || typeof body === 'string') return Readable.from([Buffer.from(body)]);
  const stream = body instanceof Readable ? body : raw;
  return stream instanceof Readable && stream.readable ? unread(stream) : undefined;
}

/** Leaving the loop would cut the connection otherwise, and what is left unread would hold back the answer. */
async function* unread(stream: Readable): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* stream.iterator({ destroyOnReturn: false });
  } catch {
    throw wrong('', 'the body was cut off');
  } finally {
    stream.resume();
  }
}

async function* linesOf(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let line = 1;
  let rest = '';
  const decode = (piece?: Uint8Array) => {
    try {
      return decoder.decode(piece, { stream: piece !== undefined });
    } catch {
      throw wrong('', `the body must be UTF-8: line ${line}, or one soon after it, is not`);
    }
  };
  for await (const piece of pieces) {
    const lines = (rest + decode(piece)).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
    line += lines.length;
    // Not kept until its end comes, if ever.
    if (rest.length > MOST_LINE) throw tooLong(line);
  }
  yield rest + decode();
}

function parse(text: string, line: number): string | BroadcastRecipient {
  try {
    return JSON.parse(text);
  } catch {
    throw wrong(
      `line ${line}`,
      `line ${line} must be JSON: an openid in quotes, or {"openid": …, "fields": {…}}`,
    );
  }
}

function tooLong(line: number): InvalidInputError {
  return wrong(`line ${line}`, `line ${line} must have at most ${MOST_LINE} characters`);
}

function wrong(field: string, message: string): InvalidInputError {
  return new InvalidInputError([{ field, message }]);
}
