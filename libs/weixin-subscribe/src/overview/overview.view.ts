import type { BroadcastStatus } from '../broadcast/broadcast.types.js';
import type { TokenStatus } from '../token/token.status.js';
import type { ChannelQuota, OverviewAccount, OverviewFacts, OverviewProblem } from './overview.types.js';
import { problemsOf } from './problems.js';

export interface OverviewProblemView extends Omit<OverviewProblem, 'since' | 'until'> {
  since?: string;
  until?: string;
}

export interface OpenMessagesView {
  appId: string;
  count: number;
  since?: string;
}

export interface OverviewBroadcastView {
  id: string;
  appId: string;
  templateId: string;
  status: BroadcastStatus;
  total?: number;
  pauseCause?: string;
  reason?: string;
  createdAt: string;
  startedAt?: string;
  resumesAt?: string;
}

export interface QuotasView {
  appId: string;
  quotas: (Omit<ChannelQuota, 'asOf'> & { asOf: string })[];
}

export interface OverviewView {
  at: string;
  problems: OverviewProblemView[];
  accounts: OverviewAccount[];
  tokens: TokenStatus[];
  messages: { unknown: OpenMessagesView[]; waiting: OpenMessagesView[]; overdue: OpenMessagesView[] };
  broadcasts: OverviewBroadcastView[];
  pushes: { due?: number; failed: OpenMessagesView[] };
  activity: {
    from: string;
    to: string;
    complete: boolean;
    hours: { hour: string; appId: string; channel: string; status: string; count: number }[];
  };
}

export function toOverviewView(facts: OverviewFacts, now: number): OverviewView {
  const { accounts, tokens, unknown, waiting, overdue, pushFailures, pushesDue, activity } = facts;
  return {
    at: iso(new Date(now)) as string,
    problems: problemsOf(facts, now).map(({ since, until, ...problem }) => ({
      ...problem,
      ...{ since: iso(since), until: iso(until) },
    })),
    accounts: [...accounts],
    tokens: [...tokens],
    messages: {
      unknown: unknown.map(openView),
      waiting: waiting.map(openView),
      overdue: overdue.map(openView),
    },
    broadcasts: facts.broadcasts.map(broadcastView),
    pushes: { ...(pushesDue !== undefined && { due: pushesDue }), failed: pushFailures.map(openView) },
    activity: {
      from: activity.from.toISOString(),
      to: activity.to.toISOString(),
      complete: activity.complete,
      hours: activity.counts.map(({ hour, ...count }) => ({ hour: new Date(hour).toISOString(), ...count })),
    },
  };
}

const iso = (moment: Date | undefined): string | undefined => moment?.toISOString();

const openView = ({
  appId,
  count,
  since,
}: {
  appId: string;
  count: number;
  since?: Date;
}): OpenMessagesView => ({
  appId,
  count,
  since: iso(since),
});

function broadcastView(broadcast: OverviewFacts['broadcasts'][number]): OverviewBroadcastView {
  const { id, appId, templateId, status, total, pauseCause, reason } = broadcast;
  return {
    ...{ id, appId, templateId, status, total, pauseCause, reason },
    createdAt: broadcast.createdAt.toISOString(),
    startedAt: iso(broadcast.startedAt),
    resumesAt: iso(broadcast.resumesAt),
  };
}
