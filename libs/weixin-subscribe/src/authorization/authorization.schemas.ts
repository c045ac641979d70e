import {
  APP_ID,
  arrayOf,
  moment,
  oneOf,
  responseOf,
  SCENE,
  type Schema,
  TEMPLATE_ID,
} from '../kernel/schema.js';
import type { SubscribeReported } from './subscribe-intents.js';

const state: Schema = { type: 'string', example: 'the0state0that0we0issued' };
const answer = oneOf(['confirmed', 'cancelled']);

/** What the app passes to the SDK: `SubscribeMessage.Req` on Android, `WXSubscribeMsgReq` on iOS. */
export interface IntentReply {
  appId: string;
  templateId: string;
  scene: number;
  reserved: string;
  /** ISO 8601, UTC. */
  expiresAt: string;
}

export interface IntentResultReply {
  status: 'confirmed' | 'cancelled';
  appId: string;
  templateId: string;
  scene: number;
}

export interface SubscribeIntentsReply {
  appId: string;
  /**
   * For `tmplIds` of `wx.requestSubscribeMessage`, or `template` of `<wx-open-subscribe>` (joined by commas).
   */
  templateIds: string[];
  /** Comes back with the result. */
  state: string;
  /** ISO 8601, UTC. */
  expiresAt: string;
}

export type SubscribeResultReply = SubscribeReported;

export const INTENT = responseOf<IntentReply>(
  'Intent',
  { appId: APP_ID, templateId: TEMPLATE_ID, scene: SCENE, reserved: state, expiresAt: moment() },
  {},
  { description: 'What the app passes to the SDK of WeChat' },
);

export const INTENT_OUTCOME = responseOf<IntentResultReply>(
  'IntentOutcome',
  { status: answer, appId: APP_ID, templateId: TEMPLATE_ID, scene: SCENE },
  {},
);

export const SUBSCRIBE_INTENTS = responseOf<SubscribeIntentsReply>(
  'SubscribeIntents',
  { appId: APP_ID, templateIds: arrayOf(TEMPLATE_ID), state, expiresAt: moment() },
  {},
);

export const SUBSCRIBE_OUTCOME = responseOf<SubscribeResultReply>(
  'SubscribeOutcome',
  { appId: APP_ID, results: { type: 'object', description: 'By template id', additionalProperties: answer } },
  {},
);
