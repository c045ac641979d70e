/** A token that was reported dead while it was the current one. Moments in milliseconds since 1970 UTC. */
export interface TokenDeath {
  mintedAt: number;
  diedAt: number;
  /** When it would have ended. */
  expiresAt: number;
}

/** How many deaths a store remembers per account and family. */
export const DEATHS_KEPT = 16;
