import { language } from './i18n/language';

export const EVERY = ['day', 'weekdays', 'week', 'month', 'cron'] as const;
export type Every = (typeof EVERY)[number];

/** What a person has chosen for the times of a recurring broadcast. */
export interface RecurrenceForm {
  name: string;
  every: Every;
  /** `08:50`. */
  time: string;
  /** 0: Sunday. */
  weekDay: string;
  date: string;
  cron: string;
  timeZone: string;
  endAfterMinutes: string;
}

export const emptyRecurrence = (): RecurrenceForm => ({
  name: '',
  every: 'day',
  time: '09:00',
  weekDay: '1',
  date: '1',
  cron: '0 9 * * *',
  timeZone: 'Asia/Shanghai',
  endAfterMinutes: '',
});

/** Whether it says when; a field of time that was cleared is empty. */
export const isComplete = ({ name, every, time, cron }: RecurrenceForm): boolean =>
  name !== '' && (every === 'cron' ? cron.trim() : time) !== '';

/** The five fields that say it. */
export function cronOf({ every, time, weekDay, date, cron }: RecurrenceForm): string {
  if (every === 'cron') return cron.trim().replaceAll(/\s+/g, ' ');
  const [hour, minute] = time.split(':').map(Number);
  const days = { day: '* * *', weekdays: '* * 1-5', week: `* * ${weekDay}`, month: `${date} * *` }[every];
  return `${minute} ${hour} ${days}`;
}

export type Rule = { every: Exclude<Every, 'cron'>; time: string; weekDay?: number; date?: number };

const SIMPLE = /^(\d{1,2}) (\d{1,2}) (\*|\d{1,2}) \* (\*|1-5|[0-7])$/;

/** What the fields say, where it is one of the choices; `undefined`: it is shown as it is written. */
export function ruleOf(cron: string): Rule | undefined {
  const [, minute, hour, date, weekDay] = SIMPLE.exec(cron) ?? [];
  if (!minute || !hour || !date || !weekDay) return undefined;
  const time = `${hour.padStart(2, '0')}:${minute.padStart(2, '0')}`;
  if (date !== '*') return weekDay === '*' ? { every: 'month', time, date: Number(date) } : undefined;
  if (weekDay === '*') return { every: 'day', time };
  if (weekDay === '1-5') return { every: 'weekdays', time };
  return { every: 'week', time, weekDay: Number(weekDay) % 7 };
}

/** Name of a day of the week, 0: Sunday. */
export function dayName(weekDay: number): string {
  const format = new Intl.DateTimeFormat(language.value === 'zh' ? 'zh-CN' : 'en-GB', {
    weekday: 'long',
    timeZone: 'UTC',
  });
  // The 4th of January 1970 was a Sunday.
  return format.format((3 + weekDay) * 86_400_000);
}

const ZONES = Intl.supportedValuesOf('timeZone');
export const timeZones = (): string[] => (ZONES.includes('UTC') ? ZONES : [...ZONES, 'UTC']);

/** What stands for `{{date}}` and `{{time}}` in a dry run: those of now, in that zone. */
export function filledNow(value: string, timeZone: string): string {
  // While it is being typed it is none.
  if (!timeZones().includes(timeZone)) return value;
  const at = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat('zh-CN', { ...options, timeZone }).format(new Date());
  const date = at({ year: 'numeric', month: 'long', day: 'numeric' });
  const time = at({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  return value.replaceAll(/\{\{\s*date\s*\}\}/g, date).replaceAll(/\{\{\s*time\s*\}\}/g, time);
}
