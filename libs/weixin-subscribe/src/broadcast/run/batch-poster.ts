import { Injectable } from '@nestjs/common';
import type { MessageBatch } from '../../delivery/batches/message-batch.repository.js';
import type { BatchMessage } from '../../delivery/batches/message-batch.sql.js';
import { OpenBatchRepository } from '../../delivery/batches/open-batch.repository.js';
import type { MessageContent } from '../../delivery/ledger/message.types.js';
import { type Settlement, settlementOf } from '../../delivery/ledger/settlement.js';
import { InFlight } from '../../delivery/send/in-flight.js';
import { Poster } from '../../delivery/send/poster.js';
import { FormIdService } from '../../grant/form-id/form-id.service.js';
import { LibraryLogger } from '../../kernel/library-logger.js';
import { Telemetry } from '../../kernel/telemetry.js';
import { WeixinConfig } from '../../weixin/weixin.options.js';
import { BroadcastConfig } from '../broadcast.options.js';
import { BatchContents, type PersonalContent, RendererFailure } from './batch-contents.js';
import type { BroadcastRun } from './broadcast-run.js';
import { Claims } from './claims.js';
import { OutcomeWriter } from './outcome-writer.js';
import { PostingPool } from './posting-pool.js';
import { StopRules } from './stop-rules.js';

type Series = ReturnType<Poster['series']>;

interface Outgoing extends BatchMessage {
  scene: number;
  /** Where the channel posts it. */
  formId?: string;
  personal: PersonalContent;
}

/** What is under way for one batch. */
interface BatchWork {
  run: BroadcastRun;
  batch: MessageBatch;
  /** Posts the content that most messages of the broadcast share. */
  shared?: Series;
  /** Whom a message of this batch was posted to. */
  people: Set<string>;
  recorded: Promise<void>[];
  /** Messages that were surely not delivered. */
  undelivered: BatchMessage[];
}

/**
 * Posts the messages of a batch, and gives each outcome to the {@link OutcomeWriter}. A message that surely
 * was not delivered when the run stops, or that WeChat may take later, is handed back, as if it had never
 * been claimed.
 */
@Injectable()
export class BatchPoster {
  private readonly logger = new LibraryLogger(BatchPoster.name);
  /** For all broadcasts of this process. */
  private readonly pool: PostingPool;

  constructor(
    private readonly claims: Claims,
    private readonly open: OpenBatchRepository,
    private readonly contents: BatchContents,
    private readonly poster: Poster,
    private readonly formIds: FormIdService,
    private readonly outcomes: OutcomeWriter,
    private readonly rules: StopRules,
    private readonly inFlight: InFlight,
    { concurrency }: BroadcastConfig,
    private readonly weixinConfig: WeixinConfig,
    private readonly telemetry: Telemetry,
  ) {
    this.pool = new PostingPool(concurrency);
  }

  /**
   * @throws {DatabaseError} what was not posted could not be handed back; it is handed back by recovery when
   * the lease of the batch has run out
   */
  post(run: BroadcastRun, batch: MessageBatch): Promise<void> {
    const { id, appId, templateId } = run.broadcast;
    const attributes = {
      'weixin.broadcast_id': id,
      'weixin.app_id': appId,
      'weixin.template_id': templateId,
      'weixin.messages': batch.claimed.length,
    };
    return this.inFlight.track(
      this.telemetry.span('weixin broadcast batch', { attributes }, () => this.postAll(run, batch)),
    );
  }

  private async postAll(run: BroadcastRun, batch: MessageBatch): Promise<void> {
    const messages = await this.prepare(run, batch);
    const { content } = run.broadcast;
    const shared = content && this.seriesOf(run, content);
    const work: BatchWork = { run, batch, shared, people: new Set(), recorded: [], undelivered: [] };
    const posts: Promise<void>[] = [];
    const { chunk } = run.sizes;
    let at = 0;
    while (at < messages.length && !run.signal.aborted) {
      const checkpoint = Math.min(batch.posting, messages.length);
      // The next checkpoint is written while the messages before it are posted.
      const advanced = checkpoint < messages.length ? this.advance(run, batch, checkpoint) : undefined;
      while (at < checkpoint) {
        const size = Math.min(chunk, checkpoint - at);
        if (!(await run.limiter.acquire(size, run.signal))) break;
        const { begun, done } = this.pool.run(messages.slice(at, at + size), (message) =>
          this.postOne(work, message),
        );
        at += size;
        posts.push(done);
        await begun;
      }
      await advanced;
    }
    await Promise.all(posts);
    this.outcomes.flush();
    await Promise.all(work.recorded);
    await this.handBack(run, [...work.undelivered, ...messages.slice(at)]);
  }

  private async prepare(run: BroadcastRun, batch: MessageBatch): Promise<Outgoing[]> {
    const { id: broadcastId, appId, templateId, channel, content: shared } = run.broadcast;
    const formIds = await this.formIdsOf(run, batch);
    const contents = await this.contentsOf(run, batch);
    return batch.claimed.map(({ messageId: id, id: grantId, isKept, openid, scene, proof }, index) => {
      const personal = contents[index];
      const own = 'content' in personal && personal.content !== shared ? personal.content : undefined;
      return {
        id,
        broadcastId,
        grantId: isKept ? undefined : grantId,
        acceptedAt: batch.acceptedAt,
        formId: formIds?.get(grantId),
        appId,
        openid,
        templateId,
        scene,
        channel,
        proof,
        content: own,
        personal,
      };
    });
  }

  private async formIdsOf(
    run: BroadcastRun,
    { claimed }: MessageBatch,
  ): Promise<Map<string, string> | undefined> {
    if (!run.channel.postsFormId) return undefined;
    try {
      return await this.formIds.ofMany(claimed.map(({ id }) => id));
    } catch (error) {
      run.stop({ kind: 'wait', reason: (error as Error).message });
      return undefined;
    }
  }

  private async contentsOf(run: BroadcastRun, { claimed }: MessageBatch): Promise<PersonalContent[]> {
    try {
      return await this.contents.of(run.broadcast, claimed);
    } catch (error) {
      const reason = (error as Error).message;
      if (error instanceof RendererFailure) run.stop({ kind: 'pause', cause: 'renderer', reason });
      else run.stop({ kind: 'wait', reason });
      return claimed.map(() => ({ wrong: reason }));
    }
  }

  private async advance(run: BroadcastRun, batch: MessageBatch, posted: number): Promise<void> {
    const checkpoint = Math.min(posted + run.sizes.checkpoint, batch.claimed.length);
    try {
      if (!(await this.open.advance(batch, checkpoint))) run.stop({ kind: 'changed' });
    } catch (error) {
      run.stop({ kind: 'wait', reason: (error as Error).message });
    }
  }

  /** Never rejects. */
  private async postOne(work: BatchWork, message: Outgoing): Promise<void> {
    const { run, people } = work;
    // Under the grant rule `count` a person may have several grants in one batch; one message is enough.
    const isAnother = people.has(message.openid);
    people.add(message.openid);
    const isPosted = !isAnother && !run.signal.aborted;
    const settlement = isPosted ? await this.settlement(work, message) : undefined;
    if (!settlement) {
      work.undelivered.push(message);
      return;
    }
    const { personal, formId, ...posted } = message;
    run.count(settlement, message.proof);
    work.recorded.push(this.outcomes.add({ message: posted, settlement }));
    await this.outcomes.capacity();
  }

  /** `undefined`: the message surely was not delivered. Never rejects. */
  private async settlement(
    { run, batch, shared }: BatchWork,
    { personal, ...message }: Outgoing,
  ): Promise<Settlement | undefined> {
    if ('wrong' in personal) return { outcome: 'failed', grant: 'available', reason: personal.wrong };
    const { content, deadline } = run.broadcast;
    // WeChat's response must come within the lease of the batch.
    const leased = batch.leasedUntil - this.weixinConfig.http.timeoutMs;
    const latest = Math.min(leased, (deadline?.getTime() ?? Number.POSITIVE_INFINITY) - 1);
    const post = personal.content === content && shared ? shared : this.seriesOf(run, personal.content);
    const { answer, retry } = await post(message, { latest });
    if (!retry) return settlementOf(answer);
    this.rules.afterPost(run, retry, answer);
    return undefined;
  }

  private seriesOf({ broadcast, channel }: BroadcastRun, content: MessageContent): Series {
    const { appId, templateId } = broadcast;
    return this.poster.series({ appId, templateId, content }, channel);
  }

  private async handBack({ broadcast }: BroadcastRun, messages: BatchMessage[]): Promise<void> {
    const handedBack = await this.claims.handBack(broadcast, messages);
    const ended = handedBack.filter((isHandedBack) => !isHandedBack).length;
    if (ended > 0)
      this.logger.warn(`broadcast ${broadcast.id}: ${ended} messages were ended by recovery first`);
  }
}
