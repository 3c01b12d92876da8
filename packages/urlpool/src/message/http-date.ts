// Dates in header fields, in the three forms that a recipient must take (RFC 9110 §5.6.7), and in no other: what JavaScript's
// Date takes beyond them differs from one engine to the next.

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
const DAYS = 'Sun Mon Tue Wed Thu Fri Sat'.split(' ');
const LONG_DAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');

const DAY = `(?:${DAYS.join('|')})`;
const MONTH = `(?<month>${MONTHS.join('|')})`;
const TIME = String.raw`(?<hour>\d\d):(?<minute>\d\d):(?<second>\d\d)`;

const FORMS: readonly RegExp[] = [
  // Sun, 06 Nov 1994 08:49:37 GMT
  new RegExp(String.raw`^${DAY}, (?<day>\d\d) ${MONTH} (?<year>\d{4}) ${TIME} GMT$`),
  // Sunday, 06-Nov-94 08:49:37 GMT
  new RegExp(String.raw`^(?:${LONG_DAYS.join('|')}), (?<day>\d\d)-${MONTH}-(?<short>\d\d) ${TIME} GMT$`),
  // Sun Nov  6 08:49:37 1994
  new RegExp(String.raw`^${DAY} ${MONTH} (?<day>[ \d]\d) ${TIME} (?<year>\d{4})$`),
];

/** A year of two digits is of the past where it would be further ahead than this. */
const YEARS_AHEAD = 50;

/**
 * The time that a date in a header field names, in ms since the Unix epoch; null where it is none.
 *
 * @param now The time of day, for years of two digits.
 */
export function parseHTTPDate(text: string, now: number): number | null {
  for (const form of FORMS) {
    const groups = form.exec(text)?.groups;
    if (groups !== undefined) return timeOf(groups, now);
  }
  return null;
}

function timeOf(groups: Record<string, string | undefined>, now: number): number | null {
  const [day, hour, minute, second] = ['day', 'hour', 'minute', 'second'].map((name) => Number(groups[name]));
  const month = MONTHS.indexOf(groups.month ?? '');
  const year = groups.short === undefined ? Number(groups.year) : fullYear(Number(groups.short), now);
  const date = new Date(0);
  date.setUTCFullYear(year, month, day);
  // A leap second is the first of the next minute.
  date.setUTCHours(hour ?? 0, minute, second);
  const isDate = date.getUTCDate() === day || (hour === 23 && minute === 59 && second === 60);
  return isDate && isTime(hour, minute, second) ? date.getTime() : null;
}

function isTime(hour = 0, minute = 0, second = 0): boolean {
  return hour < 24 && minute < 60 && second <= 60;
}

function fullYear(short: number, now: number): number {
  const current = new Date(now).getUTCFullYear();
  const year = current - (current % 100) + short;
  return year > current + YEARS_AHEAD ? year - 100 : year;
}
