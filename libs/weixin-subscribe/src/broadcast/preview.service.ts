import { Injectable } from '@nestjs/common';
import { Channels } from '../delivery/channels/channels.js';
import type { MessageContent } from '../delivery/ledger/message.types.js';
import { GrantBatchRepository } from '../grant/grant-batch.repository.js';
import { Clock } from '../kernel/clock.js';
import { countCharacters } from '../kernel/describe.js';
import { quotaRenewedAt } from '../kernel/platform-day.js';
import { BroadcastConfig } from './broadcast.options.js';
import type { BroadcastRecord } from './broadcast.types.js';
import { inOneLine } from './content-fields.js';
import { fill } from './placeholders.js';
import { type CheckedRow, checkedChunks, type RecipientList } from './recipient-intake.js';
import { Renderers } from './renderers.js';
import { type SendQuota, SendQuotas } from './send-quotas.js';

const SAMPLES = 3;

/** The content for one person. */
export interface BroadcastSample {
  openid: string;
  content?: MessageContent;
  /** Why nothing would be sent to them. */
  wrong?: string;
  /**
   * Of a one-time message: how long the texts are, in characters (Unicode code points), and how long they may
   * be.
   */
  limits?: { field: 'title' | 'content.value'; length: number; limit: number }[];
}

/** What a broadcast would do. */
export interface BroadcastPreview {
  /** How many people would get a message: those who have an unused grant now. */
  matching: number;
  /**
   * Only of recipients: rows, rows that are wrong, rows that name somebody again, people without a
   * grant.
   */
  recipients?: { rows: number; invalid: number; duplicates: number; noGrant: number };
  /** What is wrong with the first ten invalid rows. */
  wrong?: { openid: string; reason: string }[];
  samples: BroadcastSample[];
  /** Messages per second, at most; absent without a limit. */
  ratePerSecond?: number;
  /** How long it would take at that rate, pauses for the quota included. */
  estimatedSeconds?: number;
  /**
   * What WeChat reports on the account's quota of sends today, at most a minute ago; absent when it did not
   * report it.
   */
  quota?: SendQuota;
}

/** Tells what a broadcast would do. Writes nothing and sends nothing. */
@Injectable()
export class PreviewService {
  constructor(
    private readonly grants: GrantBatchRepository,
    private readonly renderers: Renderers,
    private readonly channels: Channels,
    private readonly quotas: SendQuotas,
    private readonly clock: Clock,
    private readonly config: BroadcastConfig,
  ) {}

  /** @throws {InvalidInputError} a row is no recipient {@link DatabaseError} */
  async of(draft: BroadcastRecord, recipients: RecipientList | undefined): Promise<BroadcastPreview> {
    const found = recipients ? await this.ofRecipients(draft, recipients) : await this.ofScene(draft);
    const quota = await this.quotas.of(draft.appId, this.channels.of(draft).path);
    const rates = [draft.rate ?? 0, this.config.ratePerSecond].filter((rate) => rate > 0);
    const ratePerSecond = rates.length > 0 ? Math.min(...rates) : undefined;
    return {
      ...found,
      ratePerSecond,
      estimatedSeconds: this.estimate(found.matching, ratePerSecond, quota),
      quota,
    };
  }

  private async ofScene(draft: BroadcastRecord): Promise<Pick<BroadcastPreview, 'matching' | 'samples'>> {
    const { appId, templateId, scene, channel } = draft;
    const scope = { appId, templateId, scene, channel };
    const first = await this.grants.first(scope, SAMPLES);
    return { matching: await this.grants.count(scope), samples: await this.samples(draft, first) };
  }

  private async ofRecipients(
    draft: BroadcastRecord,
    recipients: RecipientList,
  ): Promise<Omit<BroadcastPreview, 'ratePerSecond'>> {
    const { appId, templateId, scene, channel } = draft;
    const seen = new Set<string>();
    const counts = { rows: 0, invalid: 0, duplicates: 0, noGrant: 0 };
    const wrong: { openid: string; reason: string }[] = [];
    const first: Person[] = [];
    let matching = 0;
    for await (const { chunk, again } of checkedChunks(this.channels, draft, recipients)) {
      const fresh = chunk.filter(({ openid }) => !seen.has(openid));
      counts.rows += chunk.length + again;
      counts.duplicates += again + chunk.length - fresh.length;
      for (const { openid } of fresh) seen.add(openid);
      const good = fresh.filter((row) => row.wrong === undefined);
      counts.invalid += fresh.length - good.length;
      wrong.push(...wrongOf(fresh).slice(0, 10 - wrong.length));
      if (good.length === 0) continue;
      const openids = good.map(({ openid }) => openid);
      const having = await this.grants.withGrant({ appId, templateId, scene, channel, openids });
      matching += having.size;
      counts.noGrant += good.length - having.size;
      for (const { openid, fields } of good) {
        if (first.length < SAMPLES && having.has(openid))
          first.push({ openid, fields, scene: scene ?? 0, grantedAt: this.clock.now() });
      }
    }
    return { matching, recipients: counts, wrong, samples: await this.samples(draft, first) };
  }

  private async samples(draft: BroadcastRecord, people: Person[]): Promise<BroadcastSample[]> {
    if (people.length === 0) return [];
    const contents = await this.contents(draft, people);
    return people.map(({ openid }, index) => this.sample(draft, openid, contents[index]));
  }

  private contents(draft: BroadcastRecord, people: Person[]): Promise<MessageContent[]> | MessageContent[] {
    const { renderer, content } = draft;
    if (renderer !== undefined) {
      const rendered = people.map(({ grantedAt, ...person }) => ({
        ...person,
        grantedAt: new Date(grantedAt),
      }));
      return this.renderers.get(renderer).render(rendered, draft);
    }
    return people.map(({ fields }) => fill(content as MessageContent, fields ?? {}));
  }

  private sample(draft: BroadcastRecord, openid: string, written: MessageContent): BroadcastSample {
    const errors = this.channels.contentErrors(draft, written);
    if (errors.length > 0) return { openid, wrong: inOneLine(errors) };
    const content = this.channels.contentOf(draft, written);
    if ('data' in content) return { openid, content };
    return {
      openid,
      content,
      limits: [
        { field: 'title', length: countCharacters(content.title), limit: 15 },
        { field: 'content.value', length: countCharacters(content.content.value), limit: 200 },
      ],
    };
  }

  private estimate(
    n: number,
    rate: number | undefined,
    quota: BroadcastPreview['quota'],
  ): number | undefined {
    const sending = rate === undefined ? undefined : n / rate;
    if (!quota || n <= quota.remaining || quota.dailyLimit <= 0)
      return sending === undefined ? undefined : Math.ceil(sending);
    // Today's rest, then whole days, then what is left on the last one.
    const now = this.clock.now();
    const days = Math.ceil((n - quota.remaining) / quota.dailyLimit);
    const last = n - quota.remaining - (days - 1) * quota.dailyLimit;
    const lastDay = (quotaRenewedAt(now) - now) / 1000 + (days - 1) * 86_400;
    return Math.ceil(lastDay + (rate === undefined ? 0 : last / rate));
  }
}

interface Person {
  openid: string;
  scene: number;
  grantedAt: number;
  fields?: Record<string, string | number>;
}

function wrongOf(rows: CheckedRow[]): { openid: string; reason: string }[] {
  return rows.flatMap(({ openid, wrong }) => (wrong === undefined ? [] : [{ openid, reason: wrong }]));
}
