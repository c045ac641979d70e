import request from 'supertest';
import { MOBILE, OFFICIAL, SERVICE_KEY } from './accounts.js';
import { createTestApp, type TestApp, type TestAppOptions } from './create-test-app.js';
import type { TestDatabase } from './test-databases.js';

export const SEALING = { keys: [{ id: 'k1', key: Buffer.alloc(32, 7).toString('base64') }] };

/** Hosts on one database and one platform; only the mobile app stands in their options. */
export async function startSourced(
  shared: TestDatabase,
  count: number,
  given: Partial<TestAppOptions> = {},
): Promise<TestApp[]> {
  const hosts: TestApp[] = [];
  for (let n = 0; n < count; n++)
    hosts.push(
      await createTestApp({
        ...given,
        shared,
        simulator: given.simulator ?? hosts[0]?.simulator,
        options: {
          accounts: [{ ...MOBILE, templates: [...MOBILE.templates] }],
          token: { encryption: SEALING },
          ...given.options,
        },
        extras: { accountSource: 'database', ...given.extras },
      }),
    );
  return hosts;
}

/** `POST`, `GET`, `PATCH` and `DELETE` of `accounts`. */
export function accountsOf({ url }: TestApp, key = SERVICE_KEY) {
  const call = (method: 'get' | 'post' | 'patch' | 'delete', path: string, body?: object) =>
    request(url)[method](`/weixin/accounts${path}`).set('Authorization', `Bearer ${key}`).send(body);
  return {
    list: (query = '') => call('get', query),
    get: (appId: string) => call('get', `/${appId}`),
    changes: (appId: string) => call('get', `/${appId}/changes`),
    add: (body: object) => call('post', '', body),
    change: (appId: string, body: object) => call('patch', `/${appId}`, body),
    remove: (appId: string) => call('delete', `/${appId}`),
  };
}

export const official = (more: object = {}) => ({
  appId: OFFICIAL.appId,
  appSecret: OFFICIAL.appSecret,
  kind: OFFICIAL.kind,
  templates: OFFICIAL.templates.map((id) => ({ id })),
  ...more,
});

/** What the interval of two seconds does. */
export const follow = (hosts: TestApp[]) =>
  Promise.all(hosts.map(({ tasks }) => tasks.run('account-changes')));
