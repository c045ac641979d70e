import type { MintUsage } from '../mint/mint-limits.js';
import { StoredToken } from './stored-token.js';
import type { HeldLease, TokenRecord } from './token.store.js';

type Text = string | null | undefined;
/** Drivers give `bigint` as text or number; Redis gives text. */
type Numeric = string | number | null | undefined;

/** What is stored of one account and family: the columns of `weixin_token`, and the fields of the hash in Redis. */
export interface TokenRow {
  access_token?: Text;
  token_digest?: Text;
  minted_at?: Numeric;
  expires_at?: Numeric;
  generation?: Numeric;
  fence?: Numeric;
  lease_holder?: Text;
  window_started_at?: Numeric;
  window_mints?: Numeric;
  day_started_at?: Numeric;
  day_mints?: Numeric;
  forced_at?: Numeric;
  forces?: Numeric;
  /** JSON. */
  failure?: Text;
  /** JSON. */
  deaths?: Text;
}

export function toRecord(row: TokenRow): TokenRecord {
  return {
    token: tokenOf(row),
    lease: leaseOf(row),
    usage: usageOf(row),
    failure: row.failure ? JSON.parse(row.failure) : undefined,
    deaths: row.deaths ? JSON.parse(row.deaths) : [],
  };
}

/** A token without a digest is none: nobody could report it dead. The migration gives one to those that were stored before there were digests. */
function tokenOf(row: TokenRow): StoredToken | undefined {
  if (!row.access_token || !row.token_digest) return undefined;
  return new StoredToken(
    row.access_token,
    row.token_digest,
    new Date(Number(row.minted_at)),
    new Date(Number(row.expires_at)),
    Number(row.generation),
  );
}

function leaseOf({ lease_holder: heldBy, fence }: TokenRow): HeldLease | undefined {
  return isNothing(heldBy) ? undefined : { heldBy, fence: Number(fence) };
}

function usageOf(row: TokenRow): MintUsage {
  return {
    windowStartedAt: moment(row.window_started_at),
    windowMints: Number(row.window_mints ?? 0),
    dayStartedAt: moment(row.day_started_at),
    dayMints: Number(row.day_mints ?? 0),
    forcedAt: moment(row.forced_at),
    forces: Number(row.forces ?? 0),
  };
}

function moment(value: Numeric): number | undefined {
  return isNothing(value) ? undefined : Number(value);
}

function isNothing(value: unknown): value is null | undefined {
  return value === null || value === undefined;
}
