import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit, Optional } from '@nestjs/common';
import type { AccountConfig, WeixinAccountOptions } from '../account/account.options.js';
import { AccountRules } from '../account/account-rules.js';
import { AccountSource } from '../account/account-source.js';
import { Accounts } from '../account/accounts.js';
import { Clock } from '../kernel/clock.js';
import { foreignCause, InvalidOptionsError } from '../kernel/errors.js';
import { LibraryLogger } from '../kernel/library-logger.js';
import { nextTurn } from '../kernel/next-turn.js';
import { settledWithin } from '../kernel/settled-within.js';
import { BackgroundTasks } from '../upkeep/background-tasks.js';

export const ACCOUNT_LIST = 'account-list';
const LOOKS_EVERY_SECONDS = 15;
/** Of a source that tells its changes: in case that one got lost. */
const WATCHED_EVERY_MS = 300_000;
/** Accounts taken over without letting others run. */
const AT_ONCE = 100;
/** For one answer of the source. Real time, not the injected clock: others wait behind it. */
const PATIENCE_MS = 60_000;
/** For what is being read when the host is waiting to end. */
const CLOSING_MS = 5_000;

/** Keeps the accounts of the source in memory, as they are now. Reads and changes follow one another. */
@Injectable()
export class AccountDirectory implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new LibraryLogger('Accounts');
  private last: Promise<unknown> = Promise.resolve();
  private listedAt?: number;
  private stopWatching?: () => void;
  private closing = false;

  constructor(
    tasks: BackgroundTasks,
    private readonly accounts: Accounts,
    private readonly rules: AccountRules,
    private readonly clock: Clock,
    @Optional() @Inject(AccountSource) private readonly source?: AccountSource,
  ) {
    if (!source) return;
    tasks.register({
      name: ACCOUNT_LIST,
      everySeconds: LOOKS_EVERY_SECONDS,
      always: true,
      run: () => this.listWhenDue(),
    });
  }

  /**
   * Before anything runs in the background. A source that can not be read does not keep the application from
   * starting: tables may be made later, and fixed accounts can work.
   */
  async onModuleInit(): Promise<void> {
    this.refuseUnfit();
    const { source } = this;
    if (!source) return;
    this.stopWatching = source.watch?.((appId) => this.follow(appId));
    await this.inTurn(() => this.list()).catch((error) =>
      this.logger.error(`the account source can not be read: ${foreignCause(error).message}`),
    );
  }

  async onModuleDestroy(): Promise<void> {
    this.closing = true;
    this.stopWatching?.();
    await settledWithin(CLOSING_MS, this.last);
  }

  /**
   * Takes an account over as the source has it now, after whatever is being read already.
   * @throws {Error} the source can not be read
   */
  refresh(appId: string): Promise<void> {
    const { source } = this;
    if (!source) return Promise.resolve();
    return this.inTurn(async () => {
      const found = await inTime(source.find(appId));
      if (found) this.take(found);
      else this.accounts.put(appId, undefined);
    });
  }

  /**
   * What such an account would be.
   * @throws {InvalidOptionsError} naming everything that is wrong with it
   */
  check(given: WeixinAccountOptions, at: string): AccountConfig {
    const account = this.rules.resolve(given, at);
    const problems = this.accounts.problemsOf(account);
    if (problems.length > 0)
      throw new InvalidOptionsError(
        problems.map(({ option, message }) => ({ option: `${at}.${option}`, message })),
      );
    return account;
  }

  /** @throws {InvalidOptionsError} what rooms have against accounts of the options */
  private refuseUnfit(): void {
    const problems = this.accounts.all().flatMap((account) =>
      this.accounts.problemsOf(account).map(({ option, message }) => ({
        option: `${option} of account "${account.appId}"`,
        message,
      })),
    );
    if (problems.length > 0) throw new InvalidOptionsError(problems);
  }

  private async follow(appId: string | undefined): Promise<boolean> {
    try {
      await (appId === undefined ? this.inTurn(() => this.list()) : this.refresh(appId));
      return true;
    } catch (error) {
      // Whoever does not tell it again: the next list has it.
      this.listedAt = undefined;
      this.logger.warn(`the account source can not be read: ${foreignCause(error).message}`);
      return false;
    }
  }

  private async listWhenDue(): Promise<void> {
    const { listedAt } = this;
    const everyMs = this.source?.watch ? WATCHED_EVERY_MS : LOOKS_EVERY_SECONDS * 1000;
    const age = listedAt === undefined ? everyMs : this.clock.now() - listedAt;
    if (age >= 0 && age < everyMs) return;
    await this.inTurn(() => this.list());
  }

  private async list(): Promise<void> {
    const { source } = this;
    if (!source || this.closing) return;
    const startedAt = this.clock.now();
    const found = await inTime(source.list());
    const gone = new Set(this.accounts.sourcedIds());
    for (const [index, account] of found.entries()) {
      if (index % AT_ONCE === AT_ONCE - 1) await nextTurn();
      gone.delete(account.appId);
      this.take(account);
    }
    for (const appId of gone) this.accounts.put(appId, undefined);
    this.accounts.complete();
    this.listedAt = startedAt;
  }

  /** An account that became invalid goes on as it was; switched off it is all the same. */
  private take(given: WeixinAccountOptions): void {
    const appId = String(given?.appId);
    if (this.accounts.isFixed(appId)) return;
    try {
      this.accounts.put(appId, this.check(given, `account ${appId}`));
    } catch (error) {
      const known = this.accounts.find(appId);
      const { message } = foreignCause(error);
      this.logger.error(
        `account ${appId} of the source ${known ? 'goes on as it was' : 'is not used'}: ${message}`,
        { appId, reason: message },
      );
      if (known && given.enabled === false) this.accounts.put(appId, { ...known, enabled: false });
    }
  }

  private inTurn(work: () => Promise<void>): Promise<void> {
    const next = this.last.then(work, work);
    this.last = next.catch(() => undefined);
    return next;
  }
}

/** @throws {Error} no answer in time: what waits behind it goes on, and what comes late is not taken over */
async function inTime<T>(answer: Promise<T>): Promise<T> {
  if (await settledWithin(PATIENCE_MS, answer, false)) return answer;
  throw new Error(`no answer within ${PATIENCE_MS / 1000} s`);
}
