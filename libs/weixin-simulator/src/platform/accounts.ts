import { FieldReader } from '../common/field-reader.js';
import { UsageError } from '../common/usage-error.js';
import type { Behaviour } from '../config/behaviour.js';
import type { Account, AccountOptions } from '../config/options.js';
import { readAccount } from '../config/read-account.js';
import type { SubscribeTemplate } from '../config/subscribe-template.js';
import { isOfficial } from './official-kinds.js';

/** The accounts of this WeChat, by appId. */
export class Accounts {
  private byAppId = new Map<string, Account>();

  constructor(
    private readonly configured: readonly Account[],
    private readonly behaviour: Behaviour,
  ) {
    this.reset();
  }

  find(appId: string | undefined): Account | undefined {
    return appId === undefined ? undefined : this.byAppId.get(appId);
  }

  get(appId: string): Account {
    return this.byAppId.get(appId) ?? unknownAccount(appId, this.all());
  }

  all(): Account[] {
    return [...this.byAppId.values()];
  }

  /**
   * Changes one account while running, as its owner would in the console: secret, templates, domains, flags,
   * rules.
   */
  update(appId: string, patch: Partial<Omit<AccountOptions, 'appId' | 'kind'>>): Account {
    const account = this.get(appId);
    const changes = new FieldReader(patch, appId);
    for (const fixed of ['appId', 'kind']) {
      if (changes.raw(fixed) !== undefined) changes.fail(fixed, 'cannot be changed');
    }
    const changed = readAccount({ ...account, ...patch }, appId, this.behaviour);
    this.byAppId.set(appId, changed);
    return changed;
  }

  /** Gives the account other templates with typed keywords, as `newtmpl/addtemplate` and `deltemplate` do. */
  setSubscribeTemplates(account: Account, subscribeTemplates: readonly SubscribeTemplate[]): void {
    this.byAppId.set(account.appId, { ...account, subscribeTemplates });
  }

  /**
   * Mini-programs a message of this account may jump to. The console's association is not described for
   * mobile apps, so they have none unless configured.
   */
  miniProgramsOf(account: Account): readonly string[] {
    if (account.associatedMiniPrograms) return account.associatedMiniPrograms;
    if (!isOfficial(account)) return [];
    return this.all()
      .filter((other) => other.kind === 'mini-program')
      .map((other) => other.appId);
  }

  reset(): void {
    this.byAppId = new Map(this.configured.map((account) => [account.appId, account]));
  }
}

function unknownAccount(appId: string, known: Account[]): never {
  throw new UsageError(`appId: no account "${appId}" (known: ${known.map((each) => each.appId).join(', ')})`);
}
