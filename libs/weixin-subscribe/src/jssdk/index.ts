// What a host names of this room. Signatures for pages that use the JS-SDK.

export { JssdkUrlRefusedError } from './jssdk.errors.js';
export type { JssdkOptions } from './jssdk.options.js';
export { JssdkService, type JssdkSignature } from './jssdk.service.js';
