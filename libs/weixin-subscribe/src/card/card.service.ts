import { Injectable } from '@nestjs/common';
import { AccountKindError } from '../account/account.errors.js';
import { Accounts } from '../account/accounts.js';
import { SendPauses } from '../delivery/pauses/send-pauses.js';
import { Clock } from '../kernel/clock.js';
import { type FieldError, InvalidInputError } from '../kernel/errors.js';
import { secondsUntil } from '../kernel/platform-day.js';
import { RandomSource } from '../kernel/random-source.js';
import { validateInput } from '../kernel/validation.js';
import { tooManyBytes } from '../sql/column-sizes.js';
import { AuthorizedApiClient } from '../token/authorized-api.client.js';
import { verdictOf } from '../weixin/weixin-api.errors.js';
import {
  CardBusyError,
  CardCodeUsedError,
  CardEndedError,
  CardNotFoundError,
  CardStandingError,
  cardUpdateError,
} from './card.errors.js';
import { CardRepository, type NewCardUpdate } from './card.repository.js';
import type { CardBeginning } from './card.sql.js';
import type {
  CardFields,
  CardHistory,
  CardPayment,
  CardRecord,
  CardStanding,
  CardUpdateRecord,
} from './card.types.js';
import { contentDigestOf } from './card-digest.js';
import { CardExplainers } from './card-explainers.js';
import type { CardExplanation } from './card-explanation.types.js';
import { unfitText } from './card-fields.js';
import { CardMachine } from './card-machine.js';
import { type AddressedCard, CardPoster } from './card-poster.js';
import type { CardType } from './card-table.js';
import { CardUpdates } from './card-updates.js';
import { EXT_PATH, openedExt, SET_PATH, standingOf } from './card-wire.js';
import { StartCardDto, UpdateCardDto } from './dto/card.dto.js';

/** The state that a card is to show, in WeChat's own field names without `cur_status`. */
export interface CardStateInput {
  state: number;
  fields: CardFields;
}

/** What begins a card; see {@link StartCardDto}. */
export type StartCardInput = StartCardDto;

/**
 * Service cards (服务卡片, WeChat's newer one-time subscription messages): one code of a payment or a button,
 * one card, and its states one after the other. Mini-programs only.
 */
@Injectable()
export class CardService {
  constructor(
    private readonly cards: CardRepository,
    private readonly machine: CardMachine,
    private readonly updates: CardUpdates,
    private readonly poster: CardPoster,
    private readonly accounts: Accounts,
    private readonly pauses: SendPauses,
    private readonly api: AuthorizedApiClient,
    private readonly explainers: CardExplainers,
    private readonly clock: Clock,
    private readonly random: RandomSource,
  ) {}

  /**
   * Begins a card with its code. Resolves when WeChat has stored the state, or when it is not stored for
   * certain and is tried again by itself: a payment that WeChat does not know yet (85437), after a minute and
   * until its 24 hours are over; the newest of `updates` is `waiting` then. Every other end is thrown, and
   * where nothing was stored, the same call with the same code is another attempt at the same card. With a
   * state and fields that the card shows already it returns the card, and sends nothing.
   * @param requestedBy who asks, for the record; at most 64 characters
   * @throws {InvalidInputError} {@link UnknownAccountError} {@link AccountDisabledError}
   * {@link AccountKindError} {@link CardStateError} {@link CardEndedError} nothing was written
   * @throws {CardCodeUsedError} {@link CardBusyError} the code has its card
   * @throws {SendingPausedError} {@link TokenUnavailableError} {@link DatabaseError} nothing was sent
   * @throws {CardRefusedError} {@link CardFailedError} {@link CardUnknownError} what became of it
   */
  async start(input: StartCardInput, requestedBy?: string): Promise<CardHistory> {
    const dto = validateInput(StartCardDto, input);
    const type = this.typeFor(dto);
    const { appId, openid, notifyType, notifyCode, state, fields } = dto;
    const payment = paymentOf(dto);
    this.machine.assertMayFollow(type, undefined, state);
    this.machine.assertContent(type, state, fields);
    const now = this.clock.now();
    const since = payment ? payment.paidAt.getTime() : momentOf(dto.tappedAt, now);
    const expiresAt = new Date(since + this.machine.windows(type).activateMs);
    const beginning = { payment, expiresAt };
    const known = await this.cards.findByCode(appId, notifyCode);
    if (known) return this.startAgain(known, dto, beginning, requestedBy);
    if (now >= expiresAt.getTime()) throw tooLate(type);
    await this.assertReady(appId, SET_PATH);
    const at = this.clock.now();
    const update = this.newUpdate({ kind: 'state', state, content: fields }, requestedBy, at);
    const card = {
      ...{ id: this.random.id(at), appId, openid, notifyType, notifyCode, payment },
      ...{ createdAt: new Date(at), expiresAt },
    };
    if (!(await this.cards.create(card, update, at + this.poster.leaseMs))) {
      const other = await this.cards.findByCode(appId, notifyCode);
      if (!other) throw new CardCodeUsedError(card.id);
      return this.startAgain(other, dto, beginning, requestedBy);
    }
    const begun = { ...card, status: 'new' as const, version: 1, updateId: update.id };
    return this.follow(begun, begunUpdate(update, card.id, 1));
  }

  /**
   * Sets a card to a state. Resolves when WeChat has stored it; every other end is thrown. A state and fields
   * that the card shows already are not sent again. One update at a time: while another one has not ended,
   * {@link CardBusyError}.
   * @throws {InvalidInputError} {@link CardNotFoundError} {@link CardStateError} {@link CardEndedError}
   * {@link CardBusyError} {@link AccountDisabledError} {@link UnknownAccountError}
   * {@link SendingPausedError} {@link TokenUnavailableError} {@link DatabaseError} nothing was sent
   * @throws {CardRefusedError} {@link CardFailedError} {@link CardUnknownError} what became of it
   */
  async update(id: string, input: CardStateInput, requestedBy?: string): Promise<CardHistory> {
    const { state, fields } = validateInput(UpdateCardDto, input);
    if (state === undefined || !fields)
      throw invalid([
        { field: state === undefined ? 'state' : 'fields', message: 'state and fields are required' },
      ]);
    return this.setState(await this.settled(id), state, fields, requestedBy);
  }

  /**
   * Adds what stands beside the state (`ext_json`: `pay_info`, `store_info`, `shipping_list`,
   * `product_list`), once a state was stored. Each member is given as an object.
   * @throws the same as {@link update}
   */
  async extend(id: string, ext: CardFields, requestedBy?: string): Promise<CardHistory> {
    const { ext: given } = validateInput(UpdateCardDto, { ext });
    assertExt(given);
    const card = await this.settled(id);
    if (card.state === undefined)
      throw invalid([
        { field: 'ext', message: 'ext goes with a card that shows a state: update the state first' },
      ]);
    this.assertOpen(card);
    await this.assertReady(card.appId, EXT_PATH);
    return this.claim(card, { kind: 'ext', content: openedExt(given) }, requestedBy);
  }

  /** A card and its updates, as they are written down. @throws {CardNotFoundError} {@link DatabaseError} */
  async get(id: string): Promise<CardHistory> {
    const card = await this.cards.find(id);
    if (!card) throw new CardNotFoundError(id);
    return { ...card, updates: await this.cards.updatesOf(card.id) };
  }

  /**
   * Asks WeChat how a card stands; an update that was `unknown` ends by it.
   * @throws {CardNotFoundError} {@link CardStandingError} WeChat did not say
   * @throws {CardEndedError} its person was forgotten, and the code with it {@link AccountDisabledError}
   * {@link SendingPausedError} {@link DatabaseError}
   */
  async status(id: string): Promise<CardHistory & { weixin: CardStanding }> {
    const card = await this.settled(id, false);
    if (!isAddressed(card)) throw new CardEndedError(card.id, card.end ?? 'forgotten');
    this.accounts.enabled(card.appId);
    const { answer } = await this.poster.ask(card);
    if (answer.kind !== 'answered' || answer.facts.errclass !== 'ok')
      throw new CardStandingError(card.id, 'reason' in answer ? answer.reason : '', verdictOf(answer));
    const weixin = standingOf(answer.envelope.body);
    await this.updates.observe(card, weixin);
    return { ...(await this.get(id)), weixin };
  }

  /**
   * Says how a card stands and why, in plain words of English and Chinese, with one next step. Asks WeChat
   * for its record of the newest update at most; changes nothing.
   * @throws {CardNotFoundError} {@link DatabaseError}
   */
  async explain(id: string): Promise<CardExplanation> {
    return this.explainers.get().ofCard(id);
  }

  private async setState(
    card: CardRecord,
    state: number,
    fields: CardFields,
    requestedBy?: string,
  ): Promise<CardHistory> {
    const type = this.machine.type(card.notifyType);
    this.machine.assertContent(type, state, fields);
    if (card.state === state && card.contentDigest === contentDigestOf(fields)) return this.get(card.id);
    this.assertOpen(card);
    this.machine.assertMayFollow(type, card.state, state);
    await this.assertReady(card.appId, SET_PATH);
    return this.claim(card, { kind: 'state', state, content: fields }, requestedBy);
  }

  /** The code has a card. Where nothing was stored yet this is one more attempt to begin it. */
  private async startAgain(
    known: CardRecord,
    { openid, notifyType, state, fields }: StartCardDto,
    beginning: CardBeginning,
    requestedBy?: string,
  ): Promise<CardHistory> {
    if (known.openid !== openid || known.notifyType !== notifyType) throw new CardCodeUsedError(known.id);
    const card = await this.settled(known.id);
    const shows = card.state === state && card.contentDigest === contentDigestOf(fields);
    if (card.state !== undefined && !shows) throw new CardCodeUsedError(card.id);
    if (shows) return this.get(card.id);
    const type = this.machine.type(notifyType);
    if (card.endedAt) throw new CardEndedError(card.id, card.end ?? 'expired');
    if (this.clock.now() >= beginning.expiresAt.getTime()) throw tooLate(type);
    await this.assertReady(card.appId, SET_PATH);
    return this.claim(
      { ...card, ...beginning },
      { kind: 'state', state, content: fields },
      requestedBy,
      beginning,
    );
  }

  /**
   * The card, once no update holds it; WeChat is asked about one that is `unknown`.
   * @throws {CardBusyError} one does still, unless `free` is not needed
   */
  private async settled(id: string, free = true): Promise<CardRecord> {
    const card = await this.get(id);
    if (card.updateId === undefined) return card;
    const held = await this.cards.findUpdate(card.updateId);
    if (held?.status === 'unknown' && this.accounts.isEnabled(card.appId)) await this.updates.askNow(held);
    const after = await this.get(id);
    if (after.updateId === undefined || !free) return after;
    const still = await this.cards.findUpdate(after.updateId);
    const seconds = still?.dueAt ? secondsUntil(still.dueAt.getTime(), this.clock.now()) : 1;
    throw new CardBusyError(id, seconds, still?.status === 'waiting' ? 'waits to be tried again' : undefined);
  }

  private async claim(
    card: CardRecord,
    what: Pick<NewCardUpdate, 'kind' | 'state'> & { content: CardFields },
    requestedBy: string | undefined,
    beginning?: CardBeginning,
  ): Promise<CardHistory> {
    if (!isAddressed(card)) throw new CardEndedError(card.id, 'forgotten');
    const at = this.clock.now();
    const update = this.newUpdate(what, requestedBy, at);
    // Somebody else has changed it since it was read, and whether this change still fits is theirs to see.
    if (!(await this.cards.claim(card, update, at + this.poster.leaseMs, beginning)))
      throw new CardBusyError(card.id, 1);
    return this.follow({ ...card, updateId: update.id }, begunUpdate(update, card.id, card.version + 1));
  }

  private async follow(card: AddressedCard, update: CardUpdateRecord): Promise<CardHistory> {
    const settled = await this.updates.begin(card, update);
    const error = cardUpdateError(card, settled);
    if (error) throw error;
    return this.get(card.id);
  }

  private newUpdate(
    { kind, state, content }: Pick<NewCardUpdate, 'kind' | 'state'> & { content: CardFields },
    requestedBy: string | undefined,
    at: number,
  ): NewCardUpdate {
    const contentDigest = contentDigestOf(content);
    const id = this.random.id(at);
    return { id, kind, state, content, contentDigest, requestedBy, acceptedAt: new Date(at) };
  }

  /** @throws {InvalidInputError} {@link AccountKindError} {@link UnknownAccountError} */
  private typeFor({ appId, notifyType, payment, tappedAt }: StartCardDto): CardType {
    const { kind } = this.accounts.get(appId);
    if (kind !== 'mini-program')
      throw new AccountKindError(`account "${appId}" is a "${kind}"; service cards are of mini-programs`, {
        remedy: 'Use the appId of the mini-program in which the person paid or tapped.',
      });
    const type = this.machine.type(notifyType);
    const unfit =
      type.code === 'payment'
        ? [!payment && 'payment is required', tappedAt && 'tappedAt is of a button']
        : [payment && 'payment is of a payment'];
    const field = type.code === 'payment' && payment ? 'tappedAt' : 'payment';
    const [message] = unfit.filter((each) => typeof each === 'string');
    if (message)
      throw invalid([{ field, message: `${message}: the code of type ${notifyType} is a ${type.code}` }]);
    return type;
  }

  /** @throws {CardEndedError} */
  private assertOpen({ id, end, endedAt, expiresAt }: CardRecord): void {
    if (endedAt) throw new CardEndedError(id, end ?? 'terminal');
    if (this.clock.now() >= expiresAt.getTime()) throw new CardEndedError(id, 'expired');
  }

  /**
   * Switched off, or without a token, nothing could be posted: found out before anything is written.
   * @throws {AccountDisabledError} {@link SendingPausedError} {@link TokenUnavailableError}
   */
  private async assertReady(appId: string, path: string): Promise<void> {
    this.pauses.assertNone(appId, path, '');
    await this.api.ready(appId);
  }
}

const isAddressed = <Card extends CardRecord>(card: Card): card is Card & AddressedCard =>
  card.notifyCode !== undefined;

const invalid = (errors: FieldError[]) => new InvalidInputError(errors);

function tooLate({ code }: CardType): InvalidInputError {
  return invalid([
    code === 'payment'
      ? {
          field: 'payment.paidAt',
          message: 'payment.paidAt must be less than 24 hours ago: WeChat begins no card later',
        }
      : {
          field: 'tappedAt',
          message: 'tappedAt must be less than 5 minutes ago: WeChat begins no card later',
        },
  ]);
}

const momentOf = (moment: Date | string | undefined, otherwise: number) =>
  moment === undefined || moment === null ? otherwise : new Date(moment).getTime();

function paymentOf({ payment }: Pick<StartCardDto, 'payment'>): CardPayment | undefined {
  if (!payment) return undefined;
  const { amountFen, paidAt, channel } = payment;
  return { amountFen, paidAt: new Date(paidAt), ...(typeof channel === 'number' && { channel }) };
}

/** @throws {InvalidInputError} */
function assertExt(ext: CardFields | undefined): asserts ext is CardFields {
  if (!ext || Object.keys(ext).length === 0)
    throw invalid([{ field: 'ext', message: 'ext must be an object with at least one member' }]);
  const unfit = unfitText(ext);
  if (unfit) throw invalid([{ field: 'ext', message: `ext holds ${unfit}, which WeChat does not take` }]);
  const tooLarge = tooManyBytes(JSON.stringify(ext), 'ext');
  if (tooLarge) throw invalid([tooLarge]);
}

const begunUpdate = (update: NewCardUpdate, cardId: string, seq: number): CardUpdateRecord => ({
  ...update,
  ...{ cardId, seq, status: 'sending', attempts: 1 },
});
