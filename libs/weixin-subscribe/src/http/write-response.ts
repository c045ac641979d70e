import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { pipeline, Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { AbstractHttpAdapter } from '@nestjs/core';
import { foreignCause } from '../kernel/errors.js';
import { LibraryLogger } from '../kernel/library-logger.js';

export type ResponseBody = Buffer | Readable | undefined;

const logger = new LibraryLogger('WeixinResponse');
const written = new WeakSet<ServerResponse>();

/** As they are: Express's own way adds a charset. */
export function setHeaders(
  adapter: AbstractHttpAdapter,
  response: unknown,
  headers: Record<string, string | undefined>,
): void {
  const isFastify = adapter.getType() === 'fastify';
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined) continue;
    if (isFastify) adapter.setHeader(response, name, value);
    else rawOf(response).setHeader(name, value);
  }
}

/**
 * Writes a response on either adapter, as bytes or a stream: no serializer, `json` setting or hook for
 * objects of the host's has a part in it, and Express adds no `ETag`. Ends when it has been sent or the
 * client has left; from then on status and headers stay what they are, so that logs tell the truth, and
 * whoever still sets one does no harm.
 * @throws what a stream fails with before its first piece; later, the connection is cut and the error logged
 */
export async function writeResponse(
  adapter: AbstractHttpAdapter,
  response: unknown,
  body: ResponseBody,
): Promise<void> {
  const raw = rawOf(response);
  if (body instanceof Readable) await started(body);
  const over = finished(raw).catch(() => undefined);
  if (adapter.getType() === 'fastify') (response as { send(body: ResponseBody): void }).send(body);
  else if (body instanceof Readable) pipeline(body, raw, () => undefined);
  else raw.end(body);
  await over;
  freeze(raw);
}

/** Whether what comes now comes after a response of ours. */
export const isWritten = (response: unknown): boolean => written.has(rawOf(response));

/** Fastify keeps Node's response behind its own. */
const rawOf = (response: unknown): ServerResponse =>
  (response as { raw?: ServerResponse }).raw ?? (response as ServerResponse);

async function started(body: Readable): Promise<void> {
  await once(body, 'readable');
  body.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'ERR_STREAM_PREMATURE_CLOSE') return;
    logger.error(`a response was cut off: ${foreignCause(error).message}`);
  });
}

/**
 * Nest sets its own status after the guards, and interceptors of the host set headers, which would throw now.
 */
function freeze(raw: ServerResponse): void {
  written.add(raw);
  const { statusCode } = raw;
  const self = { value: () => raw };
  Object.defineProperties(raw, {
    statusCode: { get: () => statusCode, set: () => undefined },
    setHeader: self,
    setHeaders: self,
    appendHeader: self,
    removeHeader: self,
    writeHead: self,
    write: { value: () => true },
    end: self,
  });
}
