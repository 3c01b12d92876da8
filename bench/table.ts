import type { Result, RowResult, Spread, TargetResult } from './result.ts';
import { describeRow } from './rows.ts';

const COLUMNS = ['client', 'cpu µs/req', 'min–max', 'req/s', 'p50 µs', 'p99 µs', 'of floor'] as const;
const METRICS = { cpu: 'CPU per request', p50: 'p50 latency' } as const;

/** The result for a terminal: a table per row, below it the row's targets. */
export function toTable(result: Result): string {
  const { machine } = result;
  return [
    `${machine.cpu}, ${machine.cores} cores, ${machine.kernel}; Node ${result.node}; ${result.server}; ${result.cores}`,
    `median of ${result.rounds} rounds of ${result.windowSeconds} s`,
    ...result.rows.map(rowTable),
    ...result.notes.map((note) => `note: ${note}`),
  ].join('\n');
}

function rowTable(row: RowResult): string {
  const lines = row.clients.map(({ client, cpu, requestsPerSecond, p50, p99, ofFloor }) => [
    client,
    figure(cpu.median),
    `${figure(cpu.min)}–${figure(cpu.max)}`,
    requestsPerSecond.median.toFixed(0),
    figure(p50.median),
    figure(p99.median),
    ofFloor === null ? '' : ofFloor.median.toFixed(2),
  ]);
  const widths = COLUMNS.map((title, column) =>
    Math.max(title.length, ...lines.map((line) => line[column]?.length ?? 0)),
  );
  const align = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ');
  return [
    '',
    `${row.id}: ${describeRow(row)}; compared by ${METRICS[row.metric]}`,
    `  ${align(COLUMNS)}`,
    ...lines.map((line) => `  ${align(line)}`),
    ...row.targets.map((target) => `  ${targetLine(target)}`),
  ].join('\n');
}

function targetLine({ against, atMost, ratio, reached }: TargetResult): string {
  const verdict = reached === null ? 'not measured' : reached ? 'reached' : 'MISSED';
  return `target: urlpool ≤ ${atMost} of ${against}: ${ratio === null ? '' : `${ratioText(ratio)} `}${verdict}`;
}

function ratioText({ median, min, max }: Spread): string {
  return `${median.toFixed(3)} (${min.toFixed(3)}–${max.toFixed(3)})`;
}

/** Three digits or more: 4.81, 12.3, 250. */
function figure(value: number): string {
  return value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0);
}
