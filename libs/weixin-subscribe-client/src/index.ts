export { type Advice, type AdviceLanguage, adviceFor, adviceText } from './advice.js';
export type { FrontEnd, HostRequest, HostResponse, KeyValueStorage } from './front-end.js';
export { configureJsSdk, type JsSdk } from './js-sdk.js';
export { type MiniProgramApi, miniProgram } from './mini-program.js';
export type { AskFailure, AskFailureReason, AskOutcome, TemplateOutcome } from './outcome.js';
export { readSettings, type SubscriptionSettings, type TemplateSetting } from './settings.js';
export { type Problem, SubscribeClientError } from './subscribe-client.error.js';
export { type AuthorizeLink, SubscribeClient, type SubscribeClientOptions } from './subscribe-client.js';
export { type ReturnedAnswer, readReturn, webPage } from './web-page.js';
