import type { BroadcastDto } from '../dto/broadcast.dto.js';
import { fillInput } from '../placeholders.js';
import type { RecurringBroadcast } from './recurring.types.js';

const MINUTE_MS = 60_000;

/** The broadcast of one time, as it would be asked for. */
export function occurrenceInput(recurring: RecurringBroadcast, dueAt: Date): BroadcastDto {
  const { appId, templateId, input, endAfterMinutes } = recurring;
  const fields = saidOf(dueAt, recurring.timeZone);
  const deadline =
    endAfterMinutes === undefined ? undefined : new Date(dueAt.getTime() + endAfterMinutes * MINUTE_MS);
  return { ...fillInput(input, fields), appId, templateId, deadline };
}

/** What `{{date}}` and `{{time}}` are, as WeChat's keywords take them: `2026年11月30日` and `08:50`. */
export function saidOf(moment: Date, timeZone: string): { date: string; time: string } {
  const parts = new Intl.DateTimeFormat('en-US', {
    ...{ year: 'numeric', month: 'numeric', day: 'numeric', hour: '2-digit', minute: '2-digit' },
    ...{ hourCycle: 'h23', timeZone },
  }).formatToParts(moment);
  const { year, month, day, hour, minute } = Object.fromEntries(
    parts.map(({ type, value }) => [type, value]),
  );
  return { date: `${year}年${month}月${day}日`, time: `${hour}:${minute}` };
}
