import type { MessageStatus } from '../delivery/ledger/message.types.js';
import type { GrantStatus } from '../grant/grant.types.js';

/** What is counted, over which days. */
export interface CountsQuery {
  appId: string;
  /** @default all templates */
  templateId?: string;
  /** @default all scenes */
  scene?: number;
  /** The first day, `YYYY-MM-DD`, from 2000 on. */
  from: string;
  /** The last day, `YYYY-MM-DD`; at most 366 days with it. */
  to: string;
  /** Whose days, an IANA name. @default 'Asia/Shanghai' */
  timeZone?: string;
}

/** One day of one template and scene. */
export interface DayCounts {
  /** `YYYY-MM-DD` in the time zone asked for. */
  day: string;
  templateId: string;
  scene: number;
  /** The grants that were given on that day, by the state they have now. */
  grants: Record<GrantStatus, number>;
  /** The messages that were accepted on that day, by the outcome they have now. */
  messages: Record<MessageStatus, number>;
}
