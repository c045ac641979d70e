import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { InvalidInputError } from '../common/errors.js';
import type { BroadcastRecipient } from './broadcast.types.js';

const TYPE = 'application/x-ndjson';
const MOST_LINE = 65_536;

/**
 * Hands bodies of recipients on unread, to be read as a stream whatever their size. Express leaves a body of this type alone anyway; Fastify has to
 * be told.
 */
@Injectable()
export class NdjsonBodies {
  constructor(adapterHost: HttpAdapterHost) {
    // The adapter is set before this provider is made (NestFactory) or after it (testing modules), but always before it listens.
    adapterHost.init$.subscribe(() => {
      const { httpAdapter } = adapterHost;
      if (httpAdapter?.getType() !== 'fastify') return;
      const fastify = httpAdapter.getInstance();
      if (fastify.hasContentTypeParser(TYPE)) return;
      fastify.addContentTypeParser(
        TYPE,
        (_request: unknown, payload: unknown, done: (error: null, body: unknown) => void) =>
          done(null, payload),
      );
    });
  }
}

/**
 * The recipients in a body, a JSON object (`{"openid": …, "fields": {…}}`) or a text (an openid) on each line; empty lines are passed over.
 * @throws {InvalidInputError} while it is read
 */
export async function* recipientsIn(request: { headers: Record<string, unknown>; body?: unknown }) {
  const type = String(request.headers['content-type'] ?? '')
    .split(';')[0]
    .trim();
  const stream = isReadable(request.body) ? request.body : request;
  if (type !== TYPE || !isReadable(stream))
    throw wrong('', `the body must be lines of JSON, sent as "Content-Type: ${TYPE}"`);
  let line = 0;
  for await (const text of linesOf(stream)) {
    line++;
    if (text.trim() !== '') yield parse(text, line);
  }
}

async function* linesOf(stream: AsyncIterable<Buffer | string>) {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of stream) {
    rest += typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
    if (rest.length > MOST_LINE)
      throw wrong('recipients', `a line must have at most ${MOST_LINE} characters`);
  }
  yield rest + decoder.decode();
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

function isReadable(value: unknown): value is AsyncIterable<Buffer | string> {
  return value !== null && typeof value === 'object' && Symbol.asyncIterator in value;
}

function wrong(field: string, message: string): InvalidInputError {
  return new InvalidInputError([{ field, message }]);
}
