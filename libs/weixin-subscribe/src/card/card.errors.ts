import { describe } from '../kernel/describe.js';
import { type ErrorFacts, WeixinSubscribeError } from '../kernel/errors.js';
import { errcodeFacts } from '../weixin/errcodes.js';
import {
  causeText,
  errcodeText,
  statusOfErrclass,
  WeixinApiError,
  type WeixinVerdict,
} from '../weixin/weixin-api.errors.js';
import type { CardEnd, CardRecord, CardUpdateRecord } from './card.types.js';

/** There is no card with this id. */
export class CardNotFoundError extends WeixinSubscribeError {
  static override readonly problem = {
    code: 'WEIXIN_CARD_NOT_FOUND',
    status: 404,
    title: 'No such card',
    remedy: 'Check the id; cards that have ended go with their retention.',
  };

  constructor(id: string) {
    super(`there is no card ${describe(id)}`);
  }
}

/** The code has begun a card already: with another person, type or payment, or it is past that state. */
export class CardCodeUsedError extends WeixinSubscribeError {
  static override readonly problem = {
    code: 'WEIXIN_CARD_CODE_USED',
    status: 409,
    title: 'The code is used by a card',
    remedy: 'One code is one card: update that card, or begin another one with another code.',
  };

  constructor(readonly cardId: string) {
    super(`the notifyCode is used by card ${cardId}`);
  }

  override problemMembers(): object {
    return { cardId: this.cardId };
  }
}

/** WeChat's states do not allow this change. Nothing was sent. */
export class CardStateError extends WeixinSubscribeError {
  static override readonly problem = {
    code: 'WEIXIN_CARD_STATE',
    status: 409,
    title: 'The card can not go to this state',
    remedy:
      'Read the card, and choose a state that may follow; the option "cards.types" says otherwise where WeChat does.',
  };

  /** What the card shows; absent: nothing yet. */
  declare readonly from?: number;

  constructor(
    { notifyType }: { notifyType: number },
    from: number | undefined,
    readonly state: number,
    says: string,
  ) {
    super(`state ${state}: a card of type ${notifyType} ${says}`);
    this.assign({ from });
  }

  override problemMembers(): object {
    return { state: this.state, ...(this.from !== undefined && { from: this.from }) };
  }
}

const ENDED: Record<CardEnd, string> = {
  terminal: 'its last state has no successor',
  expired: 'its time is over',
  refused: 'the person refused it',
  blocked: 'WeChat blocked its code',
  forgotten: 'its person was forgotten',
};

/** The card has ended: WeChat takes no update of it any more. Nothing was sent. */
export class CardEndedError extends WeixinSubscribeError {
  static override readonly problem = {
    code: 'WEIXIN_CARD_ENDED',
    status: 409,
    title: 'The card has ended',
    remedy: 'Nothing can be done with this card; another order, or another tap, gives another one.',
  };

  constructor(
    readonly cardId: string,
    readonly end: CardEnd,
  ) {
    super(`card ${cardId} has ended: ${ENDED[end]}`);
  }

  override problemMembers(): object {
    return { cardId: this.cardId, end: this.end };
  }
}

/** Another update of the card has not ended: one at a time keeps its states in order. Nothing was sent. */
export class CardBusyError extends WeixinSubscribeError {
  static override readonly problem = {
    code: 'WEIXIN_CARD_BUSY',
    status: 409,
    title: 'Another update of the card has not ended',
    remedy: 'Try again after the seconds given, with the state that the order has then.',
  };

  constructor(
    readonly cardId: string,
    readonly retryAfterSeconds: number,
    what = 'is under way',
  ) {
    super(`an earlier update of card ${cardId} ${what}`);
  }

  override problemMembers(): object {
    return { cardId: this.cardId, retryAfterSeconds: this.retryAfterSeconds };
  }
}

/** An update of a card was accepted, and WeChat has not stored it for certain. */
export abstract class CardUpdateError extends WeixinApiError {
  abstract readonly outcome: 'refused' | 'failed' | 'unknown';
  readonly cardId: string;
  readonly updateId: string;

  constructor(card: CardRecord, update: CardUpdateRecord, ending: string, facts: ErrorFacts = {}) {
    super(`update ${update.seq} of card ${card.id} ${ending}${causeText(update)}`, verdictIn(update), facts);
    this.cardId = card.id;
    this.updateId = update.id;
  }

  override problemMembers(): object {
    const { cardId, updateId, outcome } = this;
    return { ...super.problemMembers(), cardId, updateId, outcome };
  }
}

/** WeChat refused for this person: the card has ended. */
export class CardRefusedError extends CardUpdateError {
  static override readonly problem = {
    code: 'WEIXIN_CARD_REFUSED',
    status: 422,
    title: 'WeChat refused the card for this person',
  };
  readonly outcome = 'refused';
}

/** It surely was not stored: the card is as it was before. */
export class CardFailedError extends CardUpdateError {
  static override readonly problem = {
    code: 'WEIXIN_CARD_FAILED',
    status: 502,
    title: 'The card was not changed',
  };
  readonly outcome = 'failed';

  override get httpStatus(): number {
    return statusOfErrclass(this.errclass) ?? CardFailedError.problem.status;
  }
}

/** Nobody knows whether it was stored. WeChat is asked in the background, before anything is repeated. */
export class CardUnknownError extends CardUpdateError {
  static override readonly problem = {
    code: 'WEIXIN_CARD_UNKNOWN',
    status: 502,
    title: 'Nobody knows yet whether the card was changed',
  };
  readonly outcome = 'unknown';
}

/** WeChat could not be asked how a card stands, or refused to say. */
export class CardStandingError extends WeixinApiError {
  static override readonly problem = {
    code: 'WEIXIN_CARD_STANDING',
    status: 502,
    title: 'WeChat does not say how the card stands',
  };

  constructor(cardId: string, reason: string, verdict?: WeixinVerdict) {
    super(
      `WeChat does not say how card ${cardId} stands: ${verdict ? errcodeText(verdict.errcode, verdict.errmsg) : reason}`.trimEnd(),
      verdict,
      verdict ? {} : { remedy: 'Nothing was changed: ask again.' },
    );
  }

  override get httpStatus(): number {
    return statusOfErrclass(this.errclass) ?? CardStandingError.problem.status;
  }
}

const AGAIN = 'The card is as it was before: update it again.';
const ASKED =
  'Do not repeat it: WeChat is asked in the background, and it is repeated only where WeChat has not got it. Read the card later.';

/** The error for an update's outcome; `undefined` where there is none: stored, or tried again later. */
export function cardUpdateError(card: CardRecord, update: CardUpdateRecord): CardUpdateError | undefined {
  const remedy = (text: string): ErrorFacts => (update.errcode === undefined ? { remedy: text } : {});
  switch (update.status) {
    case 'sent':
    case 'waiting':
      return undefined;
    case 'refused':
      return new CardRefusedError(card, update, 'was refused by WeChat');
    case 'failed':
      return new CardFailedError(card, update, 'was not stored', remedy(AGAIN));
    case 'unknown':
    case 'sending':
      return new CardUnknownError(card, update, 'has an unknown outcome', { remedy: ASKED });
    default:
      return update.status satisfies never;
  }
}

function verdictIn({ errcode, errmsg, rid }: CardUpdateRecord): WeixinVerdict | undefined {
  return errcode ? { errcode, errmsg: errmsg ?? '', rid, facts: errcodeFacts(errcode) } : undefined;
}
