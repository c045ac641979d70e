import { errcodeFacts } from '../weixin/errcodes.js';
import type { OutcomeTally, RefusalTally, Tally } from './drift.repository.js';
import type { DriftCount, DriftKind, TemplateDrift } from './drift.types.js';

/** A refusal is an answer of WeChat; the other kinds may be met in any message that has ended. */
export function isMeasuredByAnswers(kind: DriftKind): boolean {
  return kind !== 'openid-unusable' && kind !== 'unknown-was-sent';
}

/** What the tallies of each template come to, the templates in order. */
export function templateDrifts(outcomes: OutcomeTally[], refusals: RefusalTally[]): TemplateDrift[] {
  const templates = [...new Set(outcomes.map(({ templateId }) => templateId))].sort();
  return templates.map((templateId) =>
    driftOf(
      templateId,
      outcomes.filter((outcome) => outcome.templateId === templateId),
      refusals.filter((refusal) => refusal.templateId === templateId),
    ),
  );
}

function driftOf(templateId: string, outcomes: OutcomeTally[], refusals: RefusalTally[]): TemplateDrift {
  const settled = sum(outcomes);
  const byWeixin = outcomes.filter(({ byHand }) => !byHand);
  const answered = sum(byWeixin.filter(({ status }) => status === 'sent' || status === 'refused'));
  const met = (kind: DriftKind, tallies: Tally[]) =>
    count(tallies, isMeasuredByAnswers(kind) ? answered : settled);
  const because = (kind: DriftKind) =>
    met(
      kind,
      refusals.filter(({ cause }) => cause === kind),
    );
  return {
    templateId,
    settled,
    answered,
    unproven: count(
      outcomes.filter(({ unproven }) => unproven),
      settled,
    ),
    drift: {
      refused: because('refused'),
      'one-per-scene': because('one-per-scene'),
      'not-sent-was-sent': because('not-sent-was-sent'),
      'openid-unusable': met('openid-unusable', byWeixin.filter(openidUnusable)),
      'unknown-was-sent': met(
        'unknown-was-sent',
        outcomes.filter(({ byHand, status }) => byHand && status === 'sent'),
      ),
    },
    refusedWith: refusedWith(byWeixin.filter(({ status }) => status === 'refused')),
  };
}

function refusedWith(refused: OutcomeTally[]): TemplateDrift['refusedWith'] {
  return [...new Set(refused.map(({ errcode = 0 }) => errcode))]
    .map((errcode) => ({
      errcode,
      count: sum(refused.filter((tally) => tally.errcode === errcode)),
      meaning: errcodeFacts(errcode).meaning,
    }))
    .sort((a, b) => b.count - a.count);
}

function openidUnusable({ status, errcode }: OutcomeTally): boolean {
  return status === 'failed' && errcode !== undefined && errcodeFacts(errcode).openidUnusable;
}

function sum(tallies: Tally[]): number {
  return tallies.reduce((total, { n }) => total + n, 0);
}

function count(tallies: Tally[], of: number): DriftCount {
  const n = sum(tallies);
  if (n === 0) return { count: 0, unproven: 0, rate: 0 };
  return {
    count: n,
    unproven: sum(tallies.filter(({ unproven }) => unproven)),
    rate: of === 0 ? 0 : n / of,
    firstAt: new Date(Math.min(...tallies.map(({ firstAt }) => firstAt))),
    lastAt: new Date(Math.max(...tallies.map(({ lastAt }) => lastAt))),
  };
}
