import { objectOf } from '../../kernel/exact-json.js';
import type { MintFailure } from '../mint/mint-failure.js';
import type { MintUsage } from '../mint/mint-limits.js';
import type { TokenDeath } from '../mint/token-deaths.js';
import { StoredToken } from './stored-token.js';
import type { HeldLease, TokenRecord } from './token.store.js';

type Text = string | null | undefined;
/** Drivers give `bigint` as text or number; Redis gives text. */
type Numeric = string | number | null | undefined;

const MOST = 8.64e15;

/** The columns of `weixin_token` besides its key, and the fields of the hash in Redis. */
const FIELDS = {
  access_token: 'text',
  token_digest: 'text',
  minted_at: 'number',
  expires_at: 'number',
  generation: 'number',
  fence: 'number',
  lease_holder: 'text',
  window_started_at: 'number',
  window_mints: 'number',
  day_started_at: 'number',
  day_mints: 'number',
  forced_at: 'number',
  forces: 'number',
  /** JSON, as is the next. */
  failure: 'text',
  deaths: 'text',
} as const;
type Fields = typeof FIELDS;

export const TOKEN_COLUMNS = Object.keys(FIELDS).join(', ');

/** What is stored of one account and family. */
export type TokenRow = { [Name in keyof Fields]?: Fields[Name] extends 'text' ? Text : Numeric };

/** What somebody else has written there and cannot be read counts as absent: a token is then fetched anew. */
export function toRecord(row: TokenRow): TokenRecord {
  return {
    token: tokenOf(row),
    lease: leaseOf(row),
    usage: usageOf(row),
    failure: failureOf(row),
    deaths: deathsOf(row),
  };
}

/**
 * A token without a digest or a generation is none: nobody could report it dead. The migration gives a digest
 * to those that were stored before there were any.
 */
function tokenOf(row: TokenRow): StoredToken | undefined {
  const [mintedAt, expiresAt, generation] = [row.minted_at, row.expires_at, row.generation].map(numberOf);
  if (!row.access_token || !row.token_digest) return undefined;
  if (mintedAt === undefined || expiresAt === undefined || generation === undefined) return undefined;
  return new StoredToken(
    ...([row.access_token, row.token_digest] as const),
    ...([new Date(mintedAt), new Date(expiresAt), generation] as const),
  );
}

function failureOf({ failure }: TokenRow): MintFailure | undefined {
  const read = objectOf(parsed(failure));
  const isOurs =
    read && typeof read.message === 'string' && [read.at, read.until, read.pauseMs].every(isNumber);
  return isOurs ? (read as unknown as MintFailure) : undefined;
}

function deathsOf({ deaths }: TokenRow): TokenDeath[] {
  const read = parsed(deaths);
  if (!Array.isArray(read)) return [];
  return read.filter((one): one is TokenDeath => {
    const { mintedAt, diedAt, expiresAt } = objectOf(one) ?? {};
    return [mintedAt, diedAt, expiresAt].every(isNumber);
  });
}

function parsed(json: Text): unknown {
  try {
    return json ? JSON.parse(json) : undefined;
  } catch {
    return undefined;
  }
}

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

function leaseOf({ lease_holder: heldBy, fence }: TokenRow): HeldLease | undefined {
  const number = numberOf(fence);
  return isNothing(heldBy) || number === undefined ? undefined : { heldBy, fence: number };
}

function usageOf(row: TokenRow): MintUsage {
  return {
    windowStartedAt: numberOf(row.window_started_at),
    windowMints: numberOf(row.window_mints) ?? 0,
    dayStartedAt: numberOf(row.day_started_at),
    dayMints: numberOf(row.day_mints) ?? 0,
    forcedAt: numberOf(row.forced_at),
    forces: numberOf(row.forces) ?? 0,
  };
}

/** Whole and within what a `Date` holds. */
function numberOf(value: Numeric): number | undefined {
  const number = isNothing(value) || value === '' ? Number.NaN : Number(value);
  return Number.isInteger(number) && Math.abs(number) <= MOST ? number : undefined;
}

function isNothing(value: unknown): value is null | undefined {
  return value === null || value === undefined;
}
