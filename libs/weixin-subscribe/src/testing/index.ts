/**
 * For a host's own tests.
 * @module nestjs-weixin-subscribe/testing
 */

// For a host's own tests: `nestjs-weixin-subscribe/testing`

export { type PushToSign, type SignedPush, signPush } from '../push/sign-push.js';
export { ManualClock } from './manual-clock.js';
export type { TestRunner } from './test-runner.js';
export type { OpenTokenStore, TokenStoreHandles } from './token-store/bench.js';
export { describeTokenStore } from './token-store/describe-token-store.js';
