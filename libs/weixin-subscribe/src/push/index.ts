// What a host names of this room. Events that WeChat pushes.

export {
  PushEventNotFailedError,
  PushEventNotFoundError,
  PushNotConfiguredError,
  PushRefusedError,
  PushTooLargeError,
} from './push.errors.js';
export type {} from './push.events.js';
export type {
  PushEvent,
  PushEventRecord,
  PushEventStatus,
  SubscribeMsgChangeItem,
  SubscribeMsgEventName,
  SubscribeMsgItems,
  SubscribeMsgPopupItem,
  SubscribeMsgSentItem,
} from './push.types.js';
export { PushEventEntity } from './push-event.entity.js';
export type { PushEventFilter, PushEventPage, PushFailures } from './push-event.repository.js';
export { PushEventService } from './push-event.service.js';
export { OnWeixinEvent } from './push-listeners.js';
export type { PushQuery } from './push-verifier.js';
