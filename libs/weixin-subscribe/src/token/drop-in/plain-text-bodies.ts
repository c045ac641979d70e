import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { refuse } from './weixin-refusal.js';

/** The two calls, wherever a prefix of the host has moved them. */
const TOKEN_CALL = /\/cgi-bin\/(?:stable_)?token\/?(?:\?|$)/;
const MOST_BYTES = 65_536;

interface Incoming {
  method?: string;
  url?: string;
  headers: Record<string, string | string[] | undefined>;
}

/**
 * SDKs post the JSON of `stable_token` under any content type, or none. Fastify answers those 415; a form parser takes them apart; and a JSON
 * parser's complaint quotes the body, which holds a key. So these bodies are called plain text before any parser of the host sees them:
 * Fastify's own text parser then reads them, and on Express they are left for {@link bodyOf}. Parsers that a host has put on its Express
 * instance before it gave it to Nest come first all the same; what they made of the body is taken as it is.
 */
@Injectable()
export class PlainTextBodies {
  constructor(adapterHost: HttpAdapterHost) {
    // The adapter is set before this provider is made (NestFactory) or after it (testing modules), but always before the parsers.
    adapterHost.init$.subscribe(() => this.install(adapterHost));
  }

  private install({ httpAdapter }: HttpAdapterHost): void {
    // An application context without HTTP.
    if (!httpAdapter) return;
    if (httpAdapter.getType() === 'fastify') {
      httpAdapter
        .getInstance()
        .addHook('onRequest', ({ raw }: { raw: Incoming }, _reply: unknown, done: () => void) => {
          callPlainText(raw);
          done();
        });
      return;
    }
    httpAdapter.use((request: Incoming, _response: unknown, next: () => void) => {
      callPlainText(request);
      next();
    });
  }
}

function callPlainText({ method, url = '', headers }: Incoming): void {
  if (method === 'POST' && TOKEN_CALL.test(url)) headers['content-type'] = 'text/plain; charset=utf-8';
}

/** The body as text, or what a parser of the host has made of it. @throws {WeixinRefusal} 47001 for more than 64 KiB */
export async function bodyOf(request: { body?: unknown }): Promise<unknown> {
  const { body } = request;
  if (Buffer.isBuffer(body) || typeof body === 'string') return short(Buffer.from(body));
  if (body !== undefined && body !== null) return body;
  return Symbol.asyncIterator in request ? read(request as unknown as AsyncIterable<Buffer>) : '';
}

function short(body: Buffer): string {
  if (body.length > MOST_BYTES) throw refuse('notJson');
  return body.toString('utf8');
}

/** To its end, since an answer to a request that is still being sent may not arrive. */
async function read(stream: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    // What is too much is not kept, but for the chunk that tells.
    if (bytes <= MOST_BYTES) chunks.push(chunk);
    bytes += chunk.length;
  }
  return short(Buffer.concat(chunks));
}
