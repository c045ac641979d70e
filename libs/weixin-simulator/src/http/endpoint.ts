import type { Platform } from '../platform/platform.js';
import type { Answer, AnswerWriter } from './answer.js';
import type { PlatformCall } from './call.js';

/** What an endpoint works with. */
export interface EndpointContext {
  platform: Platform;
  write: AnswerWriter;
  /** Ends whatever waits when the simulator closes. */
  closing: AbortSignal;
}

/** One address of the platform. Synchronous: a call is processed in one go, so calls cannot interleave. */
export type Endpoint = (call: PlatformCall, context: EndpointContext) => Answer;
