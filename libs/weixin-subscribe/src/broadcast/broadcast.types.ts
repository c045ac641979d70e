import type { MessageCounts } from '../delivery/batches/open-batch.repository.js';
import type { MessageContent, Outcome } from '../delivery/ledger/message.types.js';
import type { GrantChannel } from '../grant/grant.types.js';

/**
 * `draft`: it takes recipients and nothing is sent · `scheduled`: until its `notBefore` · `running` ·
 * `paused`: by a person, or for a cause that {@link Broadcast.pauseCause} names · `finished`: nobody is left,
 * or its deadline passed · `cancelled`: by a person.
 */
export const BROADCAST_STATUSES = [
  'draft',
  'scheduled',
  'running',
  'paused',
  'finished',
  'cancelled',
] as const;
export type BroadcastStatus = (typeof BROADCAST_STATUSES)[number];

/**
 * `person` · `quota`: 45009, it goes on by itself when the quota begins anew · `quiet-hours`: it goes on when
 * they are over · `refused`: too many of the last messages were refused or wrong · `account`: WeChat refuses
 * the account itself · `trouble`: WeChat could not be reached, or was busy, ten times in a row · `renderer`:
 * the host's renderer failed.
 */
export const PAUSE_CAUSES = [
  'person',
  'quota',
  'quiet-hours',
  'refused',
  'account',
  'trouble',
  'renderer',
] as const;
export type PauseCause = (typeof PAUSE_CAUSES)[number];

/**
 * `scene`: everybody who has an unused grant under one scene; of the template, where the channel has no
 * scenes · `recipients`: a list that the host supplies.
 */
export type BroadcastAudience = 'scene' | 'recipients';

/** One content to many people. */
export interface Broadcast {
  id: string;
  appId: string;
  templateId: string;
  channel: GrantChannel;
  audience: BroadcastAudience;
  /** Of a list: absent when any scene will do. 0 where the channel has none. */
  scene?: number;
  /** What the scene is for, where it was named so. */
  purpose?: string;
  status: BroadcastStatus;
  /** What it says, with its placeholders. Absent when a renderer says all of it. */
  content?: MessageContent;
  /** Name of the host's {@link BroadcastRenderer}. */
  renderer?: string;
  idempotencyKey?: string;
  /** Who created it. */
  requestedBy?: string;
  /** Messages per second, at most; the account's own rate holds as well. */
  rate?: number;
  notBefore?: Date;
  deadline?: Date;
  /** How many people it was for when it was started. */
  total?: number;
  /** Recipients that were supplied, without the ones that follow. */
  recipients: number;
  /** Recipients whose row was wrong: nothing is sent to them. */
  invalid: number;
  /** Rows that named a recipient again. */
  duplicates: number;
  /** Recipients who had no unused grant when they were claimed. */
  noGrant: number;
  pauseCause?: PauseCause;
  /** Why it is paused, or why it ended early. */
  reason?: string;
  /** When a pause ends by itself. */
  resumesAt?: Date;
  createdAt: Date;
  startedAt?: Date;
  endedAt?: Date;
}

/** The row, with what only the workers need. */
export interface BroadcastRecord extends Broadcast {
  digest: string;
  /** Since when it has been running without a break, and how many messages had ended by then. */
  resumedAt?: Date;
  endedBefore: number;
}

/**
 * Where a broadcast stands. Every message ends in one of the four outcomes, so `claimed` = `inFlight` + the
 * sum of them.
 */
export interface BroadcastProgress extends Record<Outcome, number> {
  id: string;
  status: BroadcastStatus;
  pauseCause?: PauseCause;
  reason?: string;
  resumesAt?: Date;
  /** How many people it is for; absent in a draft. Those who confirm while it runs come on top. */
  total?: number;
  /** Messages that there are. */
  claimed: number;
  /** Messages that have not ended. */
  inFlight: number;
  /**
   * What of it rests on openids that are not proven ({@link GrantProof}). Refusals among them pause no
   * broadcast: strangers can bring them about.
   */
  unproven: MessageCounts;
  /** Recipients without a grant, or with a wrong row; only of lists. */
  noGrant: number;
  invalid: number;
  duplicates: number;
  /** How many people are still to be written to. */
  remaining?: number;
  /** Messages per second since it was started or resumed; 0 while it does not run. */
  rate: number;
  /** Seconds until nobody remains, at that rate. */
  etaSeconds?: number;
}

/** A person to write to, and what fills the placeholders for them. */
export interface BroadcastRecipient {
  openid: string;
  fields?: Record<string, string | number>;
}

/** One thing that was done with a broadcast. */
export interface BroadcastEvent {
  action: BroadcastAction;
  at: Date;
  /** Who did it; absent for what the library did by itself. */
  requestedBy?: string;
  reason?: string;
}

export const BROADCAST_ACTIONS = [
  'created',
  'started',
  'began',
  'paused',
  'resumed',
  'finished',
  'cancelled',
] as const;
export type BroadcastAction = (typeof BROADCAST_ACTIONS)[number];
