import createClient from 'openapi-fetch';
import { ProblemError, problemOf } from './problem';
import type { components, paths } from './schema';

export type Schemas = components['schemas'];

interface Places {
  /** Path of the REST API, such as `/api/v2/weixin`. */
  api: string;
  /** Path of the console itself. */
  base: string;
  /** Whether a message has a link to its trace. */
  traces: boolean;
}

/** What the server wrote into the page; Vite's own server writes nothing. */
function places(): Places {
  const content = document.querySelector('meta[name="weixin-console"]')?.getAttribute('content');
  return { api: '/weixin', base: '', traces: false, ...(JSON.parse(content || '{}') as Partial<Places>) };
}

export const { api: API, base: BASE, traces: TRACES } = places();

/** No form of another site can send this header; the server takes its cookie from nobody without it. */
export const HEADERS = { 'x-weixin-console': '1' };

type Listener = () => void;
const unauthorized = new Set<Listener>();

/** Called when the session is over. */
export function onUnauthorized(listener: Listener): void {
  unauthorized.add(listener);
}

/** `fetch` with the session; rejects with {@link ProblemError} unless the response is a success. */
export async function request(input: string | Request, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(input instanceof Request ? input.headers : init.headers);
  for (const [name, value] of Object.entries(HEADERS)) headers.set(name, value);
  const response = await fetch(input, { ...init, headers, credentials: 'same-origin' });
  if (response.ok) return response;
  const problem = await problemOf(response);
  if (response.status === 401) for (const listener of unauthorized) listener();
  throw new ProblemError(problem);
}

const client = createClient<paths>({ baseUrl: API, fetch: (input) => request(input) });

/** Every method returns the body of a success; anything else is thrown as {@link ProblemError}. */
export const weixin = client;

/** The body of a success. */
export async function bodyOf<T>(call: Promise<{ data?: T }>): Promise<T> {
  const { data } = await call;
  return data as T;
}
