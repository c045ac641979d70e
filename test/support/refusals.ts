import type request from 'supertest';
import { SECRETS } from './accounts.js';
import type { TestApp } from './create-test-app.js';

const LEDGER = ['weixin_intent', 'weixin_grant', 'weixin_message'];

export interface Refusal {
  status: number;
  code: string;
  /** The wrong field, where input is wrong, and what its message must say (the limit, and what was met). */
  field?: string;
  says?: string | RegExp;
  /** Calls to WeChat that are due all the same. @default 0 */
  calls?: number;
}

/** Every row of the ledger, as the database holds it. */
export async function ledgerOf({ dataSource }: TestApp): Promise<Record<string, unknown[]>> {
  const tables = await Promise.all(
    LEDGER.map(async (table) => [table, await dataSource.query(`SELECT * FROM ${table} ORDER BY id`)]),
  );
  return Object.fromEntries(tables);
}

/** AppSecrets, service keys, and every access_token that the simulator gave. */
export function secretsOf({ simulator }: TestApp): string[] {
  const tokens = simulator
    .calls()
    .flatMap(({ query, answer }) => [
      query.access_token,
      (answer as { access_token?: string } | null)?.access_token,
    ]);
  return [...SECRETS, ...tokens.filter((token) => typeof token === 'string' && token !== '')] as string[];
}

/** Nothing that came back shows a secret. */
export function expectNoSecret(response: request.Response, secrets: string[]): void {
  const shown = response.text + JSON.stringify(response.headers);
  for (const secret of secrets) expect(shown).not.toContain(secret);
}

/**
 * What every refusal owes: the status, a problem document with a code, the field and its limit where input is
 * wrong; and that the ledger is as it was to the last column, WeChat was not asked, and no secret came back.
 */
export async function expectRefusal(
  host: TestApp,
  act: () => Promise<request.Response>,
  { status, code, field, says, calls = 0 }: Refusal,
  secrets: string[] = [],
): Promise<request.Response> {
  const ledger = await ledgerOf(host);
  const called = host.simulator.calls().length;

  const response = await act();

  expect({ status: response.status, code: response.body.code, text: response.text }).toMatchObject({
    status,
    code,
  });
  expect(response.headers['content-type']).toBe('application/problem+json; charset=utf-8');
  expect(response.body).toMatchObject({ status, title: expect.any(String), detail: expect.any(String) });
  expect(response.headers['set-cookie']).toBeUndefined();
  if (field !== undefined) {
    const error = (response.body.errors as { field: string; message: string }[]).find(
      (one) => one.field === field,
    );
    const expected =
      says instanceof RegExp ? expect.stringMatching(says) : expect.stringContaining(says ?? field);
    expect({ field, message: error?.message }).toEqual({ field, message: expected });
  }
  expect(await ledgerOf(host)).toEqual(ledger);
  expect(host.simulator.calls().length - called).toBe(calls);
  expectNoSecret(response, [...secretsOf(host), ...secrets]);
  return response;
}
