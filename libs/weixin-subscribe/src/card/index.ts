// What a host names of this room. Service cards.

export { CardEntity } from './card.entity.js';
export {
  CardBusyError,
  CardCodeUsedError,
  CardEndedError,
  CardFailedError,
  CardNotFoundError,
  CardRefusedError,
  CardStandingError,
  CardStateError,
  CardUnknownError,
  CardUpdateError,
} from './card.errors.js';
export type {} from './card.events.js';
export type { CardOptions, CardStateOptions, CardTypeOptions } from './card.options.js';
export { CardService, type CardStateInput, type StartCardInput } from './card.service.js';
export type {
  CardEnd,
  CardFields,
  CardHistory,
  CardPayment,
  CardRecord,
  CardStanding,
  CardStatus,
  CardUpdateKind,
  CardUpdateRecord,
  CardUpdateStatus,
} from './card.types.js';
export type { CardExplanationView, CardStandingView, CardUpdateView, CardView } from './card.view.js';
export type { CardExplainEvent, CardExplanation } from './card-explanation.types.js';
export {
  CARD_TABLE,
  CARD_WINDOWS,
  type CardCodeSource,
  type CardState,
  type CardType,
} from './card-table.js';
export { CardUpdateEntity } from './card-update.entity.js';
export { StartCardDto, UpdateCardDto } from './dto/card.dto.js';
