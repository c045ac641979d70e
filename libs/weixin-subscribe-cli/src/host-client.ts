import { readFileSync } from 'node:fs';
import { type Dispatcher, EnvHttpProxyAgent, fetch, type Response } from 'undici';
import { CliError } from './cli-error.js';

export interface HostFlags {
  url?: string;
  keyFile?: string;
}

/** A broadcast as the routes return it, as far as it is shown here. */
export interface BroadcastResponse {
  id: string;
  status: string;
  createdAt: string;
  title?: string;
  renderer?: string;
  scene?: number;
  total?: number;
  recipients: number;
  invalid: number;
  duplicates: number;
  requestedBy?: string;
  reason?: string;
  progress?: ProgressResponse;
}

export interface ProgressResponse {
  id: string;
  status: string;
  pauseCause?: string;
  reason?: string;
  resumesAt?: string;
  total?: number;
  inFlight: number;
  sent: number;
  refused: number;
  failed: number;
  unknown: number;
  noGrant: number;
  invalid: number;
  remaining?: number;
  rate: number;
  etaSeconds?: number;
}

interface Problem {
  status?: number;
  code?: string;
  detail?: string;
  remedy?: string;
}

/** The host could not be reached, or not now: the same call may work later. */
export class UnreachableError extends CliError {
  /** Whether the host may have done what it was asked. */
  mayHaveArrived = true;
}

const NEVER_ARRIVED = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'];

/** Calls the REST routes of a running host. */
export class HostClient {
  private agent?: Dispatcher;

  private constructor(
    private readonly url: string,
    /** Path of one kind of routes below the address. */
    private readonly base: string,
    private readonly key: string,
  ) {}

  /** As the environment names it (`HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY`); none for this machine itself. */
  private get proxy(): Dispatcher | undefined {
    const { hostname } = new URL(this.url);
    if (!Object.keys(process.env).some((name) => /^https?_proxy$/i.test(name))) return undefined;
    if (/^(?:localhost|.*\.localhost|127\.[\d.]+|\[::1\])$/.test(hostname)) return undefined;
    this.agent ??= new EnvHttpProxyAgent();
    return this.agent;
  }

  /** @throws {CliError} there is no address or no key */
  static of(
    { url = process.env.WEIXIN_SUBSCRIBE_URL, keyFile }: HostFlags,
    base = '/broadcasts',
  ): HostClient {
    if (!url || !/^https?:\/\//.test(url) || !URL.canParse(url))
      throw new CliError(
        url ? '--url must begin with http:// or https://' : 'where is the host?',
        'Give --url or set WEIXIN_SUBSCRIBE_URL, e.g. http://127.0.0.1:3000/weixin',
      );
    return new HostClient(url.replace(/\/+$/, ''), base, keyFrom(keyFile));
  }

  get<T>(path: string, query: object = {}): Promise<T> {
    const given = Object.entries(query).filter(([, value]) => value !== undefined);
    const search = new URLSearchParams(given.map(([name, value]) => [name, String(value)]));
    return this.json(`${path}?${search}`, { method: 'GET' });
  }

  post<T>(path: string, body?: object): Promise<T> {
    return this.json(path, { method: 'POST', body: body && JSON.stringify(body), type: 'application/json' });
  }

  patch<T>(path: string, body: object): Promise<T> {
    return this.json(path, { method: 'PATCH', body: JSON.stringify(body), type: 'application/json' });
  }

  async delete(path: string): Promise<void> {
    await this.call(path, { method: 'DELETE' });
  }

  /** Sends lines of JSON as they come. */
  stream<T>(path: string, lines: AsyncIterable<string>): Promise<T> {
    return this.json(path, { method: 'POST', body: bytes(lines), type: 'application/x-ndjson' });
  }

  /**
   * @returns the response, its body unread
   * @throws {CliError} {@link UnreachableError} any status but 2xx, or no response
   */
  async call(
    path: string,
    { type, body, ...init }: { method: string; type?: string; body?: Body; signal?: AbortSignal },
  ): Promise<Response> {
    const headers = {
      Authorization: `Bearer ${this.key}`,
      ...(body && type ? { 'Content-Type': type } : {}),
    };
    let response: Response;
    try {
      response = await fetch(`${this.url}${this.base}${path}`, {
        ...init,
        headers,
        body,
        redirect: 'error',
        ...(this.proxy && { dispatcher: this.proxy }),
        ...(typeof body === 'object' ? { duplex: 'half' as const } : {}),
      });
    } catch (error) {
      throw this.unreachable(error);
    }
    if (!response.ok) throw await this.refusal(response);
    return response;
  }

  /** Turns the failure of a call, or of reading its response, into an error that names the host. */
  unreachable(error: unknown): CliError {
    if (error instanceof CliError) return error;
    const { cause, message } = error as Error;
    // What the body's own reading threw.
    if (cause instanceof CliError) return cause;
    const { code, message: why } = (cause ?? {}) as { code?: string; message?: string };
    const unreachable = new UnreachableError(
      `no answer from ${this.url}: ${why || code || message}`,
      'Is the host running, and is this its address?',
    );
    unreachable.mayHaveArrived = !NEVER_ARRIVED.includes(code ?? '');
    return unreachable;
  }

  private async json<T>(path: string, init: Parameters<HostClient['call']>[1]): Promise<T> {
    const response = await this.call(path, init);
    try {
      return (await response.json()) as T;
    } catch (error) {
      throw this.unreachable(error);
    }
  }

  private async refusal(response: Response): Promise<CliError> {
    const text = await response.text().catch(() => '');
    const problem = parsed(text);
    const message = problem.detail ?? `the host answered ${response.status} ${response.statusText}`;
    const isElsewhere = problem.code === undefined || problem.code === 'HTTP_404';
    const remedy = isElsewhere
      ? `Is ${this.url} where the routes of the library are, e.g. http://127.0.0.1:3000/weixin?`
      : problem.remedy;
    return response.status >= 500 ? new UnreachableError(message, remedy) : new CliError(message, remedy);
  }
}

type Body = string | AsyncIterable<Uint8Array>;

async function* bytes(lines: AsyncIterable<string>): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const line of lines) yield Buffer.from(`${line}\n`);
}

function parsed(text: string): Problem {
  try {
    return Object(JSON.parse(text)) as Problem;
  } catch {
    return {};
  }
}

function keyFrom(file: string | undefined): string {
  const key = file === undefined ? process.env.WEIXIN_SUBSCRIBE_KEY?.trim() : read(file).trim();
  if (key && /^[\x21-\x7e]{1,512}$/.test(key)) return key;
  throw new CliError(
    key ? 'the service key must be printable ASCII characters without spaces' : 'there is no service key',
    'Set WEIXIN_SUBSCRIBE_KEY, or write the key into a file and give --key-file.',
  );
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new CliError(`--key-file can not be read: ${(error as Error).message}`);
  }
}
