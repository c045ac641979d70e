import type { TokenFamily } from '../account/account.options.js';

/** `read`: the client was given the token. `report`: it said that WeChat refuses the token. */
export type TokenAuditAction = 'read' | 'report';

/** Where it asked. `rest`: `/weixin/token`. `drop-in`: `/cgi-bin`, in WeChat's own format. */
export type TokenEndpoint = 'rest' | 'drop-in';

/** A client of an endpoint and the account that it asked about. */
export interface TokenCaller {
  /** Name of the client in `serviceKeys`. */
  client: string;
  appId: string;
  endpoint: TokenEndpoint;
}

/** What is counted together. */
export interface TokenAuditKey extends TokenCaller {
  action: TokenAuditAction;
  /** None for a report: it names a token, be it one of ours or not. */
  family?: TokenFamily;
  /**
   * The first 16 characters of the token's SHA-256 in base64url. `others`, of reports only: texts beyond the
   * twentieth that the client reported for the account in a day, in one process.
   */
  tokenId: string;
}

export interface TokenAuditCount {
  times: number;
  firstAt: Date;
  lastAt: Date;
}

export type TokenAuditRecord = TokenAuditKey & TokenAuditCount;

export interface TokenAuditFilter {
  appId?: string;
  client?: string;
  /** Only what happened, or happened again, since this moment. */
  since?: Date;
  /** 1–1,000. @default 100 */
  limit?: number;
}
