import { type ExecutionContext, Injectable, type OnModuleInit } from '@nestjs/common';
import type { RequestAuthenticator, ServiceCaller, ServiceClient } from 'nestjs-weixin-subscribe';
import { ConsoleConfig } from './console.options.js';
import { HostGuards } from './host-guards.js';
import { Library } from './library-parts.js';
import { type HttpRequest, headerOf, isOfBrowser, requireSameOrigin } from './same-origin.js';

const COOKIE = 'weixin_console';
const PURPOSE = 'console-session';
/** A browser may show cookies of this name that a sibling domain set. */
const MOST_SHOWN = 4;
/** Two parts of base64url: who and until when, and the signature. */
const SESSION = /^([\w-]{1,400})\.([\w-]{43})$/;

/** Who is signed in, as the page is told. */
export interface SessionView {
  /** Of the service key, or the person whom the host knows. */
  name: string;
  scopes: string[];
  /** appIds that may be used; absent: all. */
  accounts?: string[];
  /** Absent where the host's own sign-in decides. */
  expiresAt?: string;
}

/**
 * Sessions of the console. One by a service key is a signed cookie that names the key: nothing is stored, and
 * it ends with the key, or after the option `sessionSeconds`. With `session: { scopes }` there is none; the
 * host's guards are asked about each request.
 */
@Injectable()
export class ConsoleSessions implements RequestAuthenticator, OnModuleInit {
  readonly source = 'console';

  constructor(
    private readonly library: Library,
    private readonly config: ConsoleConfig,
    private readonly guards: HostGuards,
  ) {}

  onModuleInit(): void {
    this.library.authenticators.register(this);
  }

  /** Who signs in, and the cookie that says so from now on. */
  async open(context: ExecutionContext, key: string): Promise<{ view: SessionView; cookie: string }> {
    const client = await this.library.signIn.identify(context, key);
    const expiresAt = this.library.clock.now() + this.config.sessionMs;
    const payload = Buffer.from(JSON.stringify([client.name, expiresAt])).toString('base64url');
    const value = `${payload}.${await this.library.signIn.sign(PURPOSE, key, payload)}`;
    const request = context.switchToHttp().getRequest<HttpRequest>();
    const cookie = this.cookie(request, value, Math.floor(this.config.sessionMs / 1000));
    return { view: viewOf({ client }, expiresAt), cookie };
  }

  /** The cookie that ends a session. */
  end(request: HttpRequest): string {
    return this.cookie(request, '', 0);
  }

  async view(context: ExecutionContext): Promise<SessionView | undefined> {
    const found = await this.find(context);
    return found && viewOf(found.caller, found.expiresAt);
  }

  async authenticate(context: ExecutionContext): Promise<ServiceCaller | undefined> {
    const request = context.switchToHttp().getRequest<HttpRequest>();
    // Otherwise the host's guards would be asked about every service that forgot its key.
    if (this.config.host && !isOfBrowser(request)) return undefined;
    const found = await this.find(context);
    if (!found) return undefined;
    requireSameOrigin(request, this.library.publicOrigin);
    return found.caller;
  }

  private async find(
    context: ExecutionContext,
  ): Promise<{ caller: ServiceCaller; expiresAt?: number } | undefined> {
    if (this.config.host) return this.ofHost(context, this.config.host);
    const request = context.switchToHttp().getRequest<HttpRequest>();
    for (const value of shownIn(headerOf(request, 'cookie'))) {
      const found = await this.opened(value);
      if (found) return { caller: { client: found.client }, expiresAt: found.expiresAt };
    }
    return undefined;
  }

  private async ofHost(
    context: ExecutionContext,
    { client, operator }: NonNullable<ConsoleConfig['host']>,
  ): Promise<{ caller: ServiceCaller } | undefined> {
    if (!(await this.guards.letIn(context))) return undefined;
    const name = await operator?.(context.switchToHttp().getRequest(), context);
    if (name === undefined || name === null) return { caller: { client } };
    if (typeof name !== 'string' || name === '' || [...name].length > 64)
      throw new TypeError('session.operator must return a name of 1 to 64 characters, or undefined');
    return { caller: { client, operator: name } };
  }

  private async opened(value: string): Promise<{ client: ServiceClient; expiresAt: number } | undefined> {
    const [, payload, signature] = SESSION.exec(value) ?? [];
    const session = payload === undefined ? undefined : readPayload(payload);
    if (!session || session.expiresAt <= this.library.clock.now()) return undefined;
    const client = await this.library.signIn.signer(PURPOSE, session.name, payload, signature);
    return client && { client, expiresAt: session.expiresAt };
  }

  private cookie(request: HttpRequest, value: string, maxAgeSeconds: number): string {
    const secure = this.config.secureCookie ?? isHttps(request);
    return [
      `${COOKIE}=${value}`,
      `Path=${this.library.cookiePath}`,
      `Max-Age=${maxAgeSeconds}`,
      'HttpOnly',
      'SameSite=Strict',
      ...(secure ? ['Secure'] : []),
    ].join('; ');
  }
}

const viewOf = ({ client, operator }: ServiceCaller, expiresAt?: number): SessionView => ({
  name: operator ?? client.name,
  scopes: [...client.scopes],
  ...(client.accounts && { accounts: [...client.accounts] }),
  ...(expiresAt !== undefined && { expiresAt: new Date(expiresAt).toISOString() }),
});

/** Behind a proxy that the adapter does not trust, the browser still says how it came. */
const isHttps = (request: HttpRequest): boolean =>
  request.protocol === 'https' || (headerOf(request, 'origin')?.startsWith('https:') ?? false);

function readPayload(payload: string): { name: string; expiresAt: number } | undefined {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    const [name, expiresAt] = Array.isArray(parsed) ? parsed : [];
    return typeof name === 'string' && typeof expiresAt === 'number' ? { name, expiresAt } : undefined;
  } catch {
    return undefined;
  }
}

function shownIn(header = ''): string[] {
  const pairs = header.split(';').map((pair) => pair.trim());
  const own = pairs.filter((pair) => pair.startsWith(`${COOKIE}=`));
  return own.slice(0, MOST_SHOWN).map((pair) => pair.slice(COOKIE.length + 1));
}
