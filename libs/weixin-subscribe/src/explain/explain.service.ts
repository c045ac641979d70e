import { Injectable } from '@nestjs/common';
import type { AccountConfig } from '../account/account.options.js';
import { Accounts } from '../account/accounts.js';
import { Channels } from '../delivery/channels/channels.js';
import { MessageRepository } from '../delivery/ledger/message.repository.js';
import type { MessageRecord } from '../delivery/ledger/message.types.js';
import { SendPauses } from '../delivery/pauses/send-pauses.js';
import { Explainers } from '../delivery/send/explainers.js';
import type {
  ExplainEvent,
  Explainer,
  ExplainQuery,
  Explanation,
  WeixinRecord,
} from '../delivery/send/explanation.types.js';
import { GrantQueryDto } from '../delivery/send/grant-query.dto.js';
import { SubscribeService } from '../delivery/send/subscribe.service.js';
import { GrantRepository } from '../grant/grant.repository.js';
import type { GrantChannel, GrantKey } from '../grant/grant.types.js';
import { HistoryService } from '../history/history.service.js';
import type { HistoryEvent } from '../history/history.types.js';
import { Clock } from '../kernel/clock.js';
import { validateInput } from '../kernel/validation.js';
import { TemplateDriftService } from '../template/drift/template-drift.service.js';
import { SharedCalls } from '../upkeep/shared-calls.js';
import { type Found, worded } from './causes.js';
import { besideGrant, type GrantFacts, whyNoGrant } from './grant-causes.js';
import { causeOf, verdictOf } from './message-causes.js';
import { PlatformFacts, type QuotaFacts, RID_MS } from './platform-facts.js';

/** Each read has a bound of its own, whatever there is of the person. */
const GRANTS = 20;
const MESSAGES = 20;
const EVENTS = 50;
const NOT_ASKED: QuotaFacts = {};

/**
 * Says why a person did not get a message, or would not get the next one: collects what ledger, account,
 * template and WeChat tell, and names the causes of `causes.ts` that fit.
 */
@Injectable()
export class ExplainService implements Explainer {
  /** Who asks the same at the same moment shares the calls to WeChat. */
  private readonly shared = new SharedCalls<Explanation>();

  constructor(
    private readonly subscribe: SubscribeService,
    private readonly messages: MessageRepository,
    private readonly grants: GrantRepository,
    private readonly history: HistoryService,
    private readonly accounts: Accounts,
    private readonly channels: Channels,
    private readonly pauses: SendPauses,
    private readonly drift: TemplateDriftService,
    private readonly platform: PlatformFacts,
    private readonly clock: Clock,
    explainers: Explainers,
  ) {
    explainers.register(this);
  }

  /** See {@link SubscribeService.explain}. @throws {MessageNotFoundError} {@link DatabaseError} */
  async ofMessage(id: string): Promise<Explanation> {
    const message = await this.subscribe.get(id);
    return this.shared.run(id, () => this.explainMessage(message));
  }

  /**
   * See {@link SubscribeService.explain}.
   * @throws {InvalidInputError} {@link UnknownAccountError} {@link UnknownTemplateError}
   * {@link DatabaseError}
   */
  async before(query: ExplainQuery): Promise<Explanation> {
    const { appId, openid, templateId, scene } = validateInput(GrantQueryDto, query);
    const account = this.accounts.withTemplate(appId, templateId);
    const asked = { appId, openid, templateId, scene: scene ?? undefined };
    return this.shared.run(JSON.stringify(asked), () => this.explainBefore(asked, account));
  }

  private async explainMessage(message: MessageRecord): Promise<Explanation> {
    const { id, appId, openid, templateId, scene, channel, grantId } = message;
    const account = this.accounts.find(appId);
    const key = { appId, openid, templateId, scene, channel };
    const isKnown = openid !== '';
    const [grant, grants, others, { events }, held, weixin] = await Promise.all([
      grantId === undefined ? undefined : this.grants.find(grantId),
      isKnown && account ? this.grants.list(this.grants.keyOf(key), GRANTS) : [],
      isKnown ? this.messages.latest(key, MESSAGES) : [],
      this.history.ofMessage(id, { limit: EVENTS }),
      this.heldNow(appId, templateId, channel, account),
      this.recordAtWeixin(message, account),
    ]);
    const cause = causeOf({ message, grant, grants, others, account, now: this.clock.now() });
    // What holds the account now would hold the next one, too, and a message that waits, first of all.
    const isWaiting = message.status === 'waiting';
    const beside = message.status === 'sent' ? [] : held;
    return explanation(
      { appId, ...(isKnown && { openid }), templateId, scene, channel, messageId: id },
      verdictOf(message),
      isWaiting ? [...beside, cause] : [cause, ...beside],
      events.map(toEvent),
      weixin,
    );
  }

  private async explainBefore(
    { appId, openid, templateId, scene }: ExplainQuery,
    account: AccountConfig,
  ): Promise<Explanation> {
    const scope = this.grants.scopeOf({ appId, openid, templateId, scene });
    const { channel } = scope;
    const person = { appId, openid, templateId };
    const [grants, available, availableAnywhere, others, { events }, held, quota] = await Promise.all([
      this.grants.list(scope, GRANTS),
      this.grants.countAvailable(scope),
      this.grants.countAvailable(this.grants.scopeOf({ ...person, channel })),
      this.messages.latest({ ...person, scene }, MESSAGES),
      this.history.ofPerson({ ...person, limit: EVENTS }),
      this.heldNow(appId, templateId, channel, account),
      account.enabled ? this.platform.quotaOf(appId, this.channels.pathOf(channel)) : NOT_ASKED,
    ]);
    const story = events
      .filter((event) => scope.scene === undefined || event.scene === scope.scene)
      .map(toEvent);
    const now = this.clock.now();
    const facts: GrantFacts = { grants, available, availableAnywhere, story, account, now };
    const blocking = [
      ...held.filter(({ code }) => code !== 'template-changed'),
      ...(available === 0 ? whyNoGrant(facts) : []),
      ...(quota.noToken === undefined
        ? []
        : [{ code: 'token-unavailable', facts: { reason: quota.noToken } } as const]),
      ...(quota.remain === 0 ? [{ code: 'quota-used-up' } as const] : []),
    ];
    const waiting = others.filter(({ status }) => status === 'waiting').length;
    const beside = [
      ...held.filter(({ code }) => code === 'template-changed'),
      ...besideGrant(facts),
      ...(waiting > 0 ? [{ code: 'waiting-messages', facts: { count: waiting } } as const] : []),
    ];
    const found: Found[] =
      blocking.length > 0
        ? [...blocking, ...beside]
        : [this.sendable(available, { ...person, channel, scene: scope.scene ?? 0 }), ...beside];
    return explanation(
      { ...person, scene: scope.scene, channel },
      blocking.length > 0 ? 'can-not-be-sent' : 'can-be-sent',
      found,
      story,
    );
  }

  private sendable(count: number, key: GrantKey): Found {
    return this.grants.isLongTerm(key)
      ? { code: 'can-be-sent-again' }
      : { code: 'can-be-sent', facts: { count } };
  }

  /** What holds every message of the account or the template now. */
  private async heldNow(
    appId: string,
    templateId: string,
    channel: GrantChannel,
    account: AccountConfig | undefined,
  ): Promise<Found[]> {
    if (!account) return [{ code: 'account-removed' }];
    const path = this.channels.pathOf(channel);
    const [pauses, findings] = await Promise.all([this.pauses.list(), this.drift.findings()]);
    const pause = pauses.find((each) => each.appId === appId && each.path === path && !each.templateId);
    const paused = pauses.find((each) => each.appId === appId && each.templateId === templateId);
    const drift = findings.find((each) => each.appId === appId && each.templateId === templateId);
    const isMissing = paused !== undefined || drift?.kind === 'missing';
    return [
      ...(account.enabled ? [] : [{ code: 'account-disabled' } as const]),
      ...(isMissing ? [{ code: 'template-missing' } as const] : []),
      ...(pause
        ? [{ code: 'sends-paused', facts: { until: pause.pausedUntil, reason: pause.reason } } as const]
        : []),
      ...(drift?.kind === 'keywords-changed'
        ? [{ code: 'template-changed', facts: { at: drift.since, detail: drift.detail } } as const]
        : []),
    ];
  }

  private async recordAtWeixin(
    { appId, rid, settledAt, acceptedAt }: MessageRecord,
    account: AccountConfig | undefined,
  ): Promise<WeixinRecord | undefined> {
    const at = (settledAt ?? acceptedAt).getTime();
    if (!rid || !account?.enabled || this.clock.now() - at >= RID_MS) return undefined;
    return this.platform.recordOf(appId, rid);
  }
}

function explanation(
  about: Omit<Explanation, 'verdict' | 'findings' | 'nextStep' | 'weixin' | 'story'>,
  verdict: Explanation['verdict'],
  found: Found[],
  story: ExplainEvent[],
  weixin?: WeixinRecord,
): Explanation {
  return {
    ...about,
    verdict,
    ...worded(found),
    ...(weixin && { weixin }),
    story,
  };
}

/** Without what names the host's own user and services. */
function toEvent(event: HistoryEvent): ExplainEvent {
  const { type, at, scene, intentId, grantId, messageId, errcode, rid, reason } = event;
  return { type, at, scene, intentId, grantId, messageId, errcode, rid, reason };
}
