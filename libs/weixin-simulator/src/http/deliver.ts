import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import type { FastifyReply } from 'fastify';
import { delay } from '../common/delay.js';
import type { FaultEncoding } from '../fault/fault.js';
import type { Answer } from './answer.js';
import type { Delivery } from './bent-answer.js';

/** Puts a delivery on the wire. */
export async function deliver(
  reply: FastifyReply,
  delivery: Delivery,
  closing: AbortSignal,
): Promise<FastifyReply> {
  switch (delivery.kind) {
    case 'reply':
      return reply
        .code(delivery.answer.status)
        .headers({
          ...delivery.answer.headers,
          ...(delivery.encoding && { 'content-encoding': delivery.encoding }),
        })
        .send(encoded(delivery.answer.body, delivery.encoding));
    case 'hang':
      return reply.hijack();
    case 'reset':
      reply.hijack();
      reply.raw.socket?.resetAndDestroy();
      return reply;
    case 'slow':
      reply.hijack();
      await writeSlowly(reply, delivery.answer, delivery.delayMs, closing);
      return reply;
  }
}

function encoded(body: string, encoding?: FaultEncoding): Buffer {
  const bytes = Buffer.from(body);
  switch (encoding) {
    case undefined:
      return bytes;
    case 'gzip':
      return gzipSync(bytes);
    case 'deflate':
      return deflateSync(bytes);
    case 'br':
      return brotliCompressSync(bytes);
  }
}

async function writeSlowly(
  reply: FastifyReply,
  answer: Answer,
  delayMs: number,
  closing: AbortSignal,
): Promise<void> {
  const body = Buffer.from(answer.body);
  const half = Math.floor(body.length / 2);
  reply.raw.writeHead(answer.status, { ...answer.headers, 'content-length': body.length });
  reply.raw.write(body.subarray(0, half));
  if (await delay(delayMs, closing)) reply.raw.end(body.subarray(half));
}
