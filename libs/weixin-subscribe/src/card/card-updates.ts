import { Injectable } from '@nestjs/common';
import { Accounts } from '../account/accounts.js';
import { SendPauses } from '../delivery/pauses/send-pauses.js';
import { InFlight } from '../delivery/send/in-flight.js';
import { type Retry, retryAt } from '../delivery/send/retry-plan.js';
import { Clock } from '../kernel/clock.js';
import { LibraryLogger } from '../kernel/library-logger.js';
import { RandomSource } from '../kernel/random-source.js';
import { WeixinEvents } from '../kernel/weixin-events.js';
import { DatabaseError } from '../sql/database.error.js';
import { retriedWrite } from '../sql/retried-write.js';
import type { WeixinAnswer } from '../weixin/weixin-api.client.js';
import { verdictOf } from '../weixin/weixin-api.errors.js';
import type {} from './card.events.js';
import { CardMetrics } from './card.metrics.js';
import { type CardDelay, type CardOutcome, CardRepository } from './card.repository.js';
import type { UpdateVerdict } from './card.sql.js';
import type { CardEnd, CardRecord, CardStanding, CardUpdateRecord } from './card.types.js';
import { contentDigestOf } from './card-digest.js';
import { CardMachine } from './card-machine.js';
import { type AddressedCard, CardPoster } from './card-poster.js';
import { type CardSettlement, cardSettlementOf, findingOf } from './card-settlement.js';
import { callOf, GET_PATH, standingOf } from './card-wire.js';

/** A caller waits, so a post that did not leave is repeated at once or not at all. */
const PAUSES_MS = [200, 1000];
/**
 * That WeChat does not show a state is believed after this long: a request whose answer was lost may still be
 * at work there (85449).
 */
const SETTLED_MS = 10_000;
const WRITE_PAUSES_MS = [100, 400, 1600];
const WHEN_DISABLED_MS = 600_000;
const UNKNOWN_CODE = 85437;
const EXPIRED_CODE = 85438;
const WRONG_STATUS = 85439;

/** What WeChat's `code_state` means for the card. */
const CODE_ENDS: Record<number, CardEnd> = { 2: 'blocked', 10: 'refused' };

/**
 * One update of a card, from its claim to its end. It is posted once; what may have been stored is never
 * posted again before WeChat was asked and does not show it, and what surely was not is posted again only
 * where the platform documents it. Until its end it holds the card, so that states stay in order.
 */
@Injectable()
export class CardUpdates {
  private readonly logger = new LibraryLogger(CardUpdates.name);

  constructor(
    private readonly cards: CardRepository,
    private readonly machine: CardMachine,
    private readonly poster: CardPoster,
    private readonly accounts: Accounts,
    private readonly pauses: SendPauses,
    private readonly inFlight: InFlight,
    private readonly metrics: CardMetrics,
    private readonly events: WeixinEvents,
    private readonly clock: Clock,
    private readonly random: RandomSource,
  ) {}

  /**
   * Posts an update that has just claimed its card, and returns it as far as it came: WeChat is asked at once
   * where its answer was lost. Never rejects.
   */
  begin(card: AddressedCard, update: CardUpdateRecord): Promise<CardUpdateRecord> {
    return this.inFlight.track(this.postFirst(card, update));
  }

  private async postFirst(card: AddressedCard, update: CardUpdateRecord): Promise<CardUpdateRecord> {
    const startedAt = update.acceptedAt.getTime();
    const { answer } = await this.poster.post(card, update, startedAt, PAUSES_MS);
    const settlement = cardSettlementOf(answer, card);
    const settled = await this.follow(card, update, settlement);
    if (settled.status !== 'unknown' || settled.dueAt === undefined) return settled;
    return (await this.askNow(settled)) ?? settled;
  }

  /**
   * Asks WeChat about an update that is `unknown`, before its time; believes what is shown, and not yet
   * what is missing. Undefined: another process is at it, or it could not be done.
   */
  async askNow(seen: CardUpdateRecord): Promise<CardUpdateRecord | undefined> {
    try {
      const taken = await this.cards.take(seen, this.poster.leaseMs, true);
      if (!taken) return undefined;
      const card = await this.cards.find(taken.cardId);
      return card && (await this.ask(card, { ...taken, ...verdictIn(seen) }, false));
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error;
      this.logger.warn(`update ${seen.id} of card ${seen.cardId} is asked about later: ${error.message}`);
      return undefined;
    }
  }

  /**
   * Goes on with an update that is due: posted again when it surely was not stored, asked about when it may
   * have been. Safe for several processes at once, and at any moment to be killed.
   * @throws {DatabaseError}
   */
  async resume(seen: CardUpdateRecord): Promise<void> {
    const card = await this.cards.find(seen.cardId);
    if (!card || !this.accounts.has(card.appId)) return;
    const taken = await this.cards.take(seen, this.poster.leaseMs);
    if (!taken) return;
    const update = { ...taken, ...verdictIn(seen) };
    const ended = await this.goOn(card, update, seen.status === 'waiting');
    if (ended.dueAt === undefined && ended.status !== 'sending') this.tellSettled(card, ended);
  }

  private goOn(
    card: CardRecord,
    update: CardUpdateRecord,
    surelyNotStored: boolean,
  ): Promise<CardUpdateRecord> {
    const status = surelyNotStored ? ('waiting' as const) : ('unknown' as const);
    const { verdict } = verdictOfUpdate(update);
    if (!this.accounts.isEnabled(card.appId))
      return this.putOff(update, { status, verdict, dueAt: this.clock.now() + WHEN_DISABLED_MS });
    return surelyNotStored ? this.postAgain(card, update) : this.ask(card, update, true);
  }

  private async postAgain(card: CardRecord, update: CardUpdateRecord): Promise<CardUpdateRecord> {
    const { verdict } = verdictOfUpdate(update);
    const now = this.clock.now();
    if (!isAddressed(card)) return this.end(card, update, 'failed', { reason: 'its person was forgotten' });
    if (card.endedAt) return this.end(card, update, 'failed', verdict);
    if (now >= card.expiresAt.getTime()) return this.end(card, update, 'failed', verdict, { end: 'expired' });
    const pause = this.pauses.of(card.appId, callOf(card, update).path, '');
    if (pause) return this.putOff(update, { status: 'waiting', verdict, dueAt: pause.pausedUntil.getTime() });
    const { answer, retry } = await this.poster.post(card, update, now);
    // Nobody waits for it any more, so what did not get through may be tried again.
    if (retry && answer.kind === 'not-sent')
      return this.putOff(update, this.again('waiting', update, answer, retry));
    return this.follow(card, update, cardSettlementOf(answer, card));
  }

  /** @param believeAbsence whether what WeChat does not show was surely not stored */
  private async ask(
    card: CardRecord,
    update: CardUpdateRecord,
    believeAbsence: boolean,
  ): Promise<CardUpdateRecord> {
    const { verdict } = verdictOfUpdate(update);
    if (!isAddressed(card)) return this.end(card, update, 'unknown', verdict);
    const pause = this.pauses.of(card.appId, GET_PATH, '');
    if (pause) return this.putOff(update, { status: 'unknown', verdict, dueAt: pause.pausedUntil.getTime() });
    const { answer, retry } = await this.poster.ask(card);
    const isFresh =
      answer.kind === 'answered' && answer.envelope.errcode === UNKNOWN_CODE && card.state === undefined;
    if (isFresh) return this.absent(card, update, believeAbsence);
    if (answer.kind !== 'answered' || answer.facts.errclass !== 'ok')
      return this.unasked(card, update, answer, retry);
    return this.found(card, update, standingOf(answer.envelope.body), believeAbsence);
  }

  /**
   * WeChat did not say how the card stands: it is asked again, until the time of the card is over. The code
   * of a card that has begun lives longer than one of a card that has not, so that an expired one tells
   * that it has not.
   */
  private unasked(
    card: CardRecord,
    update: CardUpdateRecord,
    answer: WeixinAnswer,
    retry: Retry | undefined,
  ): Promise<CardUpdateRecord> {
    const { verdict } = verdictOfUpdate(update);
    const isExpired = answer.kind === 'answered' && answer.envelope.errcode === EXPIRED_CODE;
    const isOver = this.clock.now() >= this.livesUntil(card, update);
    if (isExpired && !isOver && card.state === undefined)
      return this.end(card, update, 'failed', verdict, { end: 'expired' });
    if (isExpired || isOver) return this.end(card, update, 'unknown', verdict, { end: 'expired' });
    const dueAt = this.dueAt(retry ?? { kind: 'backoff' }, update);
    return this.putOff(update, { status: 'unknown', verdict, dueAt });
  }

  /** The end of its time, should what is not known have been stored. */
  private livesUntil(card: CardRecord, { acceptedAt }: CardUpdateRecord): number {
    const type = card.state === undefined ? this.machine.find(card.notifyType) : undefined;
    return type ? acceptedAt.getTime() + this.machine.windows(type).updateMs : card.expiresAt.getTime();
  }

  private async found(
    card: CardRecord,
    update: CardUpdateRecord,
    standing: CardStanding,
    believeAbsence: boolean,
  ): Promise<CardUpdateRecord> {
    const { verdict, wasRefused } = verdictOfUpdate(update);
    const end = CODE_ENDS[standing.codeState ?? 0];
    await this.cards.observe(card.id, { expiresAt: standing.expiresAt });
    const shows = shownBy(standing);
    switch (findingOf(update, card, standing)) {
      case 'stored':
        return this.end(card, update, 'sent', { errcode: 0 }, { end });
      case 'absent':
        if (end === 'refused') return this.end(card, update, 'refused', verdict, { end });
        if (end || wasRefused) return this.end(card, update, 'failed', verdict, { end });
        return this.absent(card, update, believeAbsence);
      case 'passed': {
        const reason = `WeChat shows state ${standing.state ?? 'none'}, which this update is not`;
        const status = wasRefused && update.attempts <= 2 ? 'failed' : 'unknown';
        return this.end(card, update, status, { ...verdict, reason }, { shows, end });
      }
      case 'hidden':
        // One that is still at work there must not overtake what comes after it.
        if (!believeAbsence && !end) return this.askLater(update);
        return this.end(card, update, 'unknown', { ...verdict, reason: 'WeChat does not show it' }, { end });
    }
  }

  private absent(card: CardRecord, update: CardUpdateRecord, believed: boolean): Promise<CardUpdateRecord> {
    return believed ? this.postAgain(card, update) : this.askLater(update);
  }

  private askLater(update: CardUpdateRecord): Promise<CardUpdateRecord> {
    const { verdict } = verdictOfUpdate(update);
    return this.putOff(update, { status: 'unknown', verdict, dueAt: this.clock.now() + SETTLED_MS });
  }

  /** Writes down where an answer takes the update. */
  private follow(
    card: CardRecord,
    update: CardUpdateRecord,
    settlement: CardSettlement,
  ): Promise<CardUpdateRecord> {
    const now = this.clock.now();
    const { verdict } = settlement;
    switch (settlement.kind) {
      case 'stored':
        return this.end(card, update, 'sent', verdict);
      case 'failed':
      case 'refused':
        return this.end(card, update, settlement.kind, verdict, { end: settlement.end });
      case 'later': {
        const dueAt = now + 1000 * settlement.seconds;
        if (dueAt >= card.expiresAt.getTime()) return this.end(card, update, 'failed', verdict);
        return this.putOff(update, { status: 'waiting', verdict, dueAt });
      }
      case 'unclear': {
        const dueAt = Math.max(now + SETTLED_MS, this.dueAt({ kind: 'backoff' }, update));
        return this.putOff(update, { status: 'unknown', verdict, dueAt });
      }
      default:
        return settlement satisfies never;
    }
  }

  private async end(
    card: CardRecord,
    update: CardUpdateRecord,
    status: CardOutcome['status'],
    verdict: UpdateVerdict,
    { end, shows }: { end?: CardEnd; shows?: { state: number; contentDigest: string } } = {},
  ): Promise<CardUpdateRecord> {
    const change = { ...this.changeOf(card, update, status), ...(shows && { shows }) };
    const ended = end ?? change.end;
    const outcome: CardOutcome = { status, verdict, card: { ...change, end: ended } };
    const written = await this.write(update, status, () => this.cards.settle(update, outcome));
    if (written && end && !card.endedAt) this.tellEnded(card, end);
    if (!written) return this.unrecorded(update, status);
    const { errcode, errmsg, rid, reason } = verdict;
    this.metrics.ended(card, update, { status, errcode });
    return {
      ...update,
      ...{ status, errcode, errmsg, rid, reason, dueAt: undefined },
      settledAt: new Date(this.clock.now()),
    };
  }

  /** What a stored state changes of its card. */
  changeOf(card: CardRecord, update: CardUpdateRecord, status: CardOutcome['status']): CardOutcome['card'] {
    const { kind, state, contentDigest } = update;
    const type = this.machine.find(card.notifyType);
    const expiresAt = type
      ? this.clock.now() + this.machine.windows(type).updateMs
      : card.expiresAt.getTime();
    if (status !== 'sent' || kind !== 'state' || state === undefined) return { expiresAt };
    const end = type && this.machine.isTerminal(type, state) ? ('terminal' as const) : undefined;
    return { shows: { state, contentDigest }, expiresAt, end };
  }

  private async putOff(update: CardUpdateRecord, delay: CardDelay): Promise<CardUpdateRecord> {
    const written = await this.write(update, delay.status, () => this.cards.putOff(update, delay));
    if (!written) return this.unrecorded(update, delay.status);
    const { status, verdict, dueAt } = delay;
    const { errcode, errmsg, rid, reason } = verdict;
    return { ...update, status, errcode, errmsg, rid, reason, dueAt: new Date(dueAt) };
  }

  private again(
    status: CardDelay['status'],
    update: CardUpdateRecord,
    answer: WeixinAnswer,
    retry: Retry,
  ): CardDelay {
    const verdict = verdictOf(answer) ?? { reason: answer.kind === 'answered' ? undefined : answer.reason };
    return { status, verdict, dueAt: this.dueAt(retry, update) };
  }

  private dueAt(retry: Retry, { attempts }: CardUpdateRecord): number {
    return retryAt(retry, attempts, this.clock.now(), this.random.fraction());
  }

  /** What WeChat says of the code, whatever becomes of the update. */
  async observe(card: CardRecord, { expiresAt, codeState }: CardStanding): Promise<void> {
    const end = CODE_ENDS[codeState ?? 0];
    if (await this.cards.observe(card.id, { expiresAt, end })) this.tellEnded(card, end);
  }

  tellEnded({ appId, id: cardId }: CardRecord, end: CardEnd): void {
    this.logger.warn(`account ${appId}: card ${cardId} has ended: ${end}`, { appId, reason: end });
    this.events.emit('weixin.card.ended', { appId, cardId, end });
  }

  private tellSettled(
    { appId }: CardRecord,
    { cardId, id, kind, state, status, errcode, reason }: CardUpdateRecord,
  ) {
    if (status === 'sending' || status === 'waiting') return;
    this.events.emit('weixin.card.settled', {
      ...{ appId, cardId, updateId: id, kind, status },
      ...(state !== undefined && { state }),
      ...(errcode !== undefined && { errcode }),
      ...(reason !== undefined && { reason }),
    });
  }

  private async write(
    update: CardUpdateRecord,
    status: string,
    write: () => Promise<boolean>,
  ): Promise<boolean> {
    const written = await retriedWrite(WRITE_PAUSES_MS, write, (error) =>
      this.logger.error(
        `update ${update.id} of card ${update.cardId}: "${status}" could not be recorded: ${error.message}`,
      ),
    );
    return written?.value ?? false;
  }

  /** What the database does not hold must not be returned as a fact; it may hold it all the same. */
  private async unrecorded(update: CardUpdateRecord, status: string): Promise<CardUpdateRecord> {
    const stored = await this.cards.findUpdate(update.id).catch(() => undefined);
    if (stored && stored.status !== 'sending') return stored;
    return { ...update, status: 'unknown', reason: `it was "${status}", but that could not be recorded` };
  }
}

const isAddressed = (card: CardRecord): card is AddressedCard => card.notifyCode !== undefined;

function shownBy({ state, fields }: CardStanding): { state: number; contentDigest: string } | undefined {
  return state === undefined ? undefined : { state, contentDigest: contentDigestOf(fields ?? {}) };
}

const verdictIn = ({ errcode, errmsg, rid, reason }: CardUpdateRecord) => ({ errcode, errmsg, rid, reason });

/** Why it is not settled; and whether WeChat has refused its state. */
function verdictOfUpdate(update: CardUpdateRecord): { verdict: UpdateVerdict; wasRefused: boolean } {
  const reason =
    update.reason ?? (update.errcode === undefined ? 'the process that sent it was interrupted' : undefined);
  return { verdict: { ...verdictIn(update), reason }, wasRefused: update.errcode === WRONG_STATUS };
}
