import { type BilingualText, ERRCODE_ROWS, type ErrcodeClass, type ErrcodeRow } from './errcode-table.js';

export type { BilingualText, ErrcodeClass };

/** Where the code was answered: the token endpoints, any other call, or one through Cloud Run. */
export type ErrcodeContext = 'token' | 'api' | 'cloud';

/** What the request was like, where an errcode means different things because of it. */
export interface ErrcodeHints {
  /** It carried a miniprogram block, which 40013 may complain about. */
  miniprogram?: boolean;
}

export interface ErrcodeFacts extends Omit<ErrcodeRow, 'ambiguous' | 'openidUnusable'> {
  /** WeChat reported a fault but the call may have taken effect: the message may have been delivered. */
  readonly ambiguous: boolean;
  /** The openid can not be written to from this account, now or later: its grants are worth nothing. */
  readonly openidUnusable: boolean;
}

/**
 * Every code we know, frozen. A code that means different things in different places has one row for each.
 */
export const ERRCODE_TABLE: readonly ErrcodeFacts[] = Object.freeze(ERRCODE_ROWS.map(complete));

const factsByKey = new Map(ERRCODE_TABLE.map((row) => [keyOf(row.errcode, row.only), row]));

/** What an errcode means and what to do about it. Unknown codes get a row of class `unknown-code`. */
export function errcodeFacts(
  errcode: number,
  context: ErrcodeContext = 'api',
  hints: ErrcodeHints = {},
): ErrcodeFacts {
  const facts = factFor(errcode, context, hints);
  // Neither a token endpoint nor Cloud Run takes an access_token: there is nothing to refresh.
  const senseless = context !== 'api' && facts?.errclass === 'refresh-token-and-retry';
  return facts && !senseless ? facts : unknownCode(errcode);
}

function factFor(errcode: number, context: ErrcodeContext, hints: ErrcodeHints): ErrcodeFacts | undefined {
  const special: ErrcodeRow['only'][] = [
    ...(context === 'api' ? [] : [context]),
    ...(hints.miniprogram && context !== 'token' ? (['miniprogram'] as const) : []),
    undefined,
  ];
  for (const only of special) {
    const facts = factsByKey.get(keyOf(errcode, only));
    if (facts) return facts;
  }
  return undefined;
}

function keyOf(errcode: number, only?: ErrcodeRow['only']): string {
  return only ? `${errcode} ${only}` : `${errcode}`;
}

function unknownCode(errcode: number): ErrcodeFacts {
  return complete({
    errcode,
    errclass: 'unknown-code',
    errmsg: '',
    meaning: {
      en: `WeChat answered errcode ${errcode}, which this library does not know.`,
      zh: `微信返回了本库未收录的错误码 ${errcode}。`,
    },
    remedy: {
      en: 'Do not repeat the call. Look the rid of errmsg up with openapi/rid/get within 7 days, decide by hand what happens to the message, and report the code to the maintainers.',
      zh: '不要重复调用。请在 7 天内用 openapi/rid/get 查询 errmsg 中的 rid，人工决定如何处理该消息，并将此错误码反馈给维护者。',
    },
  });
}

function complete(row: ErrcodeRow): ErrcodeFacts {
  return Object.freeze({
    ...row,
    ambiguous: row.ambiguous ?? false,
    openidUnusable: row.openidUnusable ?? false,
    meaning: Object.freeze({ ...row.meaning }),
    remedy: Object.freeze({ ...row.remedy }),
  });
}
