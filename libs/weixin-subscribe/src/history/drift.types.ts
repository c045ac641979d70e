import type { GrantRule } from '../account/account.options.js';
import type { BilingualText } from '../weixin/errcodes.js';

export interface DriftQuery {
  appId: string;
  /** Messages accepted since then; at most 366 days ago. */
  since: Date;
  thresholds?: Partial<DriftThresholds>;
}

/** From when on a difference is a finding. Rates are shares, 0–1. */
export interface DriftThresholds {
  /** A template with fewer settled messages is not judged, 1–1,000,000. @default 20 */
  minMessages: number;
  /**
   * Of refusals that nothing in the ledger explains: some are normal, since people may switch messages off
   * unnoticed.
   * @default 0.05
   */
  refusedRate: number;
  /** Of everything else, which points at one mistake. @default 0.01 */
  mistakeRate: number;
}

/** How often something was met. */
export interface DriftCount {
  count: number;
  /** How many of them rest on an openid that is not proven, so that strangers may have brought them about. */
  unproven: number;
  /** Share, 0–1, of what it is measured against; 0 where there is none of that. */
  rate: number;
  /** When the first and the last of them was settled. */
  firstAt?: Date;
  lastAt?: Date;
}

/**
 * A way in which the ledger and WeChat differ.
 *
 * - `refused`: the ledger held an unused grant, WeChat said that there is none (43101 and its like), and
 *   nothing in the ledger says why.
 * - `one-per-scene`: the same, but another message for the same person, template and scene was sent after the
 *   grant was given: WeChat
 *   took both confirms for one.
 * - `not-sent-was-sent`: the same, but the grant had come back because a person had resolved an earlier
 *   message as `not-sent`.
 * - `openid-unusable`: the ledger held a grant of an openid that WeChat does not know for this account
 *   (40003 and its like).
 * - `unknown-was-sent`: no usable response came, and a person found that the message had been sent all the
 *   same.
 */
export const DRIFT_KINDS = [
  'refused',
  'one-per-scene',
  'not-sent-was-sent',
  'openid-unusable',
  'unknown-was-sent',
] as const;
export type DriftKind = (typeof DRIFT_KINDS)[number];

export interface TemplateDrift {
  templateId: string;
  /** Messages with an outcome, `unknown` among them. */
  settled: number;
  /**
   * Those of them that WeChat accepted or refused for the person: what `refused`, `one-per-scene` and
   * `not-sent-was-sent` are measured against; the other two against all settled.
   */
  answered: number;
  /** Settled messages that rest on an openid that is not proven, measured against all settled. */
  unproven: DriftCount;
  drift: Record<DriftKind, DriftCount>;
  /** What WeChat refused with, the most frequent first. */
  refusedWith: { errcode: number; count: number; meaning: BilingualText }[];
}

/** A difference that has reached its threshold, and what to do. */
export interface DriftFinding {
  kind: DriftKind;
  templateId: string;
  count: number;
  unproven: number;
  rate: number;
  says: BilingualText;
  remedy: BilingualText;
}

export interface DriftReport {
  appId: string;
  grantRule: GrantRule;
  since: Date;
  until: Date;
  templates: TemplateDrift[];
  /** The most frequent first; empty where the ledger and WeChat agree. */
  findings: DriftFinding[];
}
