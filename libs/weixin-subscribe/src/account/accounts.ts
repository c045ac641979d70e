import {
  AccountDisabledError,
  AccountNotAuthorizedError,
  AccountsUnavailableError,
  UnknownAccountError,
  UnknownTemplateError,
} from './account.errors.js';
import { type AccountConfig } from './account.options.js';

/** An account was added (`before` is missing), changed, or removed (`after` is missing). */
export interface AccountChange {
  readonly before?: AccountConfig;
  readonly after?: AccountConfig;
}

/** What is wrong with an account; completes the sentence "option … ". */
export interface AccountProblem {
  option: string;
  message: string;
}

type Check = (account: AccountConfig) => AccountProblem[];
type Listener = (change: AccountChange) => void;

/**
 * The accounts that this process knows: those of the options, which never change, and those of a source,
 * which come and go while it runs. Every look-up is answered from memory; who asks for an account again
 * after an await may get a newer version of it.
 */
export class Accounts {
  /** As they were given. */
  private readonly given: Map<string, AccountConfig>;
  /** As they are, authorised or not. */
  private readonly byAppId: Map<string, AccountConfig>;
  /** Why, by appId. */
  private readonly revoked = new Map<string, string>();
  private readonly checks: Check[] = [];
  private readonly listeners: Listener[] = [];
  private missing: boolean;
  /** appId → templates that WeChat's list says are long-term, as it was read last. */
  private readonly listed = new Map<string, ReadonlySet<string>>();

  /** @param sourced whether a source will add some */
  constructor(
    private readonly fixed: ReadonlyMap<string, AccountConfig>,
    readonly sourced = false,
  ) {
    this.given = new Map(fixed);
    this.byAppId = new Map(fixed);
    this.missing = sourced;
  }

  has(appId: string): boolean {
    return this.byAppId.has(appId);
  }

  find(appId: string): AccountConfig | undefined {
    return this.byAppId.get(appId);
  }

  /** @throws {UnknownAccountError} {@link AccountsUnavailableError} */
  get(appId: string): AccountConfig {
    const account = this.byAppId.get(appId);
    if (account) return account;
    // Nobody can tell yet: "no such account" would be believed.
    throw this.missing ? new AccountsUnavailableError() : new UnknownAccountError(appId);
  }

  /**
   * The account, provided that it is not switched off.
   * @throws {UnknownAccountError} {@link AccountDisabledError} {@link AccountsUnavailableError}
   */
  enabled(appId: string): AccountConfig {
    const account = this.get(appId);
    if (account.enabled) return account;
    const { disabledBecause } = account;
    if (disabledBecause === undefined) throw new AccountDisabledError(appId);
    throw new AccountNotAuthorizedError(appId, disabledBecause);
  }

  /** Whether WeChat may be called for it now. */
  isEnabled(appId: string): boolean {
    return this.byAppId.get(appId)?.enabled === true;
  }

  /**
   * The account, provided that the template is one of its own.
   * @throws {UnknownAccountError} {@link UnknownTemplateError} {@link AccountsUnavailableError}
   */
  withTemplate(appId: string, templateId: string): AccountConfig {
    const account = this.get(appId);
    if (!account.templates.has(templateId)) throw new UnknownTemplateError(appId, templateId);
    return account;
  }

  /**
   * Whether sends leave the permission of this template as it is: as the options say, else as WeChat's list
   * of templates does, once it was read.
   */
  isLongTerm(appId: string, templateId: string): boolean {
    const configured = this.byAppId.get(appId)?.longTerm.get(templateId);
    return configured ?? this.listed.get(appId)?.has(templateId) ?? false;
  }

  /** Whether the options leave that to WeChat's list. */
  asksForLongTerm(appId: string, templateId: string): boolean {
    return this.byAppId.get(appId)?.longTerm.has(templateId) === false;
  }

  /** Which templates WeChat's list says are long-term; for the room that reads it. */
  noteLongTerm(appId: string, templateIds: Iterable<string>): void {
    this.listed.set(appId, new Set(templateIds));
  }

  all(): AccountConfig[] {
    return [...this.byAppId.values()];
  }

  /** Whether it stands in the options, so that no source can change it. */
  isFixed(appId: string): boolean {
    return this.fixed.has(appId);
  }

  /** A room's own rules for accounts. Register them in the constructor: sources are read after it. */
  registerCheck(check: Check): void {
    this.checks.push(check);
  }

  /** What the rooms have against an account; empty: nothing. */
  problemsOf(account: AccountConfig): AccountProblem[] {
    return this.checks.flatMap((check) => check(account));
  }

  /** Told in the same turn as the change; a listener must not throw. */
  onChange(listener: Listener): void {
    this.listeners.push(listener);
  }

  /** Takes over an account of the source as it is now; `undefined`: it is gone. */
  put(appId: string, account: AccountConfig | undefined): void {
    if (this.fixed.has(appId)) return;
    if (account) this.given.set(appId, account);
    else this.given.delete(appId);
    if (!account) this.listed.delete(appId);
    this.settle(appId);
  }

  /**
   * Switches an account with the credential `authorizer` off for as long as its owner does not authorise the
   * third-party platform; `undefined`: it does.
   */
  revoke(appId: string, reason: string | undefined): void {
    if (this.revoked.get(appId) === reason) return;
    if (reason === undefined) this.revoked.delete(appId);
    else this.revoked.set(appId, reason);
    if (this.given.get(appId)?.credential.kind === 'authorizer') this.settle(appId);
  }

  /** The appIds that came from the source. */
  sourcedIds(): string[] {
    return [...this.byAppId.keys()].filter((appId) => !this.fixed.has(appId));
  }

  /** From now on an appId that is not here is unknown. */
  complete(): void {
    this.missing = false;
  }

  private settle(appId: string): void {
    const before = this.byAppId.get(appId);
    const given = this.given.get(appId);
    const reason = given?.credential.kind === 'authorizer' ? this.revoked.get(appId) : undefined;
    const isOff = given?.enabled && reason !== undefined;
    const after = isOff ? { ...given, enabled: false, disabledBecause: reason } : given;
    if (after) this.byAppId.set(appId, after);
    else this.byAppId.delete(appId);
    if (before || after) for (const listener of this.listeners) listener({ before, after });
  }
}
