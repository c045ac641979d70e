import type { FieldError, Grant, PushEventRecord } from 'nestjs-weixin-subscribe';
import type { Outcome } from '../course/reminder.types.js';
import type { ChannelEntry } from './channel.catalog.js';

/** The account that a channel's page works with: the first that has a template of it. */
export interface ChannelAccount {
  appId: string;
  /** Of this channel. */
  templateIds: string[];
  /** Whether WeChat pushes its events here, accepts and rejections among them. */
  takesPushes: boolean;
}

/** Somebody who may get a message. */
export interface ChannelPerson {
  openid: string;
  /** The name that the simulator knows; of real people we know the openid only. */
  name?: string;
}

/** A keyword of a template, as the form asks for it. */
export interface Keyword {
  /** E.g. `thing1`. */
  key: string;
  /** What stands before the value on the phone. */
  label: string;
  value: string;
  errors: FieldError[];
}

/** A message in the person's Service Notifications. */
export interface InboxCard {
  title: string;
  lines: { label: string; value: string }[];
  receivedAt: Date;
}

/** What is there only with the simulator. */
export interface PhoneView {
  /** Its page of this person. */
  inboxUrl: string;
  /** Newest first. */
  inbox: InboxCard[];
}

/** What the stand-in for the client did, and what came of it. */
export const CLIENT_OUTCOMES = [
  'confirmed',
  'cancelled',
  'switched-off',
  'switched-on',
  'submitted',
  'paid',
] as const;
export type ClientOutcome = (typeof CLIENT_OUTCOMES)[number];

/** A form that was not sent: what it held, and what is wrong with it. */
export interface RefusedForm {
  values: Record<string, string>;
  errors: FieldError[];
  idempotencyKey: string;
}

/** Everything that the page of a channel shows. */
export interface ChannelView {
  channel: ChannelEntry;
  account?: ChannelAccount;
  templateId: string;
  /** All of this channel; WeChat tells the title, unless it is retired. */
  templates: { id: string; title?: string }[];
  people: ChannelPerson[];
  person?: ChannelPerson;
  available: number;
  /** Newest first. */
  grants: Grant[];
  /** Pushes of WeChat about this person, newest first. */
  pushes: PushEventRecord[];
  /** Absent: WeChat did not tell the template. */
  keywords?: Keyword[];
  /** Of fields that the form does not have. */
  otherErrors: FieldError[];
  phone?: PhoneView;
  client?: ClientOutcome;
  outcome?: Outcome;
  idempotencyKey: string;
  publicBaseUrl: string;
}
