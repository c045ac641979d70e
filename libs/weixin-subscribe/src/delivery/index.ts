// What a host names of this room. One message to one person.

export { BatchContentEntity } from './batches/batch-content.entity.js';
export { MessageBatchEntity } from './batches/message-batch.entity.js';
export type { MessageCounts } from './batches/open-batch.repository.js';
export {
  MessageContentDto,
  MessageMiniprogramDto,
  MessageTextDto,
} from './channels/dto/message-content.dto.js';
export { SendMiniSubscribeDto } from './channels/mini-subscribe.channel.js';
export { SendMiniTemplateDto } from './channels/mini-template.channel.js';
export { SendMessageDto } from './channels/one-time.channel.js';
export { SendServiceNoticeDto } from './channels/service-notice.channel.js';
export {
  MessageFailedError,
  MessageOutcomeError,
  MessageRefusedError,
  MessageUnknownError,
  NoGrantError,
  SendingPausedError,
} from './delivery.errors.js';
export type {} from './delivery.events.js';
export { type DeliveryHealth, DeliveryHealthIndicator } from './delivery.health.js';
export type { DeliveryOptions, UnknownPolicy } from './delivery.options.js';
export { MessageEntity } from './ledger/message.entity.js';
export type {
  KeywordContent,
  MessageContent,
  MessageRecord,
  MessageStatus,
  OneTimeContent,
  Outcome,
} from './ledger/message.types.js';
export { SendPauseEntity } from './pauses/send-pause.entity.js';
export type { SendPause } from './pauses/send-pause.repository.js';
export type {
  ExplainEvent,
  ExplainFinding,
  ExplainQuery,
  ExplainVerdict,
  Explanation,
  WeixinRecord,
} from './send/explanation.types.js';
export { GrantQueryDto } from './send/grant-query.dto.js';
export {
  IdempotencyKeyReusedError,
  MessageInFlightError,
  MessageNotFoundError,
  MessageNotResendableError,
  MessageNotUnknownError,
  MessageNotWaitingError,
} from './send/message.errors.js';
export type { GrantsView, MessageView } from './send/message.view.js';
export { type SendInput, type SendOptions, SubscribeService } from './send/subscribe.service.js';
