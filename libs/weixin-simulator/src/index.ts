/**
 * WeChat on a local port.
 * @module weixin-simulator
 */

export { SimulatorClient } from './client.js';
export { ConfigError, UsageError } from './common/usage-error.js';
export type { ComponentOptions } from './component/component-options.js';
export type { Behaviour } from './config/behaviour.js';
export { DEFAULT_BEHAVIOUR } from './config/behaviour.js';
export type { FormTemplateOptions } from './config/form-template.js';
export type {
  AccountKind,
  AccountOptions,
  PersonOptions,
  SentFailure,
  SimulatorOptions,
} from './config/options.js';
export type { PushFormat, PushMode, PushTargetOptions } from './config/push-target.js';
export { DEFAULT_ACCOUNTS, DEFAULT_PEOPLE, SAMPLES } from './config/samples.js';
export type { KeywordEnumValue, SubscribeTemplateOptions } from './config/subscribe-template.js';
export type { PersonAnswer } from './confirm/person-answer.js';
export type { SdkResponses } from './confirm/sdk-response.js';
export type {
  ActivityDetail,
  ActivityOptions,
  CardVerbs,
  CardView,
  CodeChange,
  OrderOptions,
  PaidOrder,
} from './control/card-verbs.js';
export type { AuthorizeOptions, AuthorizeResult, ComponentVerbs } from './control/component-verbs.js';
export type {
  Payment,
  PushEventOptions,
  ReceiverOptions,
  SettingOptions,
  SubmittedForm,
  SubscribeOptions,
  SubscribeVerbs,
} from './control/subscribe-verbs.js';
export type {
  SimulatorState,
  SimulatorVerbs,
  SubscriptionRequestOptions,
  TapOptions,
} from './control/verbs.js';
export type { LoginOptions, OAuthOptions, WebVerbs } from './control/web-verbs.js';
export type { Fault, FaultKind, FaultOptions, SecurityFault } from './fault/fault.js';
export type { WxConfigOptions, WxConfigResult } from './jssdk/wx-config.js';
export type { RecordedCall } from './platform/call-log.js';
export type { CountersSnapshot } from './platform/counters.js';
export type { Grant } from './platform/grants.js';
export type { MessageLine, ReceivedMessage } from './platform/inbox.js';
export type { PushRecord } from './push/pushes.js';
export type { ApiSecurityOptions, PlatformKeyOptions } from './security/api-security.js';
export { WeixinSimulator } from './simulator.js';
export type { SubscribeFailCode } from './subscribe/subscribe-fail.js';
export type {
  OpenAnswer,
  OpenSubscribeResult,
  RequestAnswer,
  RequestSubscribeResult,
} from './subscribe/subscribe-results.js';
export type { SubscriptionsSetting } from './subscribe/subscriptions-setting.js';
export type { SettingResult } from './subscribe/switch-templates.js';
export type { TokenFamily } from './token/access-token.js';
export type { TokenView } from './token/token-view.js';
