import { Injectable } from '@nestjs/common';
import { WeixinSubscribeConfig } from '../../config/weixin-subscribe.config.js';
import {
  type BatchMessage,
  type MessageBatch,
  MessageBatchRepository,
} from '../../delivery/batches/message-batch.repository.js';
import { OpenBatchRepository } from '../../delivery/batches/open-batch.repository.js';
import type { OneTimeContent } from '../../delivery/ledger/message.types.js';
import { type Settlement, settlementOf } from '../../delivery/ledger/settlement.js';
import { InFlight } from '../../delivery/send/in-flight.js';
import { Poster } from '../../delivery/send/poster.js';
import type { Retry } from '../../delivery/send/retry-plan.js';
import { LibraryLogger } from '../../kernel/library-logger.js';
import type { WeixinAnswer } from '../../weixin/weixin-api.client.js';
import { verdictOf, type WeixinVerdict } from '../../weixin/weixin-api.errors.js';
import { RecipientRepository } from '../recipient.repository.js';
import { BatchContents, type PersonalContent, RendererFailure } from './batch-contents.js';
import type { BroadcastRun } from './broadcast-run.js';

type Series = ReturnType<Poster['series']>;

interface Outgoing extends BatchMessage {
  personal: PersonalContent;
}

/**
 * Posts the messages of one batch and settles each. Whatever was surely not delivered when the run stops, or may be taken by WeChat later, is handed
 * back: then it is as if it had never been claimed.
 */
@Injectable()
export class BatchSender {
  private readonly logger = new LibraryLogger(BatchSender.name);

  constructor(
    private readonly batches: MessageBatchRepository,
    private readonly open: OpenBatchRepository,
    private readonly recipients: RecipientRepository,
    private readonly contents: BatchContents,
    private readonly poster: Poster,
    private readonly inFlight: InFlight,
    private readonly config: WeixinSubscribeConfig,
  ) {}

  /** @throws {DatabaseError} what was not posted could not be handed back; it is when the lease of the batch has run out */
  send(run: BroadcastRun, batch: MessageBatch): Promise<void> {
    return this.inFlight.track(this.work(run, batch));
  }

  private async work(run: BroadcastRun, batch: MessageBatch): Promise<void> {
    const messages = await this.prepare(run, batch);
    const back: BatchMessage[] = [];
    const people = new Set<string>();
    const posts: Promise<void>[] = [];
    const recorded: Promise<void>[] = [];
    const { content } = run.broadcast;
    const plain = content && this.seriesOf(run, content);
    const post = async (message: Outgoing) => {
      // Under the grant rule `count` a person may have several grants in one batch; one message is enough.
      const isAnother = people.has(message.openid);
      people.add(message.openid);
      const isPosted = !isAnother && !run.signal.stop;
      const settlement = isPosted ? await this.post(run, batch, message, plain) : undefined;
      if (!settlement) {
        back.push(message);
        return;
      }
      const { personal, ...posted } = message;
      run.note(settlement, message.proof);
      recorded.push(run.ends.add({ message: posted, settlement }));
      await run.ends.room();
    };
    let at = 0;
    while (at < messages.length && !run.signal.stop) {
      const upTo = Math.min(batch.posting, messages.length);
      // While this part is posted: an answer that comes first costs nobody any time.
      const advanced = upTo < messages.length ? this.advance(run, batch, upTo) : Promise.resolve();
      while (at < upTo && (await run.turn(Math.min(run.pieces, upTo - at)))) {
        const piece = messages.slice(at, Math.min(at + run.pieces, upTo));
        at += piece.length;
        const { begun, done } = run.senders.each(piece, post);
        posts.push(done);
        await begun;
      }
      await advanced;
    }
    await Promise.all(posts);
    run.ends.flush();
    await Promise.all(recorded);
    await this.handBack(run, [...back, ...messages.slice(at)]);
  }

  private async prepare(run: BroadcastRun, batch: MessageBatch): Promise<Outgoing[]> {
    const { id: broadcastId, appId, templateId, channel } = run.broadcast;
    const personal = await this.personal(run, batch);
    return batch.claimed.map(({ messageId, openid, scene, proof }, index) => ({
      ...{ id: messageId, broadcastId, appId, openid, templateId, scene, channel, proof },
      personal: personal[index],
    }));
  }

  private async personal(run: BroadcastRun, { claimed }: MessageBatch): Promise<PersonalContent[]> {
    try {
      return await this.contents.of(run.broadcast, claimed);
    } catch (error) {
      const reason = (error as Error).message;
      if (error instanceof RendererFailure) run.signal.raise({ kind: 'pause', cause: 'renderer', reason });
      else run.signal.raise({ kind: 'wait', reason });
      return claimed.map(() => ({ wrong: reason }));
    }
  }

  private async advance(run: BroadcastRun, batch: MessageBatch, upTo: number): Promise<void> {
    try {
      if (!(await this.open.advance(batch, Math.min(upTo + run.parts, batch.claimed.length))))
        run.signal.raise({ kind: 'told' });
    } catch (error) {
      run.signal.raise({ kind: 'wait', reason: (error as Error).message });
    }
  }

  /** What became of it; `undefined`: it surely was not delivered, and is to be handed back. Never rejects. */
  private async post(
    run: BroadcastRun,
    batch: MessageBatch,
    { personal, ...message }: Outgoing,
    plain: Series | undefined,
  ): Promise<Settlement | undefined> {
    if ('wrong' in personal) return { outcome: 'failed', grant: 'available', reason: personal.wrong };
    const answeredBy = batch.leasedUntil - this.config.http.timeoutMs;
    const latest = Math.min(answeredBy, (run.broadcast.deadline?.getTime() ?? Number.POSITIVE_INFINITY) - 1);
    const isPlain = personal.content === run.broadcast.content;
    const send = isPlain && plain ? plain : this.seriesOf(run, personal.content);
    const { answer, retry } = await send(message, { latest });
    if (!retry) return settlementOf(answer);
    this.stopFor(run, retry, answer);
    return undefined;
  }

  private seriesOf({ broadcast, channel }: BroadcastRun, content: OneTimeContent): Series {
    const { appId, templateId } = broadcast;
    return this.poster.series({ appId, templateId, content }, channel);
  }

  private stopFor(run: BroadcastRun, retry: Retry, answer: WeixinAnswer): void {
    if (run.signal.stop) return;
    const reason = saidIn(answer);
    switch (retry.kind) {
      case 'quota':
        run.pauseForQuota(reason);
        break;
      case 'account':
        run.signal.raise({ kind: 'pause', cause: 'account', reason });
        break;
      case 'stated':
        run.flow.closeFor(retry.seconds);
        run.signal.raise({ kind: 'wait', reason });
        break;
      case 'backoff': {
        const again = run.flow.backOff();
        run.signal.raise(
          again
            ? { kind: 'wait', reason }
            : { kind: 'pause', cause: 'trouble', reason: `ten times in a row: ${reason}` },
        );
        break;
      }
      default:
        retry satisfies never;
    }
  }

  private async handBack(run: BroadcastRun, messages: BatchMessage[]): Promise<void> {
    const taken = await this.batches.handBack(messages, (of) =>
      this.recipients.backStep(
        run.broadcast,
        of.map(({ openid }) => openid),
      ),
    );
    const gone = taken.filter((was) => !was).length;
    if (gone > 0)
      this.logger.warn(`broadcast ${run.broadcast.id}: ${gone} messages were ended by recovery first`);
  }
}

function saidIn(answer: WeixinAnswer): string {
  if (answer.kind !== 'answered') return answer.reason;
  const { errcode, errmsg } = verdictOf(answer) as WeixinVerdict;
  return `errcode ${errcode} ${errmsg}`.trimEnd();
}
