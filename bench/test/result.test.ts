import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toChart } from '../chart.ts';
import type { ClientName } from '../client-name.ts';
import type { Sample } from '../figure.ts';
import { type Result, type RowSamples, ratioByRound, spread, summarise } from '../result.ts';
import type { Row } from '../row.ts';
import { toTable } from '../table.ts';

const ROW: Row = {
  id: '1k-50',
  is: 'load',
  scheme: 'http',
  use: 'get',
  body: '1 KB',
  connections: 50,
  metric: 'cpu',
  clients: [],
  targets: [
    { is: 'ratio', against: 'undici-request', atMost: 0.55 },
    { is: 'ratio', against: 'floor', atMost: 1.5 },
    { is: 'ratio', against: 'node-http', atMost: 1 },
  ],
};

const MORE: Row = {
  ...ROW,
  id: '1k-500',
  connections: 500,
  targets: [
    { is: 'ratio as in', row: '1k-50', against: 'undici-request', atMost: 1.1 },
    { is: 'ratio as in', row: '1k-50', against: 'floor', atMost: 1.1 },
    { is: 'ratio as in', row: 'none', against: 'floor', atMost: 1.1 },
  ],
};

const ERRORS: Row = {
  id: 'reload',
  is: 'reload',
  reloads: 20,
  requestsPerSecond: 200,
  connections: 50,
  metric: 'errors',
  clients: [],
  targets: [
    { is: 'figure', atMost: 0, of: 'max' },
    { is: 'figure', atMost: 0, of: 'median' },
  ],
};

function samples(...cpu: number[]): Sample[] {
  return cpu.map((each) => ({ requests: 1000, cpu: each, requestsPerSecond: 1e6 / each, p50: 1, p99: 2, opened: 50 }));
}

const SAMPLES: ReadonlyMap<Row, RowSamples> = new Map<Row, ReadonlyMap<ClientName, Sample[]>>([
  [
    ROW,
    new Map<ClientName, Sample[]>([
      ['urlpool', samples(10, 20, 12)],
      ['undici-request', samples(20, 40, 20)],
      ['floor', samples(5, 10, 5)],
    ]),
  ],
  [
    MORE,
    new Map<ClientName, Sample[]>([
      ['urlpool', samples(11, 11, 11)],
      ['undici-request', samples(20, 20, 20)],
      ['floor', samples(4, 4, 4)],
    ]),
  ],
  [ERRORS, new Map<ClientName, Sample[]>([['urlpool', [{ errors: 0 }, { errors: 1 }, { errors: 0 }]]])],
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

// row, what each target found, its limit, and whether it was reached
const VERDICTS = [
  [
    'compares with other clients',
    0,
    [
      [0.5, 0.55, true],
      [2, 1.5, false],
      [null, 1, null],
    ],
  ],
  [
    'compares with the ratio of another row',
    1,
    [
      [0.55, 0.55, true],
      [2.75, 2.2, false],
      [2.75, null, null],
    ],
  ],
  [
    'judges a figure by its greatest or its median',
    2,
    [
      [0, 0, false],
      [0, 0, true],
    ],
  ],
] as const;

for (const [name, row, expected] of VERDICTS) {
  test(`summarise() ${name}`, () => {
    const found = summarise(SAMPLES)[row]?.targets.map((target) => [
      target.found?.median ?? null,
      target.limit === null ? null : Number(target.limit.toFixed(6)),
      target.reached,
    ]);
    assert.deepEqual(found, expected);
  });
}

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
  rows: summarise(SAMPLES),
};

test('toTable() names each client and the verdict of each target', () => {
  const table = toTable(RESULT);
  assert.match(table, /undici-request +20\.0 /);
  assert.match(table, /≤ 0\.55 of undici-request: 0\.500 \(0\.500–0\.600\) reached/);
  assert.match(table, /≤ 1\.5 of floor: 2\.000 .* MISSED/);
  assert.match(table, /≤ 1 of node-http: not measured/);
  assert.match(table, /≤ 1.1 × 0.500 \(as in 1k-50\) of undici-request: 0.550 .* reached/);
  assert.match(table, /reload: urlpool ≤ 0: 0.000 \(0.000–1.000\) MISSED/);
});

test('toChart() has a bar with its figure per client of the rows under load, and escapes what it quotes', () => {
  const chart = toChart(RESULT);
  assert.equal(chart.match(/<rect class="(peer|urlpool|floor)"/g)?.length, 6);
  assert.match(chart, />12\.0<\/text>/);
  assert.match(chart, /A &#60;fast&#62; processor/);
});
