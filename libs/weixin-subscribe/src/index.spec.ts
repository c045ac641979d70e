import 'reflect-metadata';
import * as library from './index.js';

/** What hosts may rely on. A name that goes or comes is a change that the CHANGELOG has to tell. */
const PUBLIC = [
  // Module
  'WeixinSubscribeModule',
  'WeixinSubscribeConfig',
  // Ask, record, send, token
  'AuthorizationService',
  'GrantRepository',
  'SceneRegistry',
  'SubscribeService',
  'HistoryService',
  'DriftService',
  'TokenService',
  'AccessToken',
  'PersonalDataService',
  // Shapes of the doors
  'AuthorizeQueryDto',
  'CallbackQueryDto',
  'CreateIntentDto',
  'IntentResultDto',
  'GrantQueryDto',
  'PersonHistoryDto',
  'CountsDto',
  'DriftQueryDto',
  'SendMessageDto',
  'MessageTextDto',
  'MessageMiniprogramDto',
  'RefreshTokenDto',
  'ProblemDetailsFilter',
  // Database
  'WEIXIN_DATA_SOURCE',
  'WEIXIN_SUBSCRIBE_ENTITIES',
  'WEIXIN_SUBSCRIBE_MIGRATIONS',
  'TABLE_PREFIX',
  'migrate',
  'GrantEntity',
  'IntentEntity',
  'MessageEntity',
  'SceneEntity',
  'TokenEntity',
  // Platform
  'ERRCODE_TABLE',
  'errcodeFacts',
  'WeixinTransport',
  'WeixinTransportError',
  'WEIXIN_HTTP_SERVICE',
  // For tests and simulations
  'BackgroundTasks',
  'Clock',
  'SystemClock',
  'RandomSource',
  'CryptoRandomSource',
  // Errors
  'WeixinSubscribeError',
  'WeixinApiError',
  'AccountKindError',
  'AnswerMismatchError',
  'DatabaseError',
  'IdempotencyKeyReusedError',
  'InvalidInputError',
  'InvalidOptionsError',
  'MessageFailedError',
  'MessageInFlightError',
  'MessageNotFoundError',
  'MessageNotUnknownError',
  'MessageOutcomeError',
  'MessageRefusedError',
  'MessageUnknownError',
  'NoGrantError',
  'PurposeUnknownError',
  'RateLimitedError',
  'ReturnToRefusedError',
  'ScenesExhaustedError',
  'ServiceKeyError',
  'StateExpiredError',
  'StateForeignError',
  'StateReusedError',
  'StateUnknownError',
  'TokenUnavailableError',
  'UnknownAccountError',
  'UnknownTemplateError',
];

it('exports exactly these names', () => {
  expect(Object.keys(library).sort()).toEqual(PUBLIC.sort());
});
