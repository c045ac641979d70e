/** A token that was reported dead while it was the current one. Moments in milliseconds since 1970 UTC. */
export interface TokenDeath {
  mintedAt: number;
  diedAt: number;
  /** When it would have ended. */
  expiresAt: number;
}

/** How many deaths a store remembers per account and family. */
export const DEATHS_KEPT = 16;

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** A token that is refused this soon after its mint was refused from the start: minting does not help. */
const STILLBORN_MS = MINUTE_MS;

/** So many tokens refused from the start, within so long, open the circuit. */
const CIRCUIT = [
  { deaths: 3, withinMs: 10 * MINUTE_MS },
  { deaths: 6, withinMs: 60 * MINUTE_MS },
];

/** A token that worked and died this long before its end was killed by somebody's mint. */
const EARLY_MS = 5 * MINUTE_MS;
const EARLY_DEATHS = 2;

/**
 * Until when no further report is acted upon, because WeChat refuses each new token at once; `undefined`: the
 * circuit is closed. After that one report is taken again, and a token that works closes it.
 */
export function circuitOpenUntil(deaths: TokenDeath[], now: number): number | undefined {
  const stillborn = deaths.filter(({ mintedAt, diedAt }) => diedAt - mintedAt < STILLBORN_MS);
  const ends = CIRCUIT.map(({ deaths: limit, withinMs }) => {
    const leftMs = (stillborn.at(-limit)?.diedAt ?? 0) + withinMs - now;
    // More left than there ever was: a clock was set back.
    return leftMs > 0 && leftMs <= withinMs ? now + leftMs : 0;
  });
  return Math.max(...ends) || undefined;
}

/** How many tokens that had worked died before their time within the last 24 hours. */
export function earlyDeaths(deaths: TokenDeath[], now: number): number {
  return deaths.filter(
    ({ mintedAt, diedAt, expiresAt }) =>
      now - diedAt < DAY_MS && diedAt - mintedAt >= STILLBORN_MS && expiresAt - diedAt >= EARLY_MS,
  ).length;
}

/**
 * Whether it looks as if another program mints tokens for this account. One early death may be an operator's
 * doing.
 */
export function suggestsThirdParty(deaths: TokenDeath[], now: number): boolean {
  return earlyDeaths(deaths, now) >= EARLY_DEATHS;
}

/** The deaths with one more, of which the oldest give way. */
export function withDeath(deaths: readonly TokenDeath[], death: TokenDeath): TokenDeath[] {
  return [...deaths, death].slice(-DEATHS_KEPT);
}
