import { Injectable } from '@nestjs/common';
import { AccountNotAuthorizedError } from '../account/account.errors.js';
import { Clock } from '../kernel/clock.js';
import { LibraryLogger } from '../kernel/library-logger.js';
import { digest } from '../kernel/secret.js';
import { retriedWrite } from '../sql/retried-write.js';
import { isAccessToken } from '../token/access-token.js';
import { Credential, Credentials } from '../token/credential/credential.js';
import {
  lifetime,
  type MintedToken,
  type MintTerms,
  refusal,
  stillDead,
} from '../token/mint/token.minter.js';
import type { MintingAccount } from '../token/store/token.store.js';
import { TokenUnavailableError } from '../token/token.errors.js';
import type { WeixinAnswer } from '../weixin/weixin-api.client.js';
import { AuthorizerService } from './authorizer.service.js';
import { AuthorizationCodeRefusedError, ComponentUnavailableError } from './component.errors.js';
import { ComponentApiClient } from './component-api.client.js';

/** The refresh token is not good, or the account does not authorise us: WeChat's list says which. */
const ASK_THE_LIST = new Set([61003, 61023]);
const WRITE_PAUSES_MS = [100, 400, 1600];

/**
 * Tokens of accounts that authorised the third-party platform. The refresh token that WeChat answers is
 * written down before the token is used; until it is, the one before it stays, and is tried again. If WeChat
 * does not take that one any more, its list of authorizers has the one whose answer was lost.
 */
@Injectable()
export class AuthorizerCredential extends Credential {
  override readonly kind = 'authorizer';
  /** The platform's token, a refresh, two pages of the list, and the refresh again. */
  override callsFor(): number {
    return 5;
  }
  private readonly logger = new LibraryLogger('WeixinComponent');
  /** Answered, and not written down yet, by the digest of what they replace. Nothing prints it. */
  readonly #unsaved = new Map<string, string>();

  constructor(
    credentials: Credentials,
    private readonly api: ComponentApiClient,
    private readonly authorizers: AuthorizerService,
    private readonly clock: Clock,
  ) {
    super();
    credentials.register(this);
  }

  override async mint({ appId }: MintingAccount, terms: MintTerms): Promise<MintedToken> {
    try {
      return await this.refreshed(appId, terms);
    } catch (error) {
      throw asUnavailable(appId, error);
    }
  }

  private async refreshed(appId: string, terms: MintTerms): Promise<MintedToken> {
    const known = await this.authorizers.current(appId);
    if (known?.status === 'unauthorized')
      throw new AccountNotAuthorizedError(appId, known.reason ?? 'the authorisation was taken back');
    const stored =
      known?.refreshToken ??
      (await this.authorizers.recover(appId, known?.refreshDigest, 'it never authorised this platform'));
    const mintedAt = this.clock.now();
    let tried = await this.newest(appId, stored);
    let answer = await this.ask(appId, tried);
    if (answer.kind === 'answered' && ASK_THE_LIST.has(answer.envelope.errcode)) {
      const why = `WeChat answered ${answer.envelope.errcode}, and its list of authorizers does not have it`;
      const listed = await this.authorizers.recover(appId, digest(tried), why);
      if (listed !== tried) {
        tried = listed;
        answer = await this.ask(appId, tried);
      }
    }
    const body = answer.kind === 'answered' && answer.facts.errclass === 'ok' ? answer.envelope.body : {};
    const { authorizer_access_token: accessToken, authorizer_refresh_token: next, expires_in } = body;
    // Also where the token is no good: a refresh token that was answered is the one to keep.
    if (isAccessToken(next) && next !== tried) await this.keep(appId, tried, next);
    if (!isAccessToken(accessToken)) throw refusal(appId, answer, 'authorizer');
    if (terms.isDead(accessToken)) throw stillDead(appId, { mayHaveMinted: true });
    return {
      accessToken,
      mintedAt: new Date(mintedAt),
      expiresAt: new Date(mintedAt + 1000 * lifetime(expires_in)),
    };
  }

  private ask(appId: string, refreshToken: string): Promise<WeixinAnswer> {
    return this.api.call(
      'api_authorizer_token',
      { authorizer_appid: appId, authorizer_refresh_token: refreshToken },
      // WeChat usually answers the one that it was asked with.
      { secrets: [refreshToken], returned: ['authorizer_refresh_token'] },
    );
  }

  /** The one of an answer that this process could not write down, if the row is still what it replaces. */
  private async newest(appId: string, stored: string): Promise<string> {
    const unsaved = this.#unsaved.get(digest(stored));
    if (unsaved === undefined) return stored;
    await this.keep(appId, stored, unsaved);
    return unsaved;
  }

  /** Never throws: the token that came with it is alive, and the one before it is dying. */
  private async keep(appId: string, tried: string, next: string): Promise<void> {
    const from = digest(tried);
    this.#unsaved.set(from, next);
    const written = await retriedWrite(
      WRITE_PAUSES_MS,
      async () => {
        await this.authorizers.keepRefreshed(appId, tried, next);
        return true;
      },
      ({ message }) =>
        this.logger.warn(
          `account ${appId}: its new refresh token could not be stored, and is stored with the next token: ${message}`,
          { appId, reason: message },
        ),
    );
    if (written) this.#unsaved.delete(from);
  }
}

/** WeChat was not asked for this token, or says why it never will: nothing to wait for. */
function asUnavailable(appId: string, error: unknown): unknown {
  const isOurs =
    error instanceof AccountNotAuthorizedError ||
    error instanceof ComponentUnavailableError ||
    error instanceof AuthorizationCodeRefusedError;
  if (!isOurs) return error;
  const { message, remedy } = error;
  return new TokenUnavailableError(`no access_token for account ${appId}: ${message}`, undefined, {
    notAsked: error instanceof AccountNotAuthorizedError,
    ...(remedy !== undefined && { remedy }),
  });
}
