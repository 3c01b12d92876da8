import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toChart } from '../chart.ts';
import { type Result, ratioByRound, type Sample, spread, summarise } from '../result.ts';
import type { ClientName, Row } from '../rows.ts';
import { toTable } from '../table.ts';

const ROW: Row = {
  id: '1k-50',
  scheme: 'http',
  body: '1 KB',
  connections: 50,
  metric: 'cpu',
  targets: [
    { against: 'undici-request', atMost: 0.55 },
    { against: 'floor', atMost: 1.5 },
    { against: 'node-http', atMost: 1 },
  ],
};

function samples(...cpu: number[]): Sample[] {
  return cpu.map((each) => ({ requests: 1000, cpu: each, requestsPerSecond: 1e6 / each, p50: 1, p99: 2, opened: 50 }));
}

const SAMPLES = new Map<ClientName, Sample[]>([
  ['urlpool', samples(10, 20, 12)],
  ['undici-request', samples(20, 40, 20)],
  ['floor', samples(5, 10, 5)],
]);

test('spread() is the median, the least and the greatest', () => {
  assert.deepEqual(spread([3, 1, 2]), { median: 2, min: 1, max: 3 });
  assert.deepEqual(spread([4, 1, 2, 3]), { median: 2.5, min: 1, max: 4 });
});

test('ratioByRound() compares within a round, then takes the median', () => {
  // The machine was half as fast in the second round, for both.
  assert.deepEqual(ratioByRound(samples(10, 20, 12), samples(20, 40, 20), 'cpu'), { median: 0.5, min: 0.5, max: 0.6 });
  assert.equal(ratioByRound([], samples(1), 'cpu'), null);
});

test('summarise() tells which targets are reached', () => {
  const { targets } = summarise(ROW, SAMPLES);
  assert.deepEqual(
    targets.map(({ against, reached }) => [against, reached]),
    [
      ['undici-request', true],
      ['floor', false],
      ['node-http', null],
    ],
  );
});

const RESULT: Result = {
  date: '2026-01-01T00:00:00.000Z',
  command: 'node bench/run.ts',
  machine: { cpu: 'A <fast> processor', cores: 2, memoryGiB: 8, kernel: 'Linux', loadBefore: 0 },
  cores: 'server on core 0, client on core 1',
  node: '24.0.0',
  server: 'nginx 1.0',
  versions: { undici: '8.0.0' },
  rounds: 3,
  warmUpSeconds: 1,
  windowSeconds: 1,
  notes: [],
  rows: [summarise(ROW, SAMPLES)],
};

test('toTable() names each client and the verdict of each target', () => {
  const table = toTable(RESULT);
  assert.match(table, /undici-request +20\.0 /);
  assert.match(table, /≤ 0\.55 of undici-request: 0\.500 \(0\.500–0\.600\) reached/);
  assert.match(table, /≤ 1\.5 of floor: 2\.000 .* MISSED/);
  assert.match(table, /≤ 1 of node-http: not measured/);
});

test('toChart() has a bar with its figure per client, and escapes what it quotes', () => {
  const chart = toChart(RESULT);
  assert.equal(chart.match(/<rect class="(peer|urlpool|floor)"/g)?.length, 3);
  assert.match(chart, />12\.0<\/text>/);
  assert.match(chart, /A &#60;fast&#62; processor/);
});
