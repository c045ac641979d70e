import { UnknownAccountError, UnknownTemplateError } from './account.errors.js';
import { type AccountConfig } from './account.options.js';

/** Looks up the configured accounts. */
export class Accounts {
  constructor(private readonly byAppId: ReadonlyMap<string, AccountConfig>) {}

  has(appId: string): boolean {
    return this.byAppId.has(appId);
  }

  find(appId: string): AccountConfig | undefined {
    return this.byAppId.get(appId);
  }

  /** @throws {UnknownAccountError} */
  get(appId: string): AccountConfig {
    const account = this.byAppId.get(appId);
    if (!account) throw new UnknownAccountError(appId);
    return account;
  }

  /**
   * The account, provided that the template is one of its own.
   * @throws {UnknownAccountError} {@link UnknownTemplateError}
   */
  withTemplate(appId: string, templateId: string): AccountConfig {
    const account = this.get(appId);
    if (!account.templates.has(templateId)) throw new UnknownTemplateError(appId, templateId);
    return account;
  }

  all(): AccountConfig[] {
    return [...this.byAppId.values()];
  }
}
