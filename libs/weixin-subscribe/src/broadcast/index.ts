/**
 * One content to many.
 * @module nestjs-weixin-subscribe/broadcast
 */

// What a host names of this room. One content to many: nestjs-weixin-subscribe/broadcast.

export { BroadcastEntity } from './broadcast.entity.js';
export {
  BroadcastIntakeBusyError,
  BroadcastKeyReusedError,
  BroadcastNotFoundError,
  BroadcastStateError,
  UnknownRendererError,
} from './broadcast.errors.js';
export type {} from './broadcast.events.js';
export type { BroadcastDistribution, BroadcastOptions } from './broadcast.options.js';
export { type BroadcastInput, BroadcastService } from './broadcast.service.js';
export type {
  Broadcast,
  BroadcastAction,
  BroadcastAudience,
  BroadcastEvent,
  BroadcastProgress,
  BroadcastRecipient,
  BroadcastStatus,
  PauseCause,
} from './broadcast.types.js';
export type { BroadcastEventView, BroadcastProgressView, BroadcastView } from './broadcast.view.js';
export { BroadcastEventEntity } from './broadcast-event.entity.js';
export { BroadcastRecipientEntity, type RecipientStatus } from './broadcast-recipient.entity.js';
export {
  BroadcastChangeDto,
  BroadcastContentDto,
  BroadcastDto,
  BroadcastQueryDto,
  BroadcastTextDto,
  StartBroadcastDto,
} from './dto/broadcast.dto.js';
export type { BroadcastPreview, BroadcastSample } from './preview.service.js';
export type { RecipientList } from './recipient-intake.js';
export { BroadcastOccurrenceEntity } from './recurring/broadcast-occurrence.entity.js';
export { OccurrenceQueryDto, RecurringBroadcastDto, RecurringQueryDto } from './recurring/recurring.dto.js';
export {
  RecurringBroadcastNameTakenError,
  RecurringBroadcastNotFoundError,
  RecurringBroadcastStateError,
} from './recurring/recurring.errors.js';
export type {} from './recurring/recurring.events.js';
export { RecurringBroadcastService } from './recurring/recurring.service.js';
export type {
  Occurrence,
  OccurrenceOutcome,
  Recurrence,
  RecurringBroadcast,
  RecurringContent,
  RecurringStatus,
} from './recurring/recurring.types.js';
export type { OccurrenceView, RecurringBroadcastView } from './recurring/recurring.view.js';
export { RecurringBroadcastEntity } from './recurring/recurring-broadcast.entity.js';
export { BroadcastRenderer, type RenderedRecipient, type RendersBroadcast } from './renderers.js';
export type { SendQuota } from './send-quotas.js';
