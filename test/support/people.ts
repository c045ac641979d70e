import type { Subject } from 'nestjs-weixin-subscribe';
import request from 'supertest';
import { Browser } from './browser.js';
import type { TestApp } from './create-test-app.js';

interface Headers {
  headers: Record<string, string | undefined>;
}

/**
 * A host's way to know its users, for tests: who calls says so in a header, and perhaps which openid the host
 * knows them by.
 */
export function subjectFromHeaders(incoming: unknown): Subject | string | undefined {
  const { 'x-user': id, 'x-openid': openid } = (incoming as Headers).headers;
  return id !== undefined && openid !== undefined ? { id, openid } : id;
}

/** Somebody's phone: calls our endpoints the way the host's app does. */
export interface Phone {
  post(path: string, body: unknown): Promise<request.Response>;
}

/** Signed in at the host; keeps no cookies. */
export const signedIn = (host: TestApp, id: string, openid?: string): Phone => ({
  post: async (path, body) =>
    request(host.url)
      .post(path)
      .set({ 'x-user': id, ...(openid === undefined ? {} : { 'x-openid': openid }) })
      .send(body as object),
});

/** A stranger to the host; keeps cookies. */
export const stranger = (host: TestApp): Phone => new Browser(host.url);
