import type { OccurrenceOutcome } from './recurring.types.js';

declare module '../../kernel/weixin-events.js' {
  interface WeixinEventMap {
    /** A time of a recurring broadcast has come. Happens once, in one process. */
    'weixin.broadcast.occurred': {
      recurringId: string;
      appId: string;
      name: string;
      dueAt: Date;
      outcome: OccurrenceOutcome;
      /** The broadcast that was started. */
      broadcastId?: string;
      /** Why none was. */
      reason?: string;
    };
  }
}
