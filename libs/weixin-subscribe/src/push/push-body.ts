import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { PushTooLargeError } from './push.errors.js';

/** This door, wherever a prefix of the host has moved it. */
const PUSH_CALL = /\/weixin\/push\/[^/?]+\/?(?:\?|$)/;
/** Known to no parser. */
const TYPE = 'application/x-weixin-push';
/** WeChat's own pushes have a few KiB; encrypted they are a third longer. */
export const MOST_BODY_BYTES = 131_072;

interface Incoming {
  method?: string;
  url?: string;
  headers: Record<string, string | string[] | undefined>;
}

/**
 * Pushes come as `text/xml`, `application/json` or under no type. Fastify answers XML 415, and a JSON parser rounds the ids of messages; what
 * is signed is what was sent. So before any parser of the host sees them they get a type that none knows: Express leaves such bodies
 * unread, Fastify is told to hand them on unread. Parsers that a host has put on its Express instance before it gave it to Nest come first
 * all the same.
 */
@Injectable()
export class PushBodies {
  constructor(adapterHost: HttpAdapterHost) {
    // The adapter is set before this provider is made (NestFactory) or after it (testing modules), but always before the parsers.
    adapterHost.init$.subscribe(() => this.install(adapterHost));
  }

  private install({ httpAdapter }: HttpAdapterHost): void {
    // An application context without HTTP.
    if (!httpAdapter) return;
    if (httpAdapter.getType() !== 'fastify') {
      httpAdapter.use((request: Incoming, _response: unknown, next: () => void) => {
        claim(request);
        next();
      });
      return;
    }
    const fastify = httpAdapter.getInstance();
    fastify.addHook('onRequest', ({ raw }: { raw: Incoming }, _reply: unknown, done: () => void) => {
      claim(raw);
      done();
    });
    if (fastify.hasContentTypeParser(TYPE)) return;
    fastify.addContentTypeParser(
      TYPE,
      (_request: unknown, payload: unknown, done: (error: null, body: unknown) => void) =>
        done(null, payload),
    );
  }
}

function claim({ method, url = '', headers }: Incoming): void {
  if (method === 'POST' && PUSH_CALL.test(url)) headers['content-type'] = TYPE;
}

/** The body as it was sent, or what a parser of the host has left of it. @throws {PushTooLargeError} */
export async function bodyOf(request: {
  body?: unknown;
  rawBody?: unknown;
  readableDidRead?: boolean;
}): Promise<string> {
  const { body, rawBody } = request;
  for (const read of [rawBody, body])
    if (Buffer.isBuffer(read) || typeof read === 'string') return short(Buffer.from(read));
  // Fastify hands the stream on as the body; Express leaves the request itself to be read, and some parsers an empty object beside it.
  if (isReadable(body)) return drain(body);
  if (isReadable(request) && !request.readableDidRead) return drain(request);
  return short(Buffer.from(JSON.stringify(body ?? '')));
}

/** To its end, since an answer to a request that is still being sent may not arrive. */
async function drain(stream: AsyncIterable<Buffer | string>): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    // What is too much is not kept, but for the chunk that tells.
    if (bytes <= MOST_BODY_BYTES) chunks.push(Buffer.from(chunk));
    bytes += chunk.length;
  }
  return short(Buffer.concat(chunks));
}

function short(body: Buffer): string {
  if (body.length > MOST_BODY_BYTES) throw new PushTooLargeError(MOST_BODY_BYTES);
  return body.toString('utf8');
}

function isReadable(value: unknown): value is AsyncIterable<Buffer | string> {
  return value !== null && typeof value === 'object' && Symbol.asyncIterator in value;
}
