import type { BroadcastContentDto } from '../dto/broadcast.dto.js';

/** `active`: it starts a broadcast at each of its times · `paused`: by a person, it starts none. */
export const RECURRING_STATUSES = ['active', 'paused'] as const;
export type RecurringStatus = (typeof RECURRING_STATUSES)[number];

/**
 * What became of a time of a recurring broadcast. `started`: a broadcast was started for it · `missed`: no
 * process was there within `startWithinMinutes` · `skipped`: the broadcast of an earlier time had not ended,
 * or the account was switched off · `failed`: the broadcast was refused, e.g. because the template has
 * changed.
 */
export const OCCURRENCE_OUTCOMES = ['started', 'missed', 'skipped', 'failed'] as const;
export type OccurrenceOutcome = (typeof OCCURRENCE_OUTCOMES)[number];

/** When a recurring broadcast starts one. */
export interface Recurrence {
  /** Five fields: minute, hour, day of the month, month, day of the week. */
  cron: string;
  /** Of IANA; the cron expression is read on its clocks. */
  timeZone: string;
}

/** What it says and to whom, as it was asked for; `{{date}}` and `{{time}}` are those of each occurrence. */
export type RecurringContent = Omit<BroadcastContentDto, 'appId' | 'templateId'>;

/** Starts the same broadcast again and again, to everybody who has a grant at that time. */
export interface RecurringBroadcast extends Recurrence {
  id: string;
  appId: string;
  templateId: string;
  /** Unique in its account. */
  name: string;
  status: RecurringStatus;
  input: RecurringContent;
  startWithinMinutes: number;
  /** Minutes after its time from which on nothing more of a run is sent. */
  endAfterMinutes?: number;
  /** Who created it. */
  requestedBy?: string;
  createdAt: Date;
  /** Its next time; absent while it is paused. */
  nextAt?: Date;
}

/** One time of a recurring broadcast, and what became of it. */
export interface Occurrence {
  id: string;
  recurringId: string;
  dueAt: Date;
  outcome: OccurrenceOutcome;
  /** The last time of several in a row that were missed together. */
  throughAt?: Date;
  /** The broadcast that was started for it. */
  broadcastId?: string;
  /** Why none was. */
  reason?: string;
  decidedAt: Date;
}
