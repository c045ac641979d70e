/**
 * `token` is `GET cgi-bin/token`, `stable` is `POST cgi-bin/stable_token`, `authorizer` are those of a
 * third-party platform. None touches another (official page).
 */
export const TOKEN_FAMILIES = ['token', 'stable', 'authorizer'] as const;
export type TokenFamily = (typeof TOKEN_FAMILIES)[number];

/**
 * One minted token. Why it ends decides what a caller hears afterwards: its own lifetime was over (42001) or
 * it was superseded, forced out or killed before that (40001). Row 23.
 */
export interface AccessToken {
  readonly value: string;
  readonly appId: string;
  readonly family: TokenFamily;
  readonly mintedAt: number;
  /** When its own lifetime is over, whatever ends it before. */
  readonly expiresAt: number;
  endsAt: number;
  endsWith: 42001 | 40001;
}

export function isLive(token: AccessToken, now: number): boolean {
  return now < token.endsAt;
}

/** Ends a token at `at`, unless it ends by itself before. */
export function endAt(token: AccessToken, at: number): void {
  if (at >= token.endsAt) return;
  token.endsAt = at;
  token.endsWith = 40001;
}
