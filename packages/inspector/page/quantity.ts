// Numbers as people read them: counts with separators, times with two figures that matter, sizes in bytes. The page is
// in English whatever the browser's language is, so that a saved file reads the same everywhere.

const COUNT = new Intl.NumberFormat('en-US');

/** A count: `12,345`. */
export function count(value: number): string {
  return COUNT.format(value);
}

/** A count with its noun: `1 request`, `12,345 requests`. */
export function counted(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? '' : 's'}`;
}

/** A time in ms, `–` where it is not known: `0.42 ms`, `3.1 ms`, `41 ms`, `3.1 s`, `41 s`, `2 min 5 s`. */
export function duration(ms: number): string {
  if (Number.isNaN(ms)) return '–';
  if (ms >= 59_950) {
    const seconds = Math.round(ms / 1000);
    return `${count(Math.floor(seconds / 60))} min ${seconds % 60} s`;
  }
  if (ms >= 999.5) return `${(ms / 1000).toFixed(ms < 9_950 ? 1 : 0)} s`;
  if (ms >= 9.95) return `${Math.round(ms)} ms`;
  return ms === 0 ? '0 ms' : `${ms.toFixed(ms < 0.95 ? 2 : 1)} ms`;
}

/** A size: `12 B`, `3.4 kB`, `1.2 MB`. */
export function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const units = ['kB', 'MB', 'GB', 'TB'];
  let value = bytes / 1000;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${value.toFixed(value < 9.95 ? 1 : 0)} ${units[unit]}`;
}

/** A share as percent: `95.6 %`; never `100 %` of what is not all, nor `0 %` of what is not none. */
export function percent(part: number, whole: number): string {
  if (whole <= 0) return '–';
  if (part >= whole) return '100 %';
  if (part <= 0) return '0 %';
  return `${Math.min(99.9, Math.max(0.1, (part / whole) * 100)).toFixed(1)} %`;
}
