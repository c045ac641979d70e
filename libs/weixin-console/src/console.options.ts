import type { ExecutionContext } from '@nestjs/common';
import {
  InvalidOptionsError,
  SERVICE_SCOPES,
  ServiceClient,
  type ServiceScope,
} from 'nestjs-weixin-subscribe';

/** Who is signed in at the host, for the audit log: 1–64 characters, or `undefined` where nobody is known. */
export type OperatorResolver = (
  request: unknown,
  context: ExecutionContext,
) => string | undefined | Promise<string | undefined>;

/** Everybody whom the guards of the host let in works with these rights. */
export interface HostSessionOptions {
  scopes: ServiceScope[];
  /** appIds. @default all */
  accounts?: string[];
  operator?: OperatorResolver;
}

export interface WeixinConsoleOptions {
  /**
   * `'key'`: people sign in with a service key, and work with its scopes and accounts. An object: the static
   * `guards` of the host, which are required then, decide about each request, and nobody types a key.
   * @default 'key'
   */
  session?: 'key' | HostSessionOptions;
  /** How long a sign-in with a service key lasts, 60–604,800 seconds. @default 28800 */
  sessionSeconds?: number;
  /**
   * Whether the cookie is sent over HTTPS only. By default it is where the browser came over HTTPS, which the
   * request or its `Origin` tells.
   */
  secureCookie?: boolean;
  /**
   * Where the trace of a message is looked at, with `{traceId}` in its place, such as
   * `https://jaeger.example.com/trace/{traceId}`. With it, each message has a link to its trace.
   * @default no link
   */
  traceUrl?: string;
}

const SESSION_SECONDS = 8 * 3600;
const LONGEST_SECONDS = 7 * 86_400;
const KNOWN = ['session', 'sessionSeconds', 'secureCookie', 'traceUrl'];
const TRACE_ID = '{traceId}';
/** In the name of the client that stands for the host's own sign-in. */
const HOST_CLIENT = 'console';

/** The options with their defaults, checked. */
export class ConsoleConfig {
  readonly sessionMs: number;
  readonly secureCookie: boolean | undefined;
  private readonly traceUrl: string | undefined;
  /** Where the host's guards decide who comes in. */
  readonly host: { client: ServiceClient; operator?: OperatorResolver } | undefined;

  /**
   * @param guarded whether the host gave guards
   * @throws {InvalidOptionsError} naming every option that is wrong
   */
  constructor(options: WeixinConsoleOptions | undefined, guarded: boolean) {
    const { session = 'key', sessionSeconds = SESSION_SECONDS, secureCookie, traceUrl } = options ?? {};
    const problems: { option: string; message: string }[] = [];
    const refuse = (option: string, message: string) =>
      problems.push({ option: `console.${option}`, message });
    for (const name of Object.keys(options ?? {})) if (!KNOWN.includes(name)) refuse(name, 'is not known');
    if (!Number.isInteger(sessionSeconds) || sessionSeconds < 60 || sessionSeconds > LONGEST_SECONDS)
      refuse('sessionSeconds', `must be a whole number from 60 to ${LONGEST_SECONDS}, got ${sessionSeconds}`);
    if (secureCookie !== undefined && typeof secureCookie !== 'boolean')
      refuse('secureCookie', 'must be true or false');
    if (traceUrl !== undefined && !isTraceUrl(traceUrl))
      refuse('traceUrl', `must be an address of http or https with ${TRACE_ID} in it, or be left out`);
    if (session !== 'key') checkHost(session, guarded, refuse);
    if (problems.length > 0) throw new InvalidOptionsError(problems);
    this.sessionMs = sessionSeconds * 1000;
    this.secureCookie = secureCookie;
    this.traceUrl = traceUrl;
    if (session !== 'key') this.host = { client: clientOf(session), operator: session.operator };
  }

  get hasTraces(): boolean {
    return this.traceUrl !== undefined;
  }

  /** Where a trace is looked at; `undefined` without the option. */
  traceAt(traceId: string): string | undefined {
    return this.traceUrl?.replaceAll(TRACE_ID, traceId);
  }
}

function isTraceUrl(url: unknown): boolean {
  if (typeof url !== 'string' || !url.includes(TRACE_ID)) return false;
  return /^https?:$/.test(URL.canParse(url) ? new URL(url).protocol : '');
}

function checkHost(
  session: HostSessionOptions,
  guarded: boolean,
  refuse: (option: string, message: string) => void,
): void {
  if (session === null || typeof session !== 'object') {
    refuse('session', "must be 'key', or an object with the scopes of everybody whom the guards let in");
    return;
  }
  if (!guarded)
    refuse('session', 'leaves it to the guards of the host who comes in: name them in the static "guards"');
  const { scopes, accounts, operator } = session;
  const unknown = Array.isArray(scopes) ? scopes.find((scope) => !SERVICE_SCOPES.includes(scope)) : undefined;
  if (!Array.isArray(scopes) || scopes.length === 0)
    refuse('session.scopes', 'must list at least one of SERVICE_SCOPES');
  else if (unknown !== undefined)
    refuse('session.scopes', `must be of ${SERVICE_SCOPES.join(', ')}; got ${JSON.stringify(unknown)}`);
  if (accounts !== undefined && (!Array.isArray(accounts) || accounts.length === 0))
    refuse('session.accounts', 'must be a list of at least one appId, or be left out, which means all');
  if (operator !== undefined && typeof operator !== 'function')
    refuse('session.operator', 'must be a function');
}

const clientOf = ({ scopes, accounts }: HostSessionOptions) =>
  new ServiceClient(HOST_CLIENT, new Set(scopes), accounts && new Set(accounts));
