import { digest } from '../kernel/secret.js';
import {
  codeCame,
  exchanged,
  foundRevoked,
  recovered,
  refreshed,
  revoked,
} from './authorizer.transitions.js';
import type { StoredAuthorizer } from './authorizer.types.js';

const at = (second: number) => new Date(1_700_000_000_000 + 1000 * second);
const known = (more: Partial<StoredAuthorizer> = {}): StoredAuthorizer => ({
  appId: 'wx1',
  status: 'authorized',
  sets: [7],
  refreshToken: 'R0',
  refreshDigest: digest('R0'),
  codeDigest: digest('C0'),
  authorizedAt: at(10),
  ...more,
});

describe('an authorizer', () => {
  it('keeps a code before it is exchanged, and the refresh token beside it', () => {
    expect(codeCame(undefined, 'C1', at(1))).toMatchObject({ status: 'pending', authCode: 'C1' });
    expect(codeCame(known(), 'C1', at(11))).toMatchObject({
      status: 'authorized',
      authCode: 'C1',
      refreshToken: 'R0',
    });
  });

  it('is not changed by an event that was told before, or is older than what is known', () => {
    expect(codeCame(known(), 'C0', at(10))).toBeUndefined();
    expect(codeCame(known(), 'C1', at(9))).toBeUndefined();
    const gone = known({ status: 'unauthorized', refreshToken: undefined, unauthorizedAt: at(20) });
    expect(codeCame(gone, 'C1', at(15))).toBeUndefined();
    expect(revoked(known(), at(9))).toBeUndefined();
    // Within a second nobody knows: an authorisation wins, and the answers of WeChat correct it.
    expect(revoked(known(), at(10))).toBeUndefined();
    expect(revoked(gone, at(20))).toBeUndefined();
  });

  it('loses its refresh token and its code when the authorisation is taken back', () => {
    expect(revoked(known({ authCode: 'C1' }), at(11))).toMatchObject({
      status: 'unauthorized',
      refreshToken: undefined,
      authCode: undefined,
    });
    // Before anything else of it was received: an authorisation that comes late is older.
    const early = revoked(undefined, at(5));
    expect(codeCame({ appId: 'wx1', ...early } as StoredAuthorizer, 'C1', at(4))).toBeUndefined();
  });

  it('takes a refresh token in place of the one it was asked with, and of no other', () => {
    expect(refreshed(known(), 'R0', 'R1')).toMatchObject({ refreshToken: 'R1' });
    expect(refreshed(known(), 'R0', 'R0')).toBeUndefined();
    const newer = known({ refreshToken: 'R9', refreshDigest: digest('R9') });
    expect(refreshed(newer, 'R0', 'R1')).toBeUndefined();
    expect(recovered(newer, digest('R0'), 'R1')).toBeUndefined();
    expect(foundRevoked(newer, digest('R0'), 'why')).toBeUndefined();
  });

  it('is not given back by an exchange that was under way when it was taken back or given anew', () => {
    const before = known({ authCode: 'C1', codeDigest: digest('C1') });
    const given = { code: 'C1', refreshToken: 'R1', sets: [7] };
    expect(exchanged(before, given, before)).toMatchObject({ refreshToken: 'R1', authCode: undefined });
    const gone = { ...before, status: 'unauthorized' as const, unauthorizedAt: at(20) };
    expect(exchanged(gone, given, before)).toBeUndefined();
    const anew = { ...before, authCode: 'C2', codeDigest: digest('C2') };
    expect(exchanged(anew, given, before)).toBeUndefined();
    // By the browser, of which nothing was known: the newer code stays, and is exchanged after it.
    expect(exchanged(anew, given, undefined)).toMatchObject({ refreshToken: 'R1', authCode: 'C2' });
  });

  it('is authorised by any later event, whatever our clock said when WeChat denied it', () => {
    const gone = foundRevoked(known(), digest('R0'), 'WeChat answered 61003');
    expect(gone).toMatchObject({ status: 'unauthorized', reason: 'WeChat answered 61003' });
    const row = { appId: 'wx1', ...gone, refreshDigest: undefined } as StoredAuthorizer;
    expect(codeCame(row, 'C0', at(10))).toBeUndefined();
    expect(codeCame(row, 'C1', at(11))).toMatchObject({ status: 'pending', authCode: 'C1' });
  });
});
