import { once } from 'node:events';
import { ServerResponse } from 'node:http';
import { pipeline, Readable } from 'node:stream';
import type { AbstractHttpAdapter } from '@nestjs/core';
import { foreignCause } from '../kernel/errors.js';
import { LibraryLogger } from '../kernel/library-logger.js';

export type ResponseBody = Buffer | Readable | undefined;

const logger = new LibraryLogger('WeixinResponse');
const written = new WeakSet<ServerResponse>();
const statuses = new WeakMap<ServerResponse, number>();
/** By the prototype that a response had before. */
const prototypes = new WeakMap<object, object>();

// The same functions for all responses: each would have a shape of its own otherwise, and V8 could not share
// the code that reads it.
const HELD_STATUS: PropertyDescriptor & ThisType<ServerResponse> = {
  configurable: true,
  enumerable: true,
  get() {
    return statuses.get(this);
  },
  set(status: number) {
    if (!written.has(this)) statuses.set(this, status);
  },
};
const WITHOUT_EFFECT = {
  setHeader: itself,
  setHeaders: itself,
  appendHeader: itself,
  removeHeader: itself,
  writeHead: itself,
  write: () => true,
  end: itself,
};
const METHODS = Object.keys(WITHOUT_EFFECT) as (keyof typeof WITHOUT_EFFECT)[];

/** As they are: Express's own way adds a charset. */
export function setHeaders(
  adapter: AbstractHttpAdapter,
  response: unknown,
  headers: Record<string, string | undefined>,
): void {
  const raw = rawUnlessFastify(adapter, response);
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined) continue;
    if (raw) raw.setHeader(name, value);
    else adapter.setHeader(response, name, value);
  }
}

/** Values of a header that others may have set, too. */
export function appendHeader(
  adapter: AbstractHttpAdapter,
  response: unknown,
  name: string,
  values: string[],
): void {
  const raw = rawUnlessFastify(adapter, response);
  if (raw && values.length > 0) raw.appendHeader(name, values);
  // One by one: of a list, Nest's adapter of Fastify would make one value.
  if (!raw) for (const value of values) adapter.appendHeader?.(response, name, value);
}

/** Fastify keeps headers of its own until it sends them. */
function rawUnlessFastify(adapter: AbstractHttpAdapter, response: unknown): ServerResponse | undefined {
  return adapter.getType() === 'fastify' ? undefined : (response as ServerResponse);
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
  const own = rawUnlessFastify(adapter, response);
  const raw = own ?? rawOf(response);
  if (body instanceof Readable) await started(body);
  const over = ended(raw);
  if (!own) (response as { send(body: ResponseBody): void }).send(body);
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

/** When it has been sent, or its client has left. `finished` of Node's streams adds many more listeners. */
function ended(raw: ServerResponse): Promise<void> {
  // What is written to a response after its end is an error event; nobody else may listen.
  raw.on('error', ignore);
  if (raw.closed || raw.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    raw.once('finish', resolve).once('close', resolve);
  });
}

const ignore = (): void => undefined;

async function started(body: Readable): Promise<void> {
  await once(body, 'readable');
  body.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'ERR_STREAM_PREMATURE_CLOSE') return;
    logger.error(`a response was cut off: ${foreignCause(error).message}`);
  });
}

/**
 * Nest sets its own status after the guards, and interceptors of the host set headers, which would throw now.
 *
 * By a prototype in between, not by properties: Express has given the response another prototype, and after
 * that V8 takes 3 µs for each property that is added.
 */
function freeze(raw: ServerResponse): void {
  if (!statuses.has(raw)) holdStatus(raw);
  written.add(raw);
  for (const name of METHODS)
    if (Object.hasOwn(raw, name)) Object.assign(raw, { [name]: WITHOUT_EFFECT[name] });
  Object.setPrototypeOf(raw, frozen(Object.getPrototypeOf(raw)));
}

/**
 * From now on, and until the response is written, its status can be set as ever; then it stays. To be called
 * before the first status is set: there is no property of that name until then, and turning a value into a
 * getter makes a dictionary of the object, in which every further access costs more. HTTP/2 has a getter of
 * its own.
 */
export function keepStatus(adapter: AbstractHttpAdapter, response: unknown): void {
  const raw = rawUnlessFastify(adapter, response) ?? rawOf(response);
  if (raw instanceof ServerResponse && !statuses.has(raw)) holdStatus(raw);
}

function holdStatus(raw: ServerResponse): void {
  statuses.set(raw, raw.statusCode);
  Object.defineProperty(raw, 'statusCode', HELD_STATUS);
}

function frozen(prototype: object): object {
  let without = prototypes.get(prototype);
  if (!without) {
    without = Object.assign(Object.create(prototype), WITHOUT_EFFECT) as object;
    prototypes.set(prototype, without);
  }
  return without;
}

function itself(this: ServerResponse): ServerResponse {
  return this;
}
