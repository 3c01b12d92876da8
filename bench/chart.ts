// The picture for the README: CPU per request, a group of bars per row. Drawn by hand, with no font and no script
// of its own, light or dark as the reader's page is. Each group has a scale of its own, since a 64 KB response costs
// several times a 1 KB one: only bars of one group can be compared, and the groups say so.

import { type ClientName, isForScale } from './client-name.ts';
import type { ClientResult, Result, RowResult } from './result.ts';

const WIDTH = 760;
const MARGIN = 24;
const LABELS = 130;
const FIGURES = 90;
const BAR = 16;
const STEP = 23;
const TITLE = 62;
const GROUP_TITLE = 26;
const GROUP_GAP = 20;
/** A line of the footer, and how many letters of its size fit on it. */
const LINE = 18;
const LETTERS = 105;

const STYLE = `
    text { font: 13px system-ui, -apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif; fill: #1f2328 }
    .ground { fill: #ffffff }
    .title { font-size: 17px; font-weight: 600 }
    .group { font-weight: 600 }
    .faint { fill: #59636e; font-size: 12px }
    .figure { font-variant-numeric: tabular-nums }
    .peer { fill: #afb8c1 }
    .scale { fill: #afb8c1; opacity: 0.5 }
    .urlpool { fill: #0969da }
    .floor { fill: none; stroke: #818b98; stroke-dasharray: 3 2 }
    .own { font-weight: 700 }
    @media (prefers-color-scheme: dark) {
      text { fill: #f0f6fc }
      .ground { fill: #0d1117 }
      .faint { fill: #9198a1 }
      .peer { fill: #565e68 }
      .urlpool { fill: #4493f8 }
      .floor { stroke: #9198a1 }
    }
  `;

/** The result as an SVG document. */
export function toChart(result: Result): string {
  const parts: string[] = [];
  let y = MARGIN + TITLE;
  for (const row of result.rows.filter(({ kind }) => kind === 'load')) {
    parts.push(group(row, y));
    y += GROUP_TITLE + row.clients.length * STEP + GROUP_GAP;
  }
  const versions = Object.entries(result.versions).map(([name, version]) => `${name} ${version}`);
  const footer = [
    ...wrap([`Node ${result.node}`, ...versions, result.server, result.cores]),
    `${result.machine.cpu}, ${result.date.slice(0, 10)}; median of ${result.rounds} alternating rounds`,
  ].map((line, index) => text(MARGIN, y + (index + 1) * LINE, 'faint', line));
  const height = y + footer.length * LINE + MARGIN;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="Client CPU time per request">
  <style>${STYLE}</style>
  <rect class="ground" width="${WIDTH}" height="${height}" rx="8"/>
  ${text(MARGIN, MARGIN + 16, 'title', 'Client CPU per request, in µs')}
  ${text(MARGIN, MARGIN + 36, 'faint', 'Shorter is better. Each group has its own scale. Floor: bare sockets that only count bytes.')}
  ${parts.join('\n  ')}
  ${footer.join('\n  ')}
</svg>
`;
}

/** The parts, with commas, on as few lines as hold them. */
function wrap(parts: readonly string[]): string[] {
  const lines: string[] = [];
  for (const part of parts) {
    const line = lines.at(-1);
    if (line === undefined || line.length + part.length + 2 > LETTERS) lines.push(part);
    else lines[lines.length - 1] = `${line}, ${part}`;
  }
  return lines;
}

function group(row: RowResult, top: number): string {
  const longest = Math.max(...row.clients.map(cpuOf));
  return [
    text(MARGIN, top + 12, 'group', row.title),
    ...row.clients.map((client, index) => bar(client, top + GROUP_TITLE + index * STEP, longest)),
  ].join('\n  ');
}

function cpuOf({ figures }: ClientResult): number {
  return figures.cpu?.median ?? 0;
}

function bar(result: ClientResult, top: number, longest: number): string {
  const { client } = result;
  const cpu = cpuOf(result);
  const left = MARGIN + LABELS;
  const length = (cpu / longest) * (WIDTH - left - FIGURES - MARGIN);
  const own = client === 'urlpool' ? ' own' : '';
  const baseline = top + 12.5;
  return [
    text(MARGIN, baseline, `label${own}`, client),
    `<rect class="${kindOf(client)}" x="${left}" y="${top}" width="${length.toFixed(1)}" height="${BAR}" rx="2"/>`,
    text(left + length + 8, baseline, `figure${own}`, cpu.toFixed(cpu < 1000 ? 1 : 0)),
  ].join('\n  ');
}

function kindOf(client: ClientName): string {
  if (client.startsWith('urlpool')) return 'urlpool';
  if (client.startsWith('floor')) return 'floor';
  return isForScale(client) ? 'scale' : 'peer';
}

function text(x: number, y: number, className: string, content: string): string {
  const escaped = content.replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`);
  return `<text class="${className}" x="${x.toFixed(1)}" y="${y.toFixed(1)}">${escaped}</text>`;
}
