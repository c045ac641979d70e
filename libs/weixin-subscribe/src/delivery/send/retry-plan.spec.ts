import { ERRCODE_TABLE, type ErrcodeFacts } from '../../weixin/errcodes.js';
import type { WeixinAnswer } from '../../weixin/weixin-api.client.js';
import { settlementOf } from '../ledger/settlement.js';
import { resendSettlementOf } from '../unknown/resend-policy.js';
import { type Retry, retryAt, retryOf } from './retry-plan.js';

const answered = (facts: ErrcodeFacts): WeixinAnswer => ({
  kind: 'answered',
  envelope: { errcode: facts.errcode, errmsg: facts.errmsg, body: { errcode: facts.errcode } },
  facts,
});
const CODES = ERRCODE_TABLE.filter(({ only }) => only !== 'token').map(
  (facts) => [facts.errcode, facts] as const,
);
/** 20 November 2026, noon in Beijing. */
const NOON = Date.UTC(2026, 10, 20, 4);
const MIDNIGHT = Date.UTC(2026, 10, 20, 16);

describe('retryOf', () => {
  it.each(CODES)('errcode %i is tried again only where it surely was not delivered', (_code, facts) => {
    const retry = retryOf(answered(facts));
    const { outcome, grant } = settlementOf(answered(facts));
    if (retry) expect([outcome, grant]).toEqual(['failed', 'available']);
    if (['invalid-request', 'recipient-refused-or-no-grant', 'unknown-code', 'ok'].includes(facts.errclass))
      expect(retry).toBeUndefined();
  });

  it('tries what did not leave, and never what got no answer', () => {
    expect(retryOf({ kind: 'not-sent', reason: '' })).toEqual({ kind: 'backoff' });
    expect(retryOf({ kind: 'no-answer', reason: '' })).toBeUndefined();
  });

  it.each([
    [45011, { kind: 'stated', seconds: 60 }],
    [43108, { kind: 'backoff' }],
    [45009, { kind: 'quota' }],
    [48001, { kind: 'account' }],
    [40001, { kind: 'account' }],
    [-1, undefined],
    [43101, undefined],
    [40003, undefined],
  ])('of %i is %p', (errcode, retry) => {
    const [, facts] = CODES.find(([code]) => code === errcode) ?? [];
    expect(retryOf(answered(facts as ErrcodeFacts))).toEqual(retry);
  });
});

describe('retryAt', () => {
  const seconds = (retry: Retry, attempts: number, fraction: number) =>
    (retryAt(retry, attempts, NOON, fraction) - NOON) / 1000;
  const ALMOST_ONE = 1 - 2 ** -32;

  it.each([
    [0, 5],
    [1, 5],
    [2, 10],
    [3, 20],
    [6, 160],
    [7, 300],
    [50, 300],
    [2000, 300],
  ])('backs off after attempt %i by %i s, a quarter more or less', (attempts, base) => {
    expect(seconds({ kind: 'backoff' }, attempts, 0)).toBe(0.75 * base);
    expect(seconds({ kind: 'backoff' }, attempts, 0.5)).toBe(base);
    expect(seconds({ kind: 'backoff' }, attempts, ALMOST_ONE)).toBeLessThanOrEqual(1.25 * base);
  });

  it('waits at least as long as the platform said, and at most 15 s more', () => {
    expect(seconds({ kind: 'stated', seconds: 60 }, 9, 0)).toBe(60);
    expect(seconds({ kind: 'stated', seconds: 60 }, 9, ALMOST_ONE)).toBeLessThanOrEqual(75);
    expect(seconds({ kind: 'account' }, 9, 0)).toBe(600);
  });

  it('waits for the next day of the platform', () => {
    expect(retryAt({ kind: 'quota' }, 1, NOON, 0.9)).toBe(MIDNIGHT);
    expect(retryAt({ kind: 'quota' }, 1, MIDNIGHT - 1, 0)).toBe(MIDNIGHT);
    expect(retryAt({ kind: 'quota' }, 1, MIDNIGHT, 0)).toBe(MIDNIGHT + 300_000);
    expect(retryAt({ kind: 'quota' }, 1, MIDNIGHT + 300_000, 0)).toBe(MIDNIGHT + 86_400_000);
  });
});

describe('resendSettlementOf', () => {
  it.each(CODES)('errcode %i never gives the grant back, and is never a failure', (code, facts) => {
    const { outcome, grant } = resendSettlementOf(answered(facts));
    const told = code === 0 || code === 43101;
    expect([outcome, grant]).toEqual(told ? ['sent', 'spent'] : ['unknown', 'unknown']);
  });

  it.each(['not-sent', 'no-answer'] as const)('"%s" tells nothing of the first post', (kind) => {
    expect(resendSettlementOf({ kind, reason: 'r' })).toMatchObject({ outcome: 'unknown', grant: 'unknown' });
  });
});
