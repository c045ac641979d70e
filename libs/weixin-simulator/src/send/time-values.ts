/** A moment as the platform writes it, in parts; a part that is not named is undefined. */
interface Moment {
  year?: string;
  month?: string;
  day?: string;
  clock?: string;
}

const CLOCK = '(?<clock>\\d{1,2}:\\d{2}(?::\\d{2})?)';

/**
 * The forms of a day: `y年m月d日`, `y年m月` and `m月d日`; or with `-`, `/` or `.` between. In Chinese a time may
 * follow at once, otherwise after a space.
 */
const FORMS: readonly RegExp[] = [
  ...[
    '(?<year>[1-9]\\d{3})年(?<month>\\d{1,2})月(?<day>\\d{1,2})日',
    '(?<year>[1-9]\\d{3})年(?<month>\\d{1,2})月',
  ],
  '(?<month>\\d{1,2})月(?<day>\\d{1,2})日',
]
  .map((day) => new RegExp(`^${day}(?: ?${CLOCK})?$`))
  .concat(
    ['-', '/', '\\.'].flatMap((between) =>
      [
        ['(?<year>[1-9]\\d{3})', '(?<month>\\d{1,2})', '(?<day>\\d{1,2})'],
        ['(?<year>[1-9]\\d{3})', '(?<month>\\d{1,2})'],
        ['(?<month>\\d{1,2})', '(?<day>\\d{1,2})'],
      ].map((parts) => new RegExp(`^${parts.join(between)}(?: ${CLOCK})?$`)),
    ),
    new RegExp(`^${CLOCK}$`),
  );

/**
 * Times of a day in 24 hours, perhaps after a day: `15:01`, `2019年10月1日 15:01`; one, or two joined by `~`.
 */
export function isTimeRange(value: string, wide: boolean): boolean {
  return isRange(value, ({ clock, ...day }) => clock !== undefined && (wide || isWhole({ ...day, clock })));
}

/**
 * Days, perhaps with a time: `2019年10月1日`, `2018-01`, `1月18日`, `2019-10-01 15:01`; one, or two joined by `~`.
 * Read widely, the second may be a time alone after a first that has one.
 */
export function isDateRange(value: string, wide: boolean): boolean {
  let isAfterTime = false;
  return isRange(value, (moment) => {
    const { month, clock } = moment;
    const fits = month === undefined ? wide && isAfterTime : wide || clock === undefined || isWhole(moment);
    isAfterTime = clock !== undefined;
    return fits;
  });
}

/**
 * The page joins times to whole days, of two digits each; and what stands beside a day in parts it does not
 * say.
 */
function isWhole({ year, month, day, clock }: Moment): boolean {
  const isPartOfDay = month !== undefined && (year === undefined || day === undefined);
  return !isPartOfDay && (clock === undefined || /^\d{2}:/.test(clock));
}

/** One value, or two joined by `~`, which may have a space on either side. */
function isRange(value: string, isOne: (moment: Moment) => boolean): boolean {
  const parts = value.split(/ ?~ ?/);
  return parts.length <= 2 && parts.map(momentOf).every((moment) => moment !== undefined && isOne(moment));
}

function momentOf(value: string): Moment | undefined {
  for (const form of FORMS) {
    const moment: Moment | undefined = form.exec(value)?.groups;
    if (moment) return isCalendarDay(moment) && isTimeOfDay(moment.clock) ? moment : undefined;
  }
  return undefined;
}

/** The first day of a month that names none; a day without a year may be the 29th of February. */
function isCalendarDay({ year = '2000', month = '1', day = '1' }: Moment): boolean {
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  return date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
}

function isTimeOfDay(clock = '0:00'): boolean {
  const [hour, minute, second = 0] = clock.split(':').map(Number);
  return hour < 24 && minute < 60 && second < 60;
}
