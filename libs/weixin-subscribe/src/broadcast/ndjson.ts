import { Readable } from 'node:stream';
import { mediaTypeOf, type RawRequest } from '../http/raw-bodies.js';
import { InvalidInputError } from '../kernel/errors.js';
import { nextTurn } from '../kernel/next-turn.js';
import type { BroadcastRecipient } from './broadcast.types.js';

const TYPE = 'application/x-ndjson';
const MOST_LINE = 65_536;
/**
 * So many more than there are recipients: an empty line after each is welcome, a body of line ends is not.
 */
const MOST_EMPTY = 1000;
/** Bytes between two turns of the event loop: some hundred recipients. */
const SLICE = 16_384;

/**
 * The recipients in a body, a JSON object (`{"openid": …, "fields": {…}}`) or a text (an openid) on each line
 * of UTF-8; empty lines are passed over, at most {@link MOST_EMPTY} more than there are recipients. Wherever
 * reading ends, the connection stays, so that the answer can tell why.
 * @throws {InvalidInputError} while it is read, with the number of the line
 */
export async function* recipientsIn(request: RawRequest) {
  const chunks = mediaTypeOf(request) === TYPE ? chunksOf(request) : undefined;
  if (!chunks) throw wrong('', `the body must be lines of JSON, sent as "Content-Type: ${TYPE}"`);
  for await (const { text, line } of linesOf(chunks)) yield parse(text, line);
}

/** `undefined`: nothing can be read. A parser of the host's may have read the body already. */
function chunksOf(request: RawRequest): AsyncIterable<Uint8Array> | undefined {
  const { body, raw = request } = request;
  if (body instanceof Uint8Array || typeof body === 'string') return Readable.from([Buffer.from(body)]);
  const stream = body instanceof Readable ? body : raw;
  return stream instanceof Readable && stream.readable ? unread(stream) : undefined;
}

/**
 * Leaving the loop would cut the connection otherwise, and what is left unread would hold back the answer.
 */
async function* unread(stream: Readable): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* stream.iterator({ destroyOnReturn: false });
  } catch {
    throw wrong('', 'the body was cut off');
  } finally {
    stream.resume();
  }
}

/** A line that says something, and its number from 1. */
interface Line {
  text: string;
  line: number;
}

/**
 * Each character is looked at once, however small the chunks are and however long the line: what has no end
 * yet is kept in fragments. Others may use the event loop after every slice, also where the whole body is in
 * memory.
 */
async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Line, void, undefined> {
  const lines = new LineCounter();
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const decode = (slice?: Uint8Array) => {
    try {
      return decoder.decode(slice, { stream: slice !== undefined });
    } catch {
      throw wrong('', `the body must be UTF-8: line ${lines.line}, or one soon after it, is not`);
    }
  };
  let read = 0;
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += SLICE) {
      const slice = chunk.subarray(at, at + SLICE);
      yield* lines.endedBy(decode(slice));
      read += slice.length;
      if (read < SLICE) continue;
      read = 0;
      await nextTurn();
    }
  }
  yield* lines.endedBy(`${decode()}\n`);
}

/** Puts lines together from fragments of a text, and passes over empty ones. */
class LineCounter {
  /** The number of the line that has not ended. */
  line = 1;
  private rows = 0;
  private fragments: string[] = [];
  private length = 0;

  /** The lines that have their end in the next fragment of the text. @throws {InvalidInputError} */
  *endedBy(fragment: string): Generator<Line, void, undefined> {
    let start = 0;
    for (let end = fragment.indexOf('\n'); end >= 0; end = fragment.indexOf('\n', start)) {
      // Not made a text of its own: of these there may be millions.
      const isEmpty = end === start && this.length === 0;
      if (!isEmpty) {
        this.keep(fragment.slice(start, end));
        const text = this.fragments.join('');
        this.fragments = [];
        this.length = 0;
        if (text.trim() !== '') {
          this.rows++;
          yield { text, line: this.line };
        }
      }
      if (this.line - this.rows > this.rows + MOST_EMPTY) throw tooEmpty(this.line);
      this.line++;
      start = end + 1;
    }
    if (start < fragment.length) this.keep(fragment.slice(start));
  }

  private keep(fragment: string): void {
    this.length += fragment.length;
    if (this.length > MOST_LINE) throw tooLong(this.line);
    this.fragments.push(fragment);
  }
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

function tooEmpty(line: number): InvalidInputError {
  return wrong(
    `line ${line}`,
    `up to line ${line} there are ${MOST_EMPTY} more empty lines than recipients; leave them out`,
  );
}

function wrong(field: string, message: string): InvalidInputError {
  return new InvalidInputError([{ field, message }]);
}
