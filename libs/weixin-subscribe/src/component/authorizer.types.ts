/**
 * `pending`: it authorised, and its code was not exchanged yet. `unauthorized`: its owner took the
 * authorisation back.
 */
export const AUTHORIZER_STATUSES = ['pending', 'authorized', 'unauthorized'] as const;
export type AuthorizerStatus = (typeof AUTHORIZER_STATUSES)[number];

/** An account that authorised the third-party platform, without its secrets. */
export interface Authorizer {
  appId: string;
  status: AuthorizerStatus;
  /** Why it is not authorised. */
  reason?: string;
  /** Ids of WeChat's permission sets; empty where WeChat has not told. */
  sets: number[];
  authorizedAt?: Date;
  unauthorizedAt?: Date;
}

/** The same with its secrets, opened: never shown. */
export interface StoredAuthorizer extends Authorizer {
  readonly refreshToken?: string;
  /** Of the refresh token in the row, readable or not. */
  readonly refreshDigest?: string;
  /** To be exchanged. */
  readonly authCode?: string;
  readonly codeDigest?: string;
  /** Grows with every change of any authorizer. */
  readonly revision?: number;
}
