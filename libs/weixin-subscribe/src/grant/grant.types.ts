import type { GrantChannel } from '../account/account-templates.options.js';

export type { GrantChannel };

/**
 * `available`: may be claimed · `claimed`: by one message in flight · `spent`: its message was sent (or is
 * assumed so) · `void`: WeChat says there is none · `unknown`: its message may have been delivered, nobody
 * knows · `renewed`: a newer confirm of the same key took its place · `expired`: its time ran out unused.
 */
export const GRANT_STATUSES = [
  'available',
  'claimed',
  'spent',
  'void',
  'unknown',
  'renewed',
  'expired',
] as const;
export type GrantStatus = (typeof GRANT_STATUSES)[number];

/** How a grant may end. One that is `unknown` may come back. */
export type GrantEnding = Extract<GrantStatus, 'spent' | 'void' | 'renewed' | 'expired'>;

/**
 * How well the openid of a grant is known. `bound`: it is the one that the host, or WeChat's OAuth, says its
 * user has · `signed`: an event that WeChat signed names it · `unproven`: a browser or an app said so, and
 * anybody can write what a browser says.
 *
 * In the order in which grants are used, which is also that of their letters: so an index by this column has
 * the proven ones first.
 */
export const GRANT_PROOFS = ['bound', 'signed', 'unproven'] as const;
export type GrantProof = (typeof GRANT_PROOFS)[number];

/** Where a settled claim may go. */
export type SettledGrantStatus = Extract<GrantStatus, 'available' | 'spent' | 'void' | 'unknown'>;

/**
 * What a grant is for: one person, one template and, where the channel has them, one scene of one account.
 */
export interface GrantKey {
  appId: string;
  openid: string;
  templateId: string;
  /** 0–10000; required of `one-time`. The other channels have no scenes: absent or 0. */
  scene?: number;
  /** @default the template's, as the account's options say */
  channel?: GrantChannel;
}

/** A permission that was given. */
export interface NewGrant extends GrantKey {
  /**
   * Identifies the event that gave the permission, at most 128 characters, e.g. `import:<id>`. Recording the
   * same source again adds nothing; the database enforces it. `intent:<id>` is the report of a front end and
   * `push:<id>` an event of WeChat; of one accept they are paired.
   */
  source: string;
  /** The host's id of the user who gave it. */
  subject?: string;
  /**
   * How well the openid is known. A grant that takes the place of an unused one (rule `set`) keeps the better
   * proof of the two.
   * @default 'bound': who records it vouches for the openid
   */
  proof?: GrantProof;
  /** When it was given. @default now, and not later */
  grantedAt?: Date;
  /** Unused grants end here; without it they last. */
  expiresAt?: Date;
}

export interface Grant extends Required<GrantKey> {
  id: string;
  status: GrantStatus;
  source: string;
  /**
   * The other report of the same accept, where one has come: of the front end (`intent:…`) or of WeChat
   * (`push:…`).
   */
  pairedSource?: string;
  subject?: string;
  proof: GrantProof;
  grantedAt: Date;
  expiresAt?: Date;
  /** The message that holds or used it. */
  claimedBy?: string;
  /** When it left the states `available` and `claimed`. */
  closedAt?: Date;
  /** The person has taken back what they gave until then, which ended it as `void`. */
  rejectedAt?: Date;
}

/** Which grants to list: those of a person, or of a scene of a template. */
export type GrantFilter = GrantsOfPerson | GrantsOfScene;

interface GrantsOfPerson {
  appId: string;
  openid: string;
  templateId?: string;
  scene?: number;
  channel?: GrantChannel;
  status?: GrantStatus;
  /** The host's id of the user who gave them. */
  subject?: string;
}

interface GrantsOfScene {
  appId: string;
  templateId: string;
  /** 0–10000; required where the channel has scenes. */
  scene?: number;
  /** @default the template's, as the account's options say */
  channel?: GrantChannel;
  /** @default whatever became of them */
  status?: 'available';
}

/**
 * Many grants that let messages of one template through, taken batch by batch in the order of scene, proof
 * and confirm.
 */
export interface GrantSelection {
  appId: string;
  templateId: string;
  /** Without it every scene, one after the other. */
  scene?: number;
  /** @default 'one-time' */
  channel?: GrantChannel;
  /**
   * Where the batch before ended. Without it from the start, which costs more the more was taken before: one
   * last pass, not every one.
   */
  after?: GrantCursor;
}

/** The grants of up to 500 people. */
export interface GrantList {
  appId: string;
  templateId: string;
  /** Without it the lowest scene under which the person has one, those with a proven openid first. */
  scene?: number;
  /** @default 'one-time' */
  channel?: GrantChannel;
  /** Each once. */
  openids: string[];
}

/** A place in a selection. Plain values, so that it can be stored. */
export interface GrantCursor {
  scene: number;
  proof: GrantProof;
  /** Milliseconds since 1970 UTC. */
  grantedAt: number;
  /** The grant's id. */
  id: string;
}

/** A grant that a batch has claimed. */
export interface ClaimedGrant extends GrantCursor {
  openid: string;
  /** The message that holds it, or that a long-term permission lets through. */
  messageId: string;
  /** Whether it stays as it is, and the message holds none: a long-term template. */
  isKept: boolean;
}
