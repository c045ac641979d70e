import { integer, json, moment, optional, type RowOf, Table, text } from '../../sql/table.js';
import type { OccurrenceOutcome, RecurringContent, RecurringStatus } from './recurring.types.js';

export const RECURRING = new Table('weixin_recurring_broadcast', {
  id: text(),
  app_id: text(),
  template_id: text(),
  name: text(),
  status: text<RecurringStatus>(),
  input: json<RecurringContent>(),
  cron: text(),
  time_zone: text(),
  start_within_minutes: integer(),
  end_after_minutes: optional(integer()),
  requested_by: optional(text()),
  created_at: moment(),
  next_at: optional(moment()),
});
export type RecurringRow = RowOf<typeof RECURRING>;

export const OCCURRENCES = new Table('weixin_broadcast_occurrence', {
  id: text(),
  recurring_id: text(),
  due_at: moment(),
  outcome: text<OccurrenceOutcome>(),
  through_at: optional(moment()),
  broadcast_id: optional(text()),
  reason: optional(text()),
  decided_at: moment(),
});
export type OccurrenceRow = RowOf<typeof OCCURRENCES>;
