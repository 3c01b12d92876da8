// A run, and two runs compared, as lines of text: a pure function of their figures. It writes nothing, and knows of the
// terminal only its width.

import { count, counted, duration, milliseconds, share, size, times } from './quantity.ts';
import type { Figures, Summary } from './summary.ts';
import { textTable } from './text-table.ts';

/** More origins than fill a screen are told of as one line. */
const MOST_ORIGINS = 20;

/** Of the statuses and of the failures; the others are added up. */
const MOST_KINDS = 6;

/** The longest label, `connections`, and a gap. */
const LABEL_WIDTH = 13;

const NARROWEST_ORIGIN = 16;

const INDENT = '  ';

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => INDENT + line);
}

/**
 * One run: its figures, a table of its origins, and notes.
 *
 * @param width Columns of the terminal; null for no limit.
 */
export function runReport(title: string, summary: Summary, width: number | null): string[] {
  const table = originTable(summary, width === null ? null : width - INDENT.length);
  const parts = [[title, ...indented(facts(summary))], indented(table), notes(summary)];
  return parts.filter((part) => part.length > 0).flatMap((part, index) => (index === 0 ? part : ['', ...part]));
}

/** The same list fetched with reuse and without. */
export function comparisonReport(kept: Summary, fresh: Summary): string[] {
  const row = (label: string, tell: (summary: Summary) => string): string[] => [label, tell(kept), tell(fresh)];
  const table = textTable([
    ['', 'with reuse', 'without'],
    row('time', ({ elapsed }) => duration(elapsed)),
    row('latency p50', ({ p50 }) => latency(p50)),
    row('latency p99', ({ p99 }) => latency(p99)),
    row('fetched', ({ fetched }) => count(fetched)),
    ...(kept.failed + fresh.failed === 0 ? [] : [row('failed', ({ failed }) => count(failed))]),
    row('connections opened', ({ connections }) => count(connections)),
    row('reuse', ({ reused, requests }) => share(reused, requests)),
  ]);
  return ['The same URLs with reuse and without', ...indented(table), '', verdict(kept, fresh)];
}

/** How many times as fast; nothing where the two did not do the same work. */
function verdict(kept: Summary, fresh: Summary): string {
  if (kept.fetched !== fresh.fetched) {
    return `The runs fetched ${count(kept.fetched)} and ${counted(fresh.fetched, 'URL')}: their times do not compare.`;
  }
  if (kept.fetched === 0) return 'Nothing was fetched: there is nothing to compare.';
  if (kept.reused === 0) return 'No connection was reused: there is nothing to compare.';
  const ratio = times(fresh.elapsed / kept.elapsed);
  return `With reuse the job was ${ratio} times as fast: ${duration(kept.elapsed)} in place of ${duration(fresh.elapsed)}.`;
}

function facts(summary: Summary): string[] {
  const { fetched, failed, givenUp, statuses, failures, bytes, elapsed, connections, requests, reused } = summary;
  const begun = fetched + failed + givenUp;
  if (begun === 0) return labelled('URLs', ['none begun']);
  const told = fetched === begun ? 'all fetched' : `${fetched === 0 ? 'none' : count(fetched)} fetched`;
  const ofResponses = [
    ...labelled('bodies', [size(bytes)]),
    ...labelled('latency', [`p50 ${latency(summary.p50)}, p99 ${latency(summary.p99)}`]),
  ];
  return [
    ...labelled('URLs', [`${count(begun)}, ${told}`]),
    ...labelled('statuses', fetched === 0 ? [] : [kinds(statuses).join(', ')]),
    ...labelled('failed', kinds(failures)),
    ...labelled('given up', givenUp === 0 ? [] : [`${count(givenUp)}, under way when the job was stopped`]),
    ...(fetched === 0 ? [] : ofResponses),
    ...labelled('time', [duration(elapsed)]),
    ...labelled('connections', [`${count(connections)} opened for ${counted(requests, 'request')}`]),
    ...labelled('reuse', requests === 0 ? [] : [`${share(reused, requests)} of the requests found a connection open`]),
  ];
}

/** A label before the first of the lines, and room for it before the others. */
function labelled(label: string, lines: readonly string[]): string[] {
  return lines.map((line, index) => (index === 0 ? label : '').padEnd(LABEL_WIDTH) + line);
}

/** `990 × 200`, `8 × 404` */
function kinds(counts: readonly (readonly [number | string, number])[]): string[] {
  const shown = counts.slice(0, MOST_KINDS).map(([kind, number]) => `${count(number)} × ${kind}`);
  const others = counts.slice(MOST_KINDS).reduce((total, [, number]) => total + number, 0);
  return others === 0 ? shown : [...shown, `${count(others)} × others`];
}

function originTable(summary: Summary, width: number | null): string[] {
  const { origins } = summary;
  if (origins.length === 0) return [];
  const shown = origins.slice(0, MOST_ORIGINS);
  // Of a single origin, "all" would say everything twice.
  const figures = shown.length === 1 && summary.requests === shown[0]?.requests ? shown : [...shown, summary];
  const names = ['origin', ...shown.map(({ origin }) => origin), 'all'];
  const table = (columns: readonly Column[], room: number): string[] => {
    const cells = [columns.map(([title]) => title), ...figures.map((row) => columns.map(([, tell]) => tell(row)))];
    return textTable(cells.map((row, index) => [shortened(names[index] ?? '', room), ...row]));
  };

  // Where names do not fit, a column makes room for them; where that is not enough, they are shortened.
  const columns = COLUMNS.filter(([title]) => title !== 'failed' || summary.failed > 0);
  const fits = (lines: readonly string[]): boolean => width === null || lines.every((line) => line.length <= width);
  let lines = table(columns, Number.POSITIVE_INFINITY);
  if (!fits(lines)) {
    const fewer = columns.filter(([title]) => title !== 'bodies');
    const widest = Math.max(...table(fewer, 0).map((line) => line.length));
    lines = table(fewer, Math.max((width ?? 0) - widest, NARROWEST_ORIGIN));
  }
  if (origins.length > shown.length) lines.splice(-1, 0, `and ${counted(origins.length - shown.length, 'other')}`);
  return lines;
}

type Column = readonly [title: string, tell: (figures: Figures) => string];

const COLUMNS: readonly Column[] = [
  ['requests', ({ requests }) => count(requests)],
  ['failed', ({ failed }) => count(failed)],
  ['bodies', ({ bytes }) => size(bytes)],
  ['p50', ({ p50 }) => latency(p50)],
  ['p99', ({ p99 }) => latency(p99)],
  ['opened', ({ connections }) => count(connections)],
  ['reuse', ({ reused, requests }) => share(reused, requests)],
];

/** A name with its middle cut out where it is too long: an origin's ends, scheme and port, tell most. */
function shortened(name: string, room: number): string {
  if (name.length <= room) return name;
  if (room < 1) return '';
  const end = Math.floor((room - 1) / 2);
  return `${name.slice(0, room - 1 - end)}…${name.slice(name.length - end)}`;
}

function notes({ statuses, failures }: Summary): string[] {
  const redirects = statuses.reduce(
    (total, [status, number]) => (status >= 300 && status < 400 ? total + number : total),
    0,
  );
  const untrusted = failures.find(([code]) => code === 'ERR_TLS_CERTIFICATE') !== undefined;
  return [
    ...(redirects === 0 ? [] : [`Note: ${count(redirects)} × 3xx: redirects are not followed in this version.`]),
    ...(untrusted ? ['Note: -k would accept every certificate; then nothing proves who answers.'] : []),
  ];
}

function latency(ms: number | null): string {
  return ms === null ? '–' : milliseconds(ms);
}
