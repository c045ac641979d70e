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
  BroadcastDto,
  BroadcastQueryDto,
  BroadcastTextDto,
  StartBroadcastDto,
} from './dto/broadcast.dto.js';
export type { BroadcastPreview, BroadcastSample } from './preview.service.js';
export type { RecipientList } from './recipient-intake.js';
export { BroadcastRenderer, type RenderedRecipient, type RendersBroadcast } from './renderers.js';
export type { SendQuota } from './send-quotas.js';
