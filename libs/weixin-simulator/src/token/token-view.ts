import { type AccessToken, isLive, type TokenFamily } from './access-token.js';

/** A token as it may be shown: the middle of its value left out. */
export interface TokenView {
  appId: string;
  family: TokenFamily;
  masked: string;
  mintedAt: number;
  endsAt: number;
  /** `dead` was superseded, forced out or killed (40001); `expired` lived its time (42001). */
  state: 'live' | 'dead' | 'expired';
}

export function viewToken(token: AccessToken, now: number): TokenView {
  const { appId, family, value, mintedAt, endsAt, endsWith } = token;
  const ended = endsWith === 42001 ? 'expired' : 'dead';
  return {
    ...{ appId, family, mintedAt, endsAt },
    masked: `${value.slice(0, 8)}…${value.slice(-4)}`,
    state: isLive(token, now) ? 'live' : ended,
  };
}
