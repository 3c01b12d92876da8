// The picture for the README: CPU per request, a group of bars per row. Drawn by hand, with no font and no script
// of its own, light or dark as the reader's page is. Each group has a scale of its own, since a 64 KB response costs
// several times a 1 KB one: only bars of one group can be compared, and the groups say so.

import type { ClientResult, Result, RowResult } from './result.ts';
import { describeRow } from './rows.ts';

const WIDTH = 760;
const MARGIN = 24;
const LABELS = 130;
const FIGURES = 90;
const BAR = 16;
const STEP = 23;
const TITLE = 62;
const GROUP_TITLE = 26;
const GROUP_GAP = 20;
const FOOTER = 40;

const STYLE = `
    text { font: 13px system-ui, -apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif; fill: #1f2328 }
    .ground { fill: #ffffff }
    .title { font-size: 17px; font-weight: 600 }
    .group { font-weight: 600 }
    .faint { fill: #59636e; font-size: 12px }
    .figure { font-variant-numeric: tabular-nums }
    .peer { fill: #afb8c1 }
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
  for (const row of result.rows) {
    parts.push(group(row, y));
    y += GROUP_TITLE + row.clients.length * STEP + GROUP_GAP;
  }
  const height = y + FOOTER;
  const versions = Object.entries(result.versions).map(([name, version]) => `${name} ${version}`);
  const conditions = [`Node ${result.node}`, ...versions, result.server, result.cores].join(', ');
  const run = `${result.machine.cpu}, ${result.date.slice(0, 10)}; median of ${result.rounds} alternating rounds`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="Client CPU time per request">
  <style>${STYLE}</style>
  <rect class="ground" width="${WIDTH}" height="${height}" rx="8"/>
  ${text(MARGIN, MARGIN + 16, 'title', 'Client CPU per request, in µs')}
  ${text(MARGIN, MARGIN + 36, 'faint', 'Shorter is better. Each group has its own scale. Floor: bare sockets that only count bytes.')}
  ${parts.join('\n  ')}
  ${text(MARGIN, height - MARGIN - 12, 'faint', conditions)}
  ${text(MARGIN, height - MARGIN + 6, 'faint', run)}
</svg>
`;
}

function group(row: RowResult, top: number): string {
  const longest = Math.max(...row.clients.map(({ cpu }) => cpu.median));
  return [
    text(MARGIN, top + 12, 'group', describeRow(row)),
    ...row.clients.map((client, index) => bar(client, top + GROUP_TITLE + index * STEP, longest)),
  ].join('\n  ');
}

function bar({ client, cpu }: ClientResult, top: number, longest: number): string {
  const left = MARGIN + LABELS;
  const length = (cpu.median / longest) * (WIDTH - left - FIGURES - MARGIN);
  const kind = client === 'urlpool' ? client : client.startsWith('floor') ? 'floor' : 'peer';
  const own = client === 'urlpool' ? ' own' : '';
  const baseline = top + 12.5;
  return [
    text(MARGIN, baseline, `label${own}`, client),
    `<rect class="${kind}" x="${left}" y="${top}" width="${length.toFixed(1)}" height="${BAR}" rx="2"/>`,
    text(left + length + 8, baseline, `figure${own}`, cpu.median.toFixed(1)),
  ].join('\n  ');
}

function text(x: number, y: number, className: string, content: string): string {
  const escaped = content.replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`);
  return `<text class="${className}" x="${x.toFixed(1)}" y="${y.toFixed(1)}">${escaped}</text>`;
}
