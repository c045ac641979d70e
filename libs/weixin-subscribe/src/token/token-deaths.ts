/** A token that was reported dead while it was the current one. Moments in milliseconds since 1970 UTC. */
export interface TokenDeath {
  mintedAt: number;
  diedAt: number;
  /** When it would have ended. */
  expiresAt: number;
}

/** How many deaths a store remembers per account and family. */
export const DEATHS_KEPT = 16;

/** The deaths with one more, of which the oldest give way. */
export function withDeath(deaths: readonly TokenDeath[], death: TokenDeath): TokenDeath[] {
  return [...deaths, death].slice(-DEATHS_KEPT);
}
