import { FIGURE_NAMES, FIGURES, type Figure } from './figure.ts';
import type { ClientResult, Result, RowResult, Spread, TargetResult } from './result.ts';

/** The result for a terminal: a table per row, below it the row's targets. */
export function toTable(result: Result): string {
  const { machine } = result;
  return [
    `${machine.cpu}, ${machine.cores} cores, ${machine.kernel}; Node ${result.node}; ${result.server}; ${result.cores}`,
    `median of ${result.rounds} rounds of ${result.windowSeconds} s`,
    ...result.rows.map(rowTable),
    '',
    'targets',
    ...result.rows.flatMap((row) => row.targets.map((target) => `  ${row.id}: ${targetLine(target, row)}`)),
    ...result.notes.map((note) => `note: ${note}`),
  ].join('\n');
}

function rowTable(row: RowResult): string {
  const others = FIGURE_NAMES.filter(
    (name) =>
      name !== row.metric && FIGURES[name].heading !== null && row.clients.some(({ figures }) => name in figures),
  );
  const hasFloor = row.clients.some(({ ofFloor }) => ofFloor !== null);
  const lines = [
    ['client', heading(row.metric), 'min–max', ...others.map(heading), ...(hasFloor ? ['of floor'] : [])],
    ...row.clients.map((client) => [
      client.client,
      median(client, row.metric),
      range(client.figures[row.metric]),
      ...others.map((name) => median(client, name)),
      ...(client.ofFloor === null ? [] : [client.ofFloor.median.toFixed(2)]),
    ]),
  ];
  return ['', `${row.id}: ${row.title}; compared by ${FIGURES[row.metric].title}`, ...aligned(lines)].join('\n');
}

/** The cells as lines, each column as wide as its widest cell, all but the first set to the right. */
function aligned(lines: readonly (readonly string[])[]): string[] {
  const widths = (lines[0] ?? []).map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const pad = (cell: string, column: number): string =>
    column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0);
  return lines.map((line) => `  ${line.map(pad).join('  ')}`.trimEnd());
}

function heading(name: Figure): string {
  return FIGURES[name].heading ?? name;
}

function median({ figures }: ClientResult, name: Figure): string {
  const found = figures[name];
  return found === undefined ? '' : figure(found.median);
}

function range(found: Spread | undefined): string {
  return found === undefined ? '' : `${figure(found.min)}–${figure(found.max)}`;
}

function targetLine({ target, found, limit, reached }: TargetResult, { unit }: RowResult): string {
  const verdict = reached === null ? 'not measured' : reached ? 'reached' : 'MISSED';
  const measured =
    found === null ? '' : `${found.median.toFixed(3)} (${found.min.toFixed(3)}–${found.max.toFixed(3)}) `;
  switch (target.is) {
    case 'figure':
      return `urlpool ≤ ${target.atMost} ${unit}`.trim().concat(`: ${measured}${verdict}`);
    case 'ratio':
      return `urlpool ≤ ${target.atMost} of ${target.against}: ${measured}${verdict}`;
    case 'ratio as in': {
      const inOther = limit === null ? '?' : (limit / target.atMost).toFixed(3);
      return `urlpool ≤ ${target.atMost} × ${inOther} (as in ${target.row}) of ${target.against}: ${measured}${verdict}`;
    }
  }
}

/** Three digits or more: 4.81, 12.3, 250. */
function figure(value: number): string {
  return value === 0 ? '0' : value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0);
}
