import { randomUUID } from 'node:crypto';
import {
  applyDecorators,
  Injectable,
  type OnApplicationBootstrap,
  RequestMethod,
  SetMetadata,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { type MountedRoute, RouteUrls } from './route-urls.js';

const RAW_BODY = 'weixin-subscribe:raw-body';
/**
 * What `@RouteConfig()` of `@nestjs/platform-fastify` writes; that package is there only in a host on
 * Fastify.
 */
const FASTIFY_ROUTE_CONFIG = '__fastify_route_config__';

/**
 * A route that reads its body itself, by {@link readBody} or {@link streamOf}, whatever the content type
 * says. Parsers of the host would refuse it, take it apart, round its numbers or hold all of it in memory.
 */
export const RawBody = () =>
  applyDecorators(SetMetadata(RAW_BODY, true), SetMetadata(FASTIFY_ROUTE_CONFIG, { [RAW_BODY]: true }));

interface Incoming {
  method?: string;
  url?: string;
  headers: Record<string, string | string[] | undefined>;
}

interface FastifyRoute {
  config?: Record<string, unknown>;
  onRequest?: unknown;
  preValidation?: unknown;
}

type FastifyHook = (request: { raw: Incoming }, reply: unknown, done: () => void) => void;

interface Fastify {
  addHook(name: 'onRoute', hook: (route: FastifyRoute) => void): void;
  addContentTypeParser(
    type: string,
    parser: (request: unknown, payload: unknown, done: (error: null, body: unknown) => void) => void,
  ): void;
}

interface Express {
  enabled(setting: string): boolean;
}

/**
 * What the client called its body, where the parsers of the host were not to see it. By Node's own request.
 */
const declared = new WeakMap<object, string | undefined>();

/**
 * Keeps the parsers of the host away from the bodies of routes under {@link RawBody}, and from no others. On
 * Fastify each such route says so of itself. Express has parsed a body before it looks for a route, so the
 * path is compared with the paths of these routes there, and the parsers see no content type. Parsers that a
 * host has put on its Express instance before it gave it to Nest come first all the same.
 */
@Injectable()
export class RawBodies implements OnApplicationBootstrap {
  private isOurs: ((incoming: Incoming) => boolean) | undefined;

  constructor(
    private readonly adapterHost: HttpAdapterHost,
    private readonly routes: RouteUrls,
  ) {
    // The adapter is set before this provider is made (NestFactory) or after it (testing modules), but always
    // before the parsers.
    adapterHost.init$.subscribe(() => this.install());
  }

  onApplicationBootstrap(): void {
    const { httpAdapter } = this.adapterHost;
    if (!httpAdapter || httpAdapter.getType() === 'fastify') return;
    this.isOurs = matcherOf(this.routes.withMetadata(RAW_BODY), httpAdapter.getInstance<Express>());
  }

  private install(): void {
    const { httpAdapter } = this.adapterHost;
    // An application context without HTTP.
    if (!httpAdapter) return;
    if (httpAdapter.getType() === 'fastify') {
      installOnFastify(httpAdapter.getInstance<Fastify>());
      return;
    }
    httpAdapter.use((incoming: Incoming, _response: unknown, next: () => void) => {
      if (this.isOurs?.(incoming)) hideType(incoming);
      next();
    });
  }
}

function installOnFastify(fastify: Fastify): void {
  // A type that no client can name: a parser for a known one would open every route of the host to it.
  const ours = `application/x-weixin-${randomUUID()}`;
  fastify.addContentTypeParser(ours, (_request, payload, done) => done(null, payload));
  const hide: FastifyHook = ({ raw }, _reply, done) => {
    hideType(raw);
    raw.headers['content-type'] = ours;
    done();
  };
  const restore: FastifyHook = ({ raw }, _reply, done) => {
    const type = declared.get(raw);
    if (type === undefined) delete raw.headers['content-type'];
    else raw.headers['content-type'] = type;
    done();
  };
  fastify.addHook('onRoute', (route) => {
    if (route.config?.[RAW_BODY] !== true) return;
    route.onRequest = [hide, route.onRequest ?? []].flat();
    route.preValidation = [restore, route.preValidation ?? []].flat();
  });
}

function hideType(incoming: Incoming): void {
  declared.set(incoming, [incoming.headers['content-type']].flat()[0]);
  delete incoming.headers['content-type'];
}

function matcherOf(routes: MountedRoute[], express: Express): (incoming: Incoming) => boolean {
  const slash = express.enabled('strict routing') ? '' : '/?';
  const flags = express.enabled('case sensitive routing') ? '' : 'i';
  const patterns = routes
    .filter(({ method }) => method === RequestMethod.POST)
    .flatMap(({ paths }) => paths.map((path) => new RegExp(`^${sourceOf(path)}${slash}$`, flags)));
  return ({ method, url = '' }) => {
    if (method !== 'POST') return false;
    // A target may be a whole URL (RFC 9112, absolute-form); the router of Express looks at its path.
    const [path] = url.replace(/^https?:\/\/[^/?#]*/i, '').split(/[?#]/, 1);
    return patterns.some((pattern) => pattern.test(path));
  };
}

/** Of our own paths: static segments and `:parameters`. A prefix of the host may have a wildcard as well. */
function sourceOf(path: string): string {
  return path
    .split('/')
    .map((segment) => {
      if (/^:\w+$/.test(segment)) return '[^/]+';
      if (/^\*\w*$/.test(segment)) return '.+';
      return segment.replace(/[\\^$.*+?()[\]{}|-]/g, '\\$&');
    })
    .join('/');
}

/** The request of a controller, on either adapter. */
export interface RawRequest {
  headers?: Record<string, unknown>;
  body?: unknown;
  rawBody?: unknown;
  raw?: unknown;
  readableDidRead?: boolean;
}

/**
 * The media type that the client declared, in lower case and without parameters; empty where it declared
 * none.
 */
export function mediaTypeOf(request: RawRequest): string {
  const { raw = request } = request;
  const type = declared.has(raw as object) ? declared.get(raw as object) : request.headers?.['content-type'];
  return String(type ?? '')
    .split(';')[0]
    .trim()
    .toLowerCase();
}

/**
 * The body as it was sent, or what a parser of the host has left of it: `undefined` where it is longer than
 * `limit` bytes. It is read to its end either way, since an answer to a request that is still being sent may
 * not arrive.
 */
export async function readBody(request: RawRequest, limit: number): Promise<Buffer | undefined> {
  const { body, rawBody } = request;
  for (const read of [rawBody, body])
    if (Buffer.isBuffer(read) || typeof read === 'string') return within(limit, Buffer.from(read));
  const stream = streamOf(request);
  if (!stream) return within(limit, Buffer.from(body === undefined ? '' : JSON.stringify(body)));
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    // What is too much is not kept, but for the chunk that tells.
    if (bytes <= limit) chunks.push(Buffer.from(chunk));
    bytes += chunk.length;
  }
  return within(limit, Buffer.concat(chunks));
}

function within(limit: number, body: Buffer): Buffer | undefined {
  return body.length > limit ? undefined : body;
}

/**
 * The body while it can still be read: Fastify hands it on as the body, Express leaves the request itself,
 * some parsers an empty object beside it.
 */
export function streamOf(request: RawRequest): AsyncIterable<Buffer | string> | undefined {
  const { body } = request;
  if (isReadable(body)) return body;
  return isReadable(request) && !request.readableDidRead ? request : undefined;
}

function isReadable(value: unknown): value is AsyncIterable<Buffer | string> {
  return value !== null && typeof value === 'object' && Symbol.asyncIterator in value;
}
