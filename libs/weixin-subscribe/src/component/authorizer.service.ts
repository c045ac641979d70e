import { Injectable } from '@nestjs/common';
import { AccountNotAuthorizedError } from '../account/account.errors.js';
import type { ComponentPlatform } from '../account/component.options.js';
import { Clock } from '../kernel/clock.js';
import { foreignCause } from '../kernel/errors.js';
import { LibraryLogger } from '../kernel/library-logger.js';
import { WeixinEvents } from '../kernel/weixin-events.js';
import { isAccessToken } from '../token/access-token.js';
import { AuthorizedApiClient } from '../token/authorized-api.client.js';
import { BackgroundTasks } from '../upkeep/background-tasks.js';
import { SharedCalls } from '../upkeep/shared-calls.js';
import type { WeixinAnswer } from '../weixin/weixin-api.client.js';
import { verdictOf } from '../weixin/weixin-api.errors.js';
import { AuthorizerRepository } from './authorizer.repository.js';
import {
  codeCame,
  codeLost,
  exchanged,
  foundRevoked,
  type Known,
  type Next,
  recovered,
  refreshed,
  revoked,
} from './authorizer.transitions.js';
import type { Authorizer, StoredAuthorizer } from './authorizer.types.js';
import { AuthorizerDirectory } from './authorizer-directory.js';
import { AuthorizationCodeRefusedError, ComponentUnavailableError } from './component.errors.js';
import { ComponentApiClient } from './component-api.client.js';

/** Name of the task that exchanges codes of authorisations which are still to be exchanged. */
export const COMPONENT_CODES = 'component-codes';
const EVERY_SECONDS = 30;
const AT_ONCE = 20;
/** The code was used before, or its time is over. */
const CODE_ENDED = new Set([61009, 61010]);
/** What a call on behalf of an account is answered that took the authorisation back. */
const NOT_AUTHORIZED = 61003;
/** The most that may be asked for; a page may have fewer. */
const LIST_PAGE = 500;
const LIST_PAGES = 40;
/** How long to wait for whoever exchanges the same code. */
const WAIT_MS = 3000;
const POLL_MS = 100;

export interface AuthorizerPage {
  /** The appId that the page before ended with. */
  after?: string;
  /** @default 100 */
  limit?: number;
  among?: ReadonlySet<string>;
}

/** There is no refresh token to be had: WeChat's list says so. */
class NeverExchangedError extends ComponentUnavailableError {}

/** What WeChat's list says of an account. `empty`: it authorised, and no code of it was ever exchanged. */
type Listed = { refreshToken: string } | 'absent' | 'empty';

/**
 * The accounts that authorised this third-party platform: their codes are exchanged, and their refresh tokens
 * kept, whatever is lost on the way. WeChat's own list of authorizers is asked where an answer was.
 */
@Injectable()
export class AuthorizerService {
  private readonly logger = new LibraryLogger('WeixinComponent');
  private readonly confirming = new SharedCalls<void>();

  constructor(
    private readonly api: ComponentApiClient,
    private readonly repository: AuthorizerRepository,
    private readonly directory: AuthorizerDirectory,
    private readonly events: WeixinEvents,
    private readonly clock: Clock,
    accountApi: AuthorizedApiClient,
    tasks: BackgroundTasks,
  ) {
    accountApi.watch(NOT_AUTHORIZED, (appId) => void this.confirm(appId));
    if (directory.isOn)
      tasks.register({ name: COMPONENT_CODES, everySeconds: EVERY_SECONDS, run: () => this.exchangeDue() });
  }

  private get platform(): ComponentPlatform {
    return this.api.platform;
  }

  /**
   * Exchanges the code that the browser of an owner came back with. Again, or at the same time as the event
   * that brings it, too: the account is the same.
   * @returns appId of the account
   * @throws {AuthorizationCodeRefusedError} {@link ComponentUnavailableError}
   * {@link ComponentNotConfiguredError} {@link TokenUnavailableError} {@link DatabaseError}
   */
  async complete(code: string): Promise<string> {
    const known = await this.repository.findByCode(this.platform.appId, code);
    if (known && !known.authCode && known.status === 'authorized') return known.appId;
    return this.exchange(code, known);
  }

  /** @throws {ComponentNotConfiguredError} {@link DatabaseError} */
  async find(appId: string): Promise<Authorizer | undefined> {
    const found = await this.repository.find(this.platform.appId, appId);
    return found && withoutSecrets(found);
  }

  /**
   * A page in the order of appIds, of all or of those `among` a few. It is full unless it is the last one.
   * @throws {ComponentNotConfiguredError} {@link DatabaseError}
   */
  async list({ after = '', limit = 100, among }: AuthorizerPage = {}): Promise<Authorizer[]> {
    const componentAppId = this.platform.appId;
    if (!among) return (await this.repository.page(componentAppId, after, limit)).map(withoutSecrets);
    const found: Authorizer[] = [];
    for (const appId of [...among].sort()) {
      if (appId <= after) continue;
      const authorizer = await this.repository.find(componentAppId, appId);
      if (authorizer) found.push(withoutSecrets(authorizer));
      if (found.length === limit) break;
    }
    return found;
  }

  /** `authorized` or `updateauthorized`: written down before WeChat has its response, exchanged after it. */
  async noteAuthorized(appId: string, code: string, at: Date): Promise<void> {
    const noted = await this.change(appId, (known) => codeCame(known, code, at));
    if (noted?.authCode) void this.exchangeNoted(noted);
  }

  /** `unauthorized`: this process stops before WeChat has its response, the others within 2 s. */
  async noteUnauthorized(appId: string, at: Date): Promise<void> {
    await this.change(appId, (known) => revoked(known, at));
  }

  /** The row of an account, its code exchanged where it has one. @throws {DatabaseError} */
  async current(appId: string): Promise<StoredAuthorizer | undefined> {
    const found = await this.repository.find(this.platform.appId, appId);
    if (!found?.authCode) return found;
    await this.exchange(found.authCode, found);
    return this.repository.find(this.platform.appId, appId);
  }

  /**
   * Keeps the refresh token that a refresh answered, in place of the one that it was made with.
   * @throws {DatabaseError}
   */
  async keepRefreshed(appId: string, tried: string, refreshToken: string): Promise<void> {
    await this.change(appId, (known) => refreshed(known, tried, refreshToken));
  }

  /**
   * The refresh token that WeChat's list has, in place of one that was refused or lost.
   * @param tried digest of that one
   * @param why it is asked, where the account is not in the list
   * @throws {AccountNotAuthorizedError} it is not authorised (any more), which is written down
   * {@link ComponentUnavailableError} {@link TokenUnavailableError} {@link DatabaseError}
   */
  async recover(appId: string, tried: string | undefined, why: string): Promise<string> {
    const listed = await this.listed(appId);
    if (listed === 'absent') {
      await this.change(appId, (known) => foundRevoked(known, tried, why));
      throw new AccountNotAuthorizedError(appId, why);
    }
    if (listed === 'empty')
      throw new NeverExchangedError(
        `account ${appId} authorised the platform, but no code of it was ever exchanged`,
        undefined,
        { remedy: 'Have the owner of the account open the authorisation page again.' },
      );
    const { refreshToken } = listed;
    const kept = await this.change(appId, (known) => recovered(known, tried, refreshToken));
    if (kept)
      this.logger.warn(`account ${appId}: its refresh token was taken from the list of WeChat`, { appId });
    return refreshToken;
  }

  /**
   * A call was refused because the account does not authorise us: an event may have been lost, or WeChat was
   * mistaken for a moment. Its list says which. Many at once make one call; never rejects.
   */
  private confirm(appId: string): Promise<void> {
    return this.confirming.run(appId, async () => {
      try {
        const known = await this.repository.find(this.platform.appId, appId);
        if (!known || known.status === 'unauthorized') return;
        const why = `WeChat answered ${NOT_AUTHORIZED}, and its list of authorizers does not have it`;
        await this.recover(appId, known.refreshDigest, why);
      } catch (error) {
        this.logger.warn(foreignCause(error).message);
      }
    });
  }

  private async exchange(code: string, before: Known): Promise<string> {
    const answer = await this.api.call('api_query_auth', { authorization_code: code }, { secrets: [code] });
    const given = authorizationOf(answer);
    if (given) {
      const { appId, ...facts } = given;
      const kept = await this.change(appId, (known) => exchanged(known, { code, ...facts }, before));
      if (kept) {
        this.logger.log(`account ${appId} authorised the third-party platform`, { appId });
        const { appId: componentAppId } = this.platform;
        this.events.emit('weixin.component.authorized', { componentAppId, appId, sets: facts.sets });
      }
      return appId;
    }
    const verdict = verdictOf(answer);
    if (!verdict || !CODE_ENDED.has(verdict.errcode)) throw unavailable('api_query_auth', answer);
    return this.exchangedElsewhere(code, verdict);
  }

  /** Somebody else exchanged the code, is at it, or died over it. */
  private async exchangedElsewhere(
    code: string,
    verdict: NonNullable<ReturnType<typeof verdictOf>>,
  ): Promise<string> {
    const giveUpAt = this.clock.now() + WAIT_MS;
    for (;;) {
      const known = await this.repository.findByCode(this.platform.appId, code);
      if (known && !known.authCode && known.status === 'authorized') return known.appId;
      if (known?.authCode && this.clock.now() >= giveUpAt) return this.recoverLost(known, code, verdict);
      if (this.clock.now() >= giveUpAt)
        throw new AuthorizationCodeRefusedError(
          `the authorization_code was refused: errcode ${verdict.errcode}`,
          verdict,
        );
      await this.clock.sleep(POLL_MS);
    }
  }

  /** WeChat answered the code to a process that could not write the answer down. */
  private async recoverLost(
    { appId, refreshDigest }: StoredAuthorizer,
    code: string,
    verdict: NonNullable<ReturnType<typeof verdictOf>>,
  ): Promise<string> {
    try {
      await this.recover(appId, refreshDigest, 'it is not in the list of authorizers of WeChat');
      await this.change(appId, (known) => codeLost(known, code));
      return appId;
    } catch (error) {
      // A list that could not be read says nothing: the code waits until it can.
      if (!(error instanceof NeverExchangedError)) throw error;
      await this.change(appId, (known) => codeLost(known, code));
      throw new AuthorizationCodeRefusedError(error.message, verdict);
    }
  }

  private async exchangeDue(): Promise<void> {
    for (const due of await this.repository.withCode(this.platform.appId, AT_ONCE))
      await this.exchangeNoted(due);
  }

  /** Never rejects: it is tried again within half a minute, and when a token is needed. */
  private async exchangeNoted(noted: StoredAuthorizer): Promise<void> {
    try {
      if (noted.authCode) await this.exchange(noted.authCode, noted);
    } catch (error) {
      const reason = foreignCause(error).message;
      this.logger.warn(`account ${noted.appId}: its authorization_code could not be exchanged: ${reason}`, {
        appId: noted.appId,
        reason,
      });
    }
  }

  /** What becomes of a row is followed here at once. */
  private async change(appId: string, edit: (known: Known) => Next): Promise<StoredAuthorizer | undefined> {
    const changed = await this.repository.change(this.platform.appId, appId, edit);
    if (changed) this.directory.follow(changed);
    return changed;
  }

  /** Absent is who is on no page: a page with fewer than were asked for is not the last one. */
  private async listed(appId: string): Promise<Listed> {
    let offset = 0;
    let total: unknown;
    for (let page = 0; page < LIST_PAGES; page++) {
      const answer = await this.api.call('api_get_authorizer_list', { offset, count: LIST_PAGE });
      const body = answer.kind === 'answered' && answer.facts.errclass === 'ok' ? answer.envelope.body : {};
      const { list, total_count: count } = body as { list?: unknown; total_count?: unknown };
      if (!Array.isArray(list)) throw unavailable('api_get_authorizer_list', answer);
      const found = list.find((one) => one?.authorizer_appid === appId);
      if (found) return isAccessToken(found.refresh_token) ? { refreshToken: found.refresh_token } : 'empty';
      // Somebody came or went meanwhile: the account may have moved to a page that was read already.
      if (page > 0 && count !== total)
        throw new ComponentUnavailableError('the list of authorizers changed while it was read');
      total = count;
      offset += list.length;
      if (list.length === 0 || offset === count) return 'absent';
    }
    throw new ComponentUnavailableError(`account ${appId} was not found among ${offset} authorizers`);
  }
}

function authorizationOf(
  answer: WeixinAnswer,
): { appId: string; refreshToken: string; sets: number[] } | undefined {
  if (answer.kind !== 'answered' || answer.facts.errclass !== 'ok') return undefined;
  const info = (answer.envelope.body.authorization_info ?? {}) as Record<string, unknown>;
  const { authorizer_appid: appId, authorizer_refresh_token: refreshToken, func_info: funcInfo } = info;
  if (typeof appId !== 'string' || !/^[\w-]{1,32}$/.test(appId) || !isAccessToken(refreshToken))
    return undefined;
  const sets = (Array.isArray(funcInfo) ? funcInfo : [])
    .map((one) => Number(one?.funcscope_category?.id))
    .filter((id) => Number.isSafeInteger(id));
  return { appId, refreshToken, sets };
}

/** @throws never; to be thrown */
export function unavailable(call: string, answer: WeixinAnswer): ComponentUnavailableError {
  const verdict = verdictOf(answer);
  if (verdict && verdict.errcode !== 0)
    return new ComponentUnavailableError(
      `${call} was refused: errcode ${verdict.errcode} ${verdict.errmsg}`.trimEnd(),
      verdict,
    );
  const why = answer.kind === 'answered' ? 'an answer without what was asked for' : answer.reason;
  return new ComponentUnavailableError(`${call} gave no usable answer: ${why}`, undefined, {
    remedy: 'Try again shortly; if it lasts, check apiBaseUrl and the way to the platform.',
  });
}

function withoutSecrets({
  refreshToken: _r,
  refreshDigest: _d,
  authCode: _c,
  codeDigest: _cd,
  revision: _v,
  ...authorizer
}: StoredAuthorizer): Authorizer {
  return authorizer;
}
