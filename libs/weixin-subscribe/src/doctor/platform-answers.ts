import type { AuthorizedApiClient, AuthorizedCall } from '../token/authorized-api.client.js';
import { TokenUnavailableError } from '../token/token.errors.js';
import type { WeixinAnswer } from '../weixin/weixin-api.client.js';

/** An answer of WeChat, or why it could not be asked. */
export type Asked = WeixinAnswer | { kind: 'no-token'; error: TokenUnavailableError };

/** Calls in the name of an account, for who wants to know rather than to have. */
export class PlatformAnswers {
  constructor(
    private readonly api: AuthorizedApiClient,
    private readonly appId: string,
  ) {}

  async get(path: string): Promise<Asked> {
    return this.ask({ method: 'GET', path });
  }

  async post(path: string, body: object): Promise<Asked> {
    return this.ask({ method: 'POST', path, body: JSON.stringify(body) });
  }

  private async ask(call: AuthorizedCall): Promise<Asked> {
    try {
      return await this.api.call(this.appId, call);
    } catch (error) {
      if (error instanceof TokenUnavailableError) return { kind: 'no-token', error };
      throw error;
    }
  }
}

/** The errcode of an answer; `undefined`: there is none. */
export function errcodeOf(asked: Asked): number | undefined {
  if (asked.kind === 'no-token') return asked.error.errcode;
  return asked.kind === 'answered' ? asked.envelope.errcode : undefined;
}
