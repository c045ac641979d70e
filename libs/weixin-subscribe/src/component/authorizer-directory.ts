import { Injectable } from '@nestjs/common';
import { Accounts } from '../account/accounts.js';
import { ComponentConfig } from '../account/component.options.js';
import { LibraryLogger } from '../kernel/library-logger.js';
import { WeixinEvents } from '../kernel/weixin-events.js';
import { BackgroundTasks } from '../upkeep/background-tasks.js';
import { AuthorizerRepository } from './authorizer.repository.js';
import type { AuthorizerStatus, StoredAuthorizer } from './authorizer.types.js';

/** Name of the task that looks for what other processes learnt. */
export const AUTHORIZER_CHANGES = 'authorizer-changes';
const EVERY_SECONDS = 2;
const PAGE = 200;

/**
 * Keeps in memory who took the authorisation back, so that nothing is sent for them; within 2 s in every
 * process, also with `schedule.enabled: false`.
 */
@Injectable()
export class AuthorizerDirectory {
  private readonly logger = new LibraryLogger('WeixinComponent');
  /** Revisions by appId. */
  private readonly seen = new Map<string, number>();
  private revision = 0;

  constructor(
    private readonly config: ComponentConfig,
    private readonly authorizers: AuthorizerRepository,
    private readonly accounts: Accounts,
    private readonly events: WeixinEvents,
    tasks: BackgroundTasks,
  ) {
    if (!config.platform) return;
    tasks.register({
      name: AUTHORIZER_CHANGES,
      everySeconds: EVERY_SECONDS,
      always: true,
      run: () => this.catchUp(),
    });
  }

  /** Whether this application is a third-party platform. */
  get isOn(): boolean {
    return this.config.platform !== undefined;
  }

  /** What this process changed itself; it is the one that tells the host. */
  follow({ appId, status, reason = '', revision = 0 }: StoredAuthorizer): void {
    const isNews = this.apply(appId, status, reason, revision);
    if (!isNews || status !== 'unauthorized') return;
    this.logger.warn(`account ${appId} is not authorised any more: ${reason}`, { appId, reason });
    const componentAppId = String(this.config.platform?.appId);
    this.events.emit('weixin.component.unauthorized', { componentAppId, appId, reason });
  }

  private async catchUp(): Promise<void> {
    for (;;) {
      const changes = await this.authorizers.changedFrom(this.revision, PAGE);
      if (changes.length === 0 && this.revision > 0) {
        this.startOver();
        continue;
      }
      for (const { componentAppId, appId, status, reason = '', revision } of changes) {
        if (componentAppId === this.config.platform?.appId) this.apply(appId, status, reason, revision);
        this.revision = revision;
      }
      if (changes.length < PAGE) return;
    }
  }

  /** The database came back from a backup: its revisions begin anew at what that had. */
  private startOver(): void {
    this.logger.warn('the authorizers in the database are older than those known here: they are read anew');
    this.revision = 0;
    this.seen.clear();
  }

  /** An older state never replaces a newer one. */
  private apply(appId: string, status: AuthorizerStatus, reason: string, revision: number): boolean {
    if ((this.seen.get(appId) ?? 0) >= revision) return false;
    this.seen.set(appId, revision);
    this.accounts.revoke(appId, status === 'unauthorized' ? reason : undefined);
    return true;
  }
}
