import { Injectable } from '@nestjs/common';
import { AccountKindError } from '../../account/account.errors.js';
import type { AccountConfig } from '../../account/account.options.js';
import { Accounts } from '../../account/accounts.js';
import { Clock } from '../../kernel/clock.js';
import { LibraryLogger } from '../../kernel/library-logger.js';
import { WeixinEvents } from '../../kernel/weixin-events.js';
import { BackgroundTasks } from '../../upkeep/background-tasks.js';
import { LeaseRepository } from '../../upkeep/lease.repository.js';
import { TemplateConfig } from '../template.options.js';
import type { SubscribeTemplate } from '../template.types.js';
import { TemplateApiClient } from '../template-api.client.js';
import { DriftObservers } from './drift-observers.js';
import { compareTemplate, type TemplateFinding, type TemplateState } from './template-drift.js';
import { TemplateStateRepository } from './template-state.repository.js';

/**
 * Compares the templates of the options with WeChat's lists (`wxaapi/newtmpl/gettemplate`), so that a
 * template which was deleted or got other keywords is known before the sends fail: an event, the health
 * indicator, and a pause of the sends of a missing one. Only channels that WeChat lists templates of:
 * `mini-subscribe` and `service-notice`. Every `templates.compareEverySeconds`, by one process.
 */
@Injectable()
export class TemplateDriftService {
  private readonly logger = new LibraryLogger(TemplateDriftService.name);

  constructor(
    tasks: BackgroundTasks,
    private readonly accounts: Accounts,
    private readonly api: TemplateApiClient,
    private readonly states: TemplateStateRepository,
    private readonly leases: LeaseRepository,
    private readonly clock: Clock,
    private readonly events: WeixinEvents,
    private readonly config: TemplateConfig,
    private readonly observers: DriftObservers,
  ) {
    const everySeconds = config.compareEverySeconds;
    tasks.register({ name: 'template-drift', everySeconds, run: () => this.compareAll() });
  }

  /** What stands since the last comparison, of all configured templates. @throws {DatabaseError} */
  async findings(): Promise<TemplateFinding[]> {
    const all = await this.states.findings();
    return all.filter(({ appId, templateId }) => this.accounts.find(appId)?.templates.has(templateId));
  }

  /**
   * Compares now, and returns what stands afterwards.
   * @throws {UnknownAccountError} {@link AccountKindError} the account has no template that WeChat lists
   * @throws {TemplateRefusedError} {@link TemplateUnansweredError} {@link TokenUnavailableError}
   * @throws {DatabaseError}
   */
  async compare(appId: string): Promise<TemplateFinding[]> {
    const account = this.accounts.get(appId);
    const templateIds = listedBy(account);
    if (templateIds.length === 0)
      throw new AccountKindError(
        `account "${appId}" has no template of a channel that WeChat lists templates of`,
        {
          remedy:
            'Templates of one-time messages and of forms can not be compared: look at them in the console.',
        },
      );
    const before = await this.states.of(appId);
    const listed = await this.listOf(appId, templateIds, before);
    const now = this.clock.now();
    const after = templateIds.map((id) => compareTemplate(id, before.get(id), listed.get(id), now));
    await this.states.replace(appId, after);
    for (const state of after) this.report(appId, before.get(state.templateId), state);
    const findings = after.flatMap(({ templateId, finding }) =>
      finding ? [{ appId, templateId, ...finding }] : [],
    );
    const missing = findings.filter(({ kind }) => kind === 'missing');
    await this.observers.tell(appId, missing);
    return findings;
  }

  private async compareAll(): Promise<void> {
    for (const account of this.accounts.all()) {
      if (!account.enabled || listedBy(account).length === 0) continue;
      const { appId } = account;
      // Shorter than the interval: whoever compared last does it again, and others only where it is gone.
      const leaseMs = 1000 * this.config.compareEverySeconds - 1000;
      if (!(await this.leases.take(`template-drift:${appId}`, leaseMs))) continue;
      try {
        await this.compare(appId);
      } catch (error) {
        const reason = (error as Error).message;
        this.logger.warn(`account ${appId}: its templates could not be compared: ${reason}`, {
          appId,
          reason,
        });
      }
    }
  }

  /**
   * What is missing for the first time is asked for twice: one wrong list must not stop an account's sends.
   */
  private async listOf(
    appId: string,
    templateIds: string[],
    before: ReadonlyMap<string, TemplateState>,
  ): Promise<Map<string, SubscribeTemplate>> {
    const ask = async () => new Map((await this.api.list(appId)).map((each) => [each.templateId, each]));
    const listed = await ask();
    const isNews = (id: string) => !listed.has(id) && before.get(id)?.finding?.kind !== 'missing';
    if (!templateIds.some(isNews)) return listed;
    return new Map([...listed, ...(await ask())]);
  }

  private report(
    appId: string,
    before: TemplateState | undefined,
    { templateId, finding }: TemplateState,
  ): void {
    const found = before?.finding;
    if (finding && finding.since.getTime() !== found?.since.getTime()) {
      const reason = finding.detail;
      this.logger.warn(`account ${appId}: template ${templateId}: ${reason}`, { appId, reason, templateId });
      this.events.emit('weixin.template.drift', { appId, templateId, ...finding });
    } else if (!finding && found?.kind === 'missing') {
      this.logger.log(`account ${appId}: template ${templateId} is back`, { appId, templateId });
      this.events.emit('weixin.template.restored', { appId, templateId });
    }
  }
}

/** The templates of an account that WeChat's list should have. */
function listedBy({ templates }: AccountConfig): string[] {
  return [...templates]
    .filter(([, channel]) => channel === 'mini-subscribe' || channel === 'service-notice')
    .map(([templateId]) => templateId);
}
