// Numbers for people: thousands separated, at most three or four digits that matter, the same in every locale.

const WHOLE = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const ONE_DIGIT = new Intl.NumberFormat('en-US', { minimumFractionDigits: 1, maximumFractionDigits: 1 });

/** `1,000` */
export function count(value: number): string {
  return WHOLE.format(value);
}

/** A count with its noun: `1 URL`, `1,000 URLs`. */
export function counted(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? '' : 's'}`;
}

/** Bytes in decimal units: `200 B`, `29.4 MB`. */
export function size(bytes: number): string {
  if (bytes < 1000) return `${count(bytes)} B`;
  const units = ['kB', 'MB', 'GB', 'TB'];
  let value = bytes / 1000;
  let unit = 0;
  // 999.5 kB would be rounded to 1,000 kB.
  for (; value >= 999.5 && unit < units.length - 1; unit++) value /= 1000;
  return `${(value < 99.95 ? ONE_DIGIT : WHOLE).format(value)} ${units[unit]}`;
}

/** A duration in milliseconds, with a decimal where it is short: `2.9 ms`, `1,204 ms`. */
export function milliseconds(ms: number): string {
  return `${ms < 99.95 ? ONE_DIGIT.format(ms) : WHOLE.format(ms)} ms`;
}

/** A duration in seconds: `0.3 s`. */
export function seconds(ms: number): string {
  return `${ONE_DIGIT.format(ms / 1000)} s`;
}

/** A duration of any length: milliseconds below ten seconds, seconds from there on. */
export function duration(ms: number): string {
  return ms < 9999.5 ? milliseconds(ms) : seconds(ms);
}

/** A part of a whole in %, rounded down, so that 100.0% means all of it; `–` of nothing. */
export function share(part: number, whole: number): string {
  if (whole === 0) return '–';
  return `${ONE_DIGIT.format(Math.floor((part * 1000) / whole) / 10)}%`;
}

/** How many times as large: `2.1`. */
export function times(ratio: number): string {
  return ONE_DIGIT.format(ratio);
}
