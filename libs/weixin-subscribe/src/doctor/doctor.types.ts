import type { BilingualText } from '../weixin/errcodes.js';

/** What is looked at, in this order. */
export const DOCTOR_CHECKS = [
  'credential',
  'ip-whitelist',
  'third-parties',
  'kind',
  'api-security',
  'quota',
  'templates',
  'push',
  'callback',
  'js-sdk',
  'clock',
  'domains',
] as const;
export type DoctorCheck = (typeof DOCTOR_CHECKS)[number];

/** `not-checked`: WeChat tells nothing of it, or could not be asked; `message` says what to compare. */
export const FINDING_STATUSES = ['ok', 'warning', 'problem', 'not-checked'] as const;
export type FindingStatus = (typeof FINDING_STATUSES)[number];

/** One point of the going-live checklist. */
export interface DoctorFinding {
  check: DoctorCheck;
  status: FindingStatus;
  message: BilingualText;
  /** What to do, where something is to be done. */
  remedy?: BilingualText;
  /** WeChat's, where it said one. */
  errcode?: number;
}

export interface DoctorReport {
  appId: string;
  checkedAt: Date;
  /** No finding is a problem. */
  healthy: boolean;
  findings: DoctorFinding[];
}
