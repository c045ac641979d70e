// What a host names of this room. Ask: intents to people.

export {
  AnswerMismatchError,
  OpenidUnknownError,
  OpenidUnprovenError,
  ReturnToRefusedError,
  SnapshotUserError,
  StateExpiredError,
  StateForeignError,
  StateReusedError,
  StateUnknownError,
} from './authorization.errors.js';
export type { AuthorizationOptions } from './authorization.options.js';
export type {
  IntentReply,
  IntentResultReply,
  SubscribeIntentsReply,
  SubscribeResultReply,
} from './authorization.schemas.js';
export type {
  Answer,
  Answered,
  IntentRequest,
  OpenIntent,
  Proof,
} from './authorization.service.js';
export { AuthorizationService } from './authorization.service.js';
export {
  AuthorizeQueryDto,
  CallbackQueryDto,
  CreateIntentDto,
  IntentResultDto,
} from './dto/authorization.dto.js';
export { CreateSubscribeIntentsDto, SubscribeResultDto } from './dto/subscribe.dto.js';
export { IntentEntity } from './intent.entity.js';
export type { Intent, IntentFlow, IntentStatus } from './intent.types.js';
export type {
  OpenSubscribeIntent,
  SubscribeIntentRequest,
  SubscribeReport,
  SubscribeReported,
} from './subscribe-intents.js';
export type { SubscribeAnswer } from './subscribe-result.js';
