import assert from 'node:assert/strict';
import test from 'node:test';
import { comparisonReport, runReport } from './report.ts';
import type { OriginFigures, Summary } from './summary.ts';

const ORIGIN: OriginFigures = {
  origin: 'http://127.0.0.1:40123',
  fetched: 750,
  failed: 0,
  bytes: 24e6,
  p50: 4.94,
  p99: 31.1,
  connections: 30,
  requests: 750,
  reused: 720,
};
const SECURE: OriginFigures = {
  ...ORIGIN,
  origin: 'https://127.0.0.1:40124',
  fetched: 250,
  bytes: 8e6,
  connections: 12,
  requests: 250,
  reused: 238,
};
const SUMMARY: Summary = {
  elapsed: 195.4,
  fetched: 1000,
  failed: 0,
  givenUp: 0,
  bytes: 32e6,
  p50: 5,
  p99: 33.14,
  connections: 42,
  requests: 1000,
  reused: 958,
  statuses: [[200, 1000]],
  failures: [],
  origins: [ORIGIN, SECURE],
};
const NOTHING: Summary = {
  elapsed: 5.8,
  fetched: 0,
  failed: 1,
  givenUp: 0,
  bytes: 0,
  p50: null,
  p99: null,
  connections: 0,
  requests: 0,
  reused: 0,
  statuses: [],
  failures: [['ERR_INVALID_URL', 1]],
  origins: [],
};

// name, summary, width, lines
const CASES: readonly (readonly [string, Summary, number | null, readonly string[]])[] = [
  [
    'tells a run, its origins and their sum',
    SUMMARY,
    80,
    [
      'Title',
      '  URLs         1,000, all fetched',
      '  statuses     1,000 × 200',
      '  bodies       32.0 MB',
      '  latency      p50 5.0 ms, p99 33.1 ms',
      '  time         195 ms',
      '  connections  42 opened for 1,000 requests',
      '  reuse        95.8% of the requests found a connection open',
      '',
      '  origin                   requests   bodies     p50      p99  opened  reuse',
      '  http://127.0.0.1:40123        750  24.0 MB  4.9 ms  31.1 ms      30  96.0%',
      '  https://127.0.0.1:40124       250   8.0 MB  4.9 ms  31.1 ms      12  95.2%',
      '  all                         1,000  32.0 MB  5.0 ms  33.1 ms      42  95.8%',
    ],
  ],
  [
    'leaves out what does not exist',
    NOTHING,
    null,
    [
      'Title',
      '  URLs         1, none fetched',
      '  failed       1 × ERR_INVALID_URL',
      '  time         5.8 ms',
      '  connections  0 opened for 0 requests',
    ],
  ],
  [
    'tells of a run that was stopped before it began',
    { ...NOTHING, failed: 0, failures: [] },
    null,
    ['Title', '  URLs         none begun'],
  ],
  [
    'tells of one origin once, and of redirects',
    {
      ...SUMMARY,
      statuses: [
        [200, 700],
        [301, 40],
        [302, 10],
      ],
      fetched: 750,
      requests: 750,
      reused: 720,
      origins: [ORIGIN],
    },
    null,
    [
      'Title',
      '  URLs         750, all fetched',
      '  statuses     700 × 200, 40 × 301, 10 × 302',
      '  bodies       32.0 MB',
      '  latency      p50 5.0 ms, p99 33.1 ms',
      '  time         195 ms',
      '  connections  42 opened for 750 requests',
      '  reuse        96.0% of the requests found a connection open',
      '',
      '  origin                  requests   bodies     p50      p99  opened  reuse',
      '  http://127.0.0.1:40123       750  24.0 MB  4.9 ms  31.1 ms      30  96.0%',
      '',
      'Note: 50 × 3xx: redirects are not followed in this version.',
    ],
  ],
  [
    'tells of failures, of what was given up, and of -k',
    {
      ...SUMMARY,
      failed: 3,
      givenUp: 32,
      failures: [
        ['ERR_TLS_CERTIFICATE', 2],
        ['ERR_TIMEOUT', 1],
      ],
      origins: [ORIGIN, { ...SECURE, failed: 3 }],
    },
    80,
    [
      'Title',
      '  URLs         1,035, 1,000 fetched',
      '  statuses     1,000 × 200',
      '  failed       2 × ERR_TLS_CERTIFICATE',
      '               1 × ERR_TIMEOUT',
      '  given up     32, under way when the job was stopped',
      '  bodies       32.0 MB',
      '  latency      p50 5.0 ms, p99 33.1 ms',
      '  time         195 ms',
      '  connections  42 opened for 1,000 requests',
      '  reuse        95.8% of the requests found a connection open',
      '',
      '  origin                   requests  failed     p50      p99  opened  reuse',
      '  http://127.0.0.1:40123        750       0  4.9 ms  31.1 ms      30  96.0%',
      '  https://127.0.0.1:40124       250       3  4.9 ms  31.1 ms      12  95.2%',
      '  all                         1,000       3  5.0 ms  33.1 ms      42  95.8%',
      '',
      'Note: -k would accept every certificate; then nothing proves who answers.',
    ],
  ],
];

for (const [name, summary, width, lines] of CASES) {
  test(`runReport() ${name}`, () => assert.deepEqual(runReport('Title', summary, width), lines));
}

const LONG: Summary = {
  ...SUMMARY,
  origins: [{ ...ORIGIN, origin: `https://${'long-name.'.repeat(20)}example.org:8443` }, SECURE],
};

test('runReport() shortens long names in the middle, to the width', () => {
  const table = runReport('Title', LONG, 80).slice(-4);
  assert.equal(Math.max(...table.map((line) => line.length)), 80);
  assert.match(table[1] ?? '', /^ {2}https:\/\/long-name\.….example\.org:8443 /);
});

test('runReport() shortens nothing where there is no width', () => {
  assert.match(runReport('Title', LONG, null).at(-3) ?? '', /(long-name\.){20}example\.org:8443 /);
});

test('runReport() tells of twenty origins, counts the others, and ends with all', () => {
  const origins = Array.from({ length: 25 }, (_, index) => ({ ...ORIGIN, origin: `http://${index}` }));
  const table = runReport('Title', { ...SUMMARY, origins }, null).slice(9);
  assert.equal(table.length, 1 + 20 + 2);
  assert.equal(table.at(-2), '  and 5 others');
  assert.match(table.at(-1) ?? '', /^ {2}all +1,000/);
});

test('runReport() adds rare statuses up', () => {
  const statuses = [200, 201, 202, 203, 204, 205, 206, 207].map((status) => [status, 2] as const);
  const line = runReport('Title', { ...SUMMARY, statuses }, null)[2];
  assert.equal(line, '  statuses     2 × 200, 2 × 201, 2 × 202, 2 × 203, 2 × 204, 2 × 205, 4 × others');
});

const FRESH: Summary = { ...SUMMARY, elapsed: 676, p50: 20.5, p99: 44, connections: 1000, reused: 0 };

test('comparisonReport() tells what reuse changed', () => {
  assert.deepEqual(comparisonReport(SUMMARY, FRESH), [
    'The same URLs with reuse and without',
    '                      with reuse  without',
    '  time                    195 ms   676 ms',
    '  latency p50             5.0 ms  20.5 ms',
    '  latency p99            33.1 ms  44.0 ms',
    '  fetched                  1,000    1,000',
    '  connections opened          42    1,000',
    '  reuse                    95.8%     0.0%',
    '',
    'With reuse the job was 3.5 times as fast: 195 ms in place of 676 ms.',
  ]);
});

// name, with reuse, without, last line
const VERDICTS = [
  [
    'does not hide that reuse was slower',
    { ...SUMMARY, elapsed: 845 },
    FRESH,
    'With reuse the job was 0.8 times as fast: 845 ms in place of 676 ms.',
  ],
  [
    'does not compare different work',
    SUMMARY,
    { ...FRESH, fetched: 1, failed: 999 },
    'The runs fetched 1,000 and 1 URL: their times do not compare.',
  ],
  [
    'does not credit reuse where there was none',
    { ...SUMMARY, reused: 0 },
    FRESH,
    'No connection was reused: there is nothing to compare.',
  ],
  ['does not compare nothing', NOTHING, NOTHING, 'Nothing was fetched: there is nothing to compare.'],
] as const;

for (const [name, kept, fresh, line] of VERDICTS) {
  test(`comparisonReport() ${name}`, () => assert.equal(comparisonReport(kept, fresh).at(-1), line));
}
