import { Injectable } from '@nestjs/common';
import { AccountUse } from '../account/account-use.js';
import { Accounts } from '../account/accounts.js';
import { BroadcastService } from '../broadcast/broadcast.service.js';
import { SendQuotas } from '../broadcast/send-quotas.js';
import { Channels } from '../delivery/channels/channels.js';
import { WaitingMessageRepository } from '../delivery/deferred/waiting-message.repository.js';
import { SendPauses } from '../delivery/pauses/send-pauses.js';
import { ActivityService } from '../history/activity.service.js';
import { Clock } from '../kernel/clock.js';
import { PushEventService } from '../push/push-event.service.js';
import { TemplateDriftService } from '../template/drift/template-drift.service.js';
import { TokenService } from '../token/token.service.js';
import type { TokenStatus } from '../token/token.status.js';
import { inParallel } from '../upkeep/in-parallel.js';
import { SharedCalls } from '../upkeep/shared-calls.js';
import type { ChannelQuota, OverviewFacts } from './overview.types.js';

const OVERDUE_MS = 300_000;
/** Counting further would tell nobody more. */
const COUNTED = 1000;
/** Accounts whose token is looked at, those in use first. */
const MOST_TOKENS = 200;
const ASKED_AT_ONCE = 2;

export interface OverviewQuery {
  hours: number;
  /** Which accounts the caller may see; absent: all. */
  appIds?: ReadonlySet<string>;
}

/**
 * What is wrong, what runs and what happened lately. Every part reads an index and no more rows than it
 * counts, or what this process knows: it costs the same whatever the size of the tables, and never a call to
 * WeChat. Whoever asks while the same call is under way gets its result.
 */
@Injectable()
export class OverviewService {
  private readonly calls = new SharedCalls<OverviewFacts>();

  constructor(
    private readonly accounts: Accounts,
    private readonly use: AccountUse,
    private readonly tokens: TokenService,
    private readonly pauses: SendPauses,
    private readonly messages: WaitingMessageRepository,
    private readonly drift: TemplateDriftService,
    private readonly broadcasts: BroadcastService,
    private readonly pushes: PushEventService,
    private readonly activity: ActivityService,
    private readonly channels: Channels,
    private readonly sendQuotas: SendQuotas,
    private readonly clock: Clock,
  ) {}

  /** @throws {DatabaseError} */
  facts({ hours, appIds }: OverviewQuery): Promise<OverviewFacts> {
    const key = `${hours} ${appIds ? [...appIds].sort().join(' ') : '*'}`;
    return this.calls.run(key, () => this.look(hours, appIds));
  }

  /**
   * What WeChat says of today's quotas of an account: of each channel that it has templates of, where WeChat
   * reports one. It is asked once a minute at most.
   * @throws {UnknownAccountError}
   */
  async quotas(appId: string): Promise<ChannelQuota[]> {
    const { enabled, templates } = this.accounts.get(appId);
    const channels = enabled ? [...new Set(templates.values())] : [];
    const found: ChannelQuota[] = [];
    await inParallel(channels, ASKED_AT_ONCE, async (channel) => {
      const quota = await this.sendQuotas.of(appId, this.channels.pathOf(channel));
      if (quota) found.push({ channel, ...quota });
    });
    return found.sort((one, other) => channels.indexOf(one.channel) - channels.indexOf(other.channel));
  }

  /** One statement after the other: an overview takes one connection, but for the store of tokens. */
  private async look(hours: number, appIds: ReadonlySet<string> | undefined): Promise<OverviewFacts> {
    const seen = <T extends { appId: string }>(all: readonly T[]): T[] =>
      all.filter(({ appId }) => appIds?.has(appId) ?? true);
    const accounts = seen(this.accounts.all());
    const activity = await this.activity.lastHours(hours);
    return {
      accounts: accounts.map(({ appId, kind, enabled, credential, templates }) => ({
        ...{ appId, kind, enabled, credential: credential.kind },
        source: this.accounts.isFixed(appId) ? 'options' : 'account-source',
        templates: [...templates].map(([templateId, channel]) => ({ templateId, channel })),
      })),
      notAuthorized: accounts.flatMap(({ appId, disabledBecause }) =>
        disabledBecause === undefined ? [] : [{ appId, because: disabledBecause }],
      ),
      tokens: await this.tokensOf(accounts.filter(({ enabled }) => enabled).map(({ appId }) => appId)),
      pauses: seen(await this.pauses.list()),
      templates: seen(await this.drift.findings()),
      unknown: seen(await this.messages.openByAccount('unknown', COUNTED)),
      overdue: seen(await this.messages.openByAccount('waiting', COUNTED, this.clock.now() - OVERDUE_MS)),
      waiting: seen(await this.messages.openByAccount('waiting', COUNTED)),
      broadcasts: seen(await this.broadcasts.underWay()),
      pushFailures: seen(await this.pushes.recentFailures()),
      ...(!appIds && { pushesDue: await this.pushes.countDue() }),
      activity: { ...activity, counts: seen(activity.counts) },
    };
  }

  private async tokensOf(appIds: string[]): Promise<TokenStatus[]> {
    const used = appIds.filter((appId) => this.use.isUsed(appId)).slice(0, MOST_TOKENS);
    const found = new Map<string, TokenStatus>();
    await inParallel(used, ASKED_AT_ONCE, async (appId) => {
      found.set(appId, await this.tokens.status(appId));
    });
    return used.flatMap((appId) => found.get(appId) ?? []);
  }
}
