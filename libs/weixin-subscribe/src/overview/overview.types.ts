import type { AccountKind } from '../account/account-kinds.js';
import type { GrantChannel } from '../account/account-templates.options.js';
import type { CredentialKind } from '../account/credential.options.js';
import type { Broadcast } from '../broadcast/broadcast.types.js';
import type { SendQuota } from '../broadcast/send-quotas.js';
import type { OpenMessages } from '../delivery/deferred/waiting-message.repository.js';
import type { SendPause } from '../delivery/pauses/send-pause.repository.js';
import type { Activity } from '../history/activity.service.js';
import type { TokenStatus } from '../token/token.status.js';
import type { BilingualText } from '../weixin/errcodes.js';

export const PROBLEM_CODES = [
  'token-missing',
  'token-refresh-failed',
  'token-third-party',
  'token-mints-used-up',
  'token-unreadable',
  'token-circuit-open',
  'quota-used-up',
  'template-paused',
  'template-missing',
  'template-keywords-changed',
  'messages-unknown',
  'messages-overdue',
  'broadcast-paused',
  'pushes-failed',
  'pushes-waiting',
  'account-not-authorized',
] as const;
export type ProblemCode = (typeof PROBLEM_CODES)[number];

/** `problem`: people do not get what they should; `warning`: they will not, if nobody does anything. */
export const SEVERITIES = ['problem', 'warning'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** Something that a person should do something about. */
export interface OverviewProblem {
  code: ProblemCode;
  severity: Severity;
  message: BilingualText;
  remedy: BilingualText;
  appId?: string;
  templateId?: string;
  broadcastId?: string;
  /** How many there are; 1,000 stands for that many or more. */
  count?: number;
  since?: Date;
  /** When it ends by itself. */
  until?: Date;
  errcode?: number;
  /** What WeChat, or the database, said. */
  detail?: string;
}

export const ACCOUNT_ORIGINS = ['options', 'account-source'] as const;
export type AccountOrigin = (typeof ACCOUNT_ORIGINS)[number];

export interface OverviewAccount {
  appId: string;
  kind: AccountKind;
  enabled: boolean;
  credential: CredentialKind;
  /** `options`: those of the host, which cannot be changed at run time. */
  source: AccountOrigin;
  templates: { templateId: string; channel: GrantChannel }[];
}

/** What the overview is made of, of the accounts that the caller may see. */
export interface OverviewFacts {
  accounts: readonly OverviewAccount[];
  tokens: readonly TokenStatus[];
  pauses: readonly SendPause[];
  templates: readonly { appId: string; templateId: string; kind: string; since: Date; detail: string }[];
  unknown: readonly OpenMessages[];
  overdue: readonly OpenMessages[];
  waiting: readonly OpenMessages[];
  broadcasts: readonly Broadcast[];
  pushFailures: readonly { appId: string; count: number; since: Date }[];
  /** Of all accounts; absent where the caller may not see all of them. */
  pushesDue?: number;
  notAuthorized: readonly { appId: string; because: string }[];
  activity: Activity;
}

/** How much of its sends of today an account has used, by one channel. */
export interface ChannelQuota extends SendQuota {
  channel: GrantChannel;
}
