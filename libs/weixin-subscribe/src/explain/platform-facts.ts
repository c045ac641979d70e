import { Injectable } from '@nestjs/common';
import { AccountDisabledError, UnknownAccountError } from '../account/account.errors.js';
import type { WeixinRecord } from '../delivery/send/explanation.types.js';
import { DAY_MS } from '../kernel/platform-day.js';
import { AuthorizedApiClient } from '../token/authorized-api.client.js';
import { TokenUnavailableError } from '../token/token.errors.js';
import type { WeixinAnswer } from '../weixin/weixin-api.client.js';
import { verdictOf } from '../weixin/weixin-api.errors.js';

const QUOTA = '/cgi-bin/openapi/quota/get';
const RID = '/cgi-bin/openapi/rid/get';
/** So long WeChat remembers a request (docs/platform.md §4.6). */
export const RID_MS = 7 * DAY_MS;

/** What WeChat says about a call of an account. */
export interface QuotaFacts {
  /** Sends that are left today; absent where WeChat did not say. */
  remain?: number;
  /** Why there is no access_token. */
  noToken?: string;
}

/**
 * Asks WeChat what it knows (docs/platform.md §4.6): each call once, none of them sends or changes
 * anything, and that there is no answer is an answer.
 */
@Injectable()
export class PlatformFacts {
  constructor(private readonly api: AuthorizedApiClient) {}

  /** @param path of the API, e.g. `/cgi-bin/message/template/subscribe` */
  async quotaOf(appId: string, path: string): Promise<QuotaFacts> {
    const asked = await this.ask(appId, QUOTA, { cgi_path: path });
    if ('noToken' in asked) return asked;
    const verdict = verdictOf(asked);
    if (verdict?.facts.errclass === 'refresh-token-and-retry')
      return { noToken: `errcode ${verdict.errcode} ${verdict.errmsg}`.trimEnd() };
    const quota = bodyOf(asked)?.quota as { remain?: unknown } | undefined;
    return typeof quota?.remain === 'number' ? { remain: quota.remain } : {};
  }

  /**
   * What WeChat has recorded of a request, which it keeps for seven days. Its address, its body and the
   * caller's address are left out: they hold the access_token, the openid and the text.
   */
  async recordOf(appId: string, rid: string): Promise<WeixinRecord | undefined> {
    const asked = await this.ask(appId, RID, { rid });
    if ('noToken' in asked) return undefined;
    const request = bodyOf(asked)?.request as { invoke_time?: unknown; cost_in_ms?: unknown } | undefined;
    const [at, costMs] = [Number(request?.invoke_time), Number(request?.cost_in_ms)];
    if (!request || !Number.isSafeInteger(at) || !Number.isFinite(costMs)) return undefined;
    return { rid, invokedAt: new Date(1000 * at), costMs };
  }

  private async ask(appId: string, path: string, body: object): Promise<WeixinAnswer | { noToken: string }> {
    try {
      return await this.api.call(appId, { method: 'POST', path, body: JSON.stringify(body) });
    } catch (error) {
      if (error instanceof TokenUnavailableError) return { noToken: error.message };
      // Switched off or removed since it was looked at.
      if (error instanceof AccountDisabledError || error instanceof UnknownAccountError)
        return { kind: 'not-sent', reason: error.message };
      throw error;
    }
  }
}

function bodyOf(answer: WeixinAnswer): Record<string, unknown> | undefined {
  return answer.kind === 'answered' && answer.facts.errclass === 'ok' ? answer.envelope.body : undefined;
}
