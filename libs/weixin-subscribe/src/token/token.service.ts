import type { AccessToken } from './access-token.js';
import type { TokenStatus } from './token.status.js';

/**
 * Gives out the access_token of each account. What stands behind it depends on the `token.role` option:
 * `central` mints with the AppSecret, `remote` reads from a central over HTTP.
 */
export abstract class TokenService {
  /**
   * A live token. From memory, without I/O, while there is one. Without one it may take as long as a mint;
   * and while another process is at it, up to 5 s more than its lease (30 s, or twice `http.timeoutMs` and 5
   * s where that is longer).
   * @throws {UnknownAccountError} {@link TokenUnavailableError} {@link DatabaseError}
   */
  abstract getToken(appId: string): Promise<AccessToken>;

  /**
   * Reports that WeChat refused `accessToken` (40001, 40014, 42001) and answers the token to use instead,
   * never the reported one. Compare-and-refresh: a report of a token that has been replaced already, here or
   * in another process, costs no mint, so a hundred reports of one token cost one. When no mint is left, or
   * WeChat refuses one new token after the other, the report is refused and the token stays in use: after so
   * many of them it may well be alive.
   * @throws {UnknownAccountError} {@link TokenUnavailableError} {@link DatabaseError}
   */
  abstract refresh(appId: string, accessToken: string): Promise<AccessToken>;

  /**
   * Asks WeChat for a token at once although the last try failed and WeChat named a time before which nobody
   * should ask again (89506, 89507: the IP was refused, for a day or an hour): for when the cause is mended.
   * One call for any number of callers and processes. A token that comes ends the wait for all of them; a
   * refusal is recorded for all of them, and the next retry then waits 2 s, doubling to a minute. Without a
   * failure it answers the live token, or fetches one. The hourly and daily limits of mints hold.
   * @throws {UnknownAccountError} {@link TokenUnavailableError} {@link DatabaseError}
   */
  abstract retry(appId: string): Promise<AccessToken>;

  /**
   * Takes over what other processes stored and replaces a token ahead of its end. Run for every account by
   * the scheduler. A failure leaves the live token in place and is tried again at the next run.
   * @throws {UnknownAccountError} {@link TokenUnavailableError} {@link DatabaseError}
   */
  abstract refreshAhead(appId: string): Promise<void>;

  /**
   * How it stands with the account's token: for health checks and operators. Contains no token. Where the
   * store is away it tells what this process knows, if it has a live token.
   * @throws {UnknownAccountError} {@link DatabaseError}
   */
  abstract status(appId: string): Promise<TokenStatus>;
}
