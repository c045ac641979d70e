import type { BilingualText, Grant, MessageStatus } from 'nestjs-weixin-subscribe';

/** How many people the page of a course lists. */
export const MOST_SHOWN = 20;

/** Somebody who answered for a course, through one account and template. */
export interface Attendee {
  appId: string;
  /** `official-account`: subscribed on the page. `mobile-app`: in the app. */
  flow: 'web' | 'app';
  openid: string;
  templateId: string;
  /** How many reminders may be sent now. */
  available: number;
  /** Every grant the person gave for this course, newest first. */
  grants: Grant[];
}

/**
 * How an attempt to remind ended: the id of the message, where one was accepted, else the code of the error.
 */
export type Attempt = { messageId: string } | { code: string; errcode?: number };

/** What a person is told about an attempt. */
export interface Outcome {
  status: MessageStatus | 'not-accepted';
  meaning: BilingualText;
  remedy?: BilingualText;
  errcode?: number;
}
