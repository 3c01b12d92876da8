import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseServerTiming } from '../../src/message/server-timing.ts';
import { servedManager } from '../manager/served-manager.ts';

// value, metrics as name, duration, description
const CASES: readonly (readonly [string, readonly (readonly [string, number, string])[]])[] = [
  // The examples of W3C Server Timing §2
  [
    'miss, db;dur=53, app;dur=47.2',
    [
      ['miss', 0, ''],
      ['db', 53, ''],
      ['app', 47.2, ''],
    ],
  ],
  [
    'customView, dc;desc=atl',
    [
      ['customView', 0, ''],
      ['dc', 0, 'atl'],
    ],
  ],
  ['cache;desc="Cache Read";dur=23.2', [['cache', 23.2, 'Cache Read']]],
  ['total;dur=123.4', [['total', 123.4, '']]],
  // Blanks
  ['metric ; dur = 1.5 ;\tdesc\t=\ta', [['metric', 1.5, 'a']]],
  [
    ' a , b ',
    [
      ['a', 0, ''],
      ['b', 0, ''],
    ],
  ],
  ['', []],
  [' ', []],
  [',,a,', [['a', 0, '']]],
  // Names
  ["aB3!#$%&'*+-.^_`|~", [["aB3!#$%&'*+-.^_`|~", 0, '']]],
  ['"quoted";dur=1, a', [['a', 0, '']]],
  [';dur=1', []],
  [
    'a, a;dur=2',
    [
      ['a', 0, ''],
      ['a', 2, ''],
    ],
  ],
  // The first of a name counts, whatever its value and case (§3)
  ['a;dur=1;dur=2', [['a', 1, '']]],
  ['a;dur=foo;dur=2', [['a', 0, '']]],
  ['a;dur;dur=2', [['a', 0, '']]],
  ['a;DUR=1;Desc=x;desc=y', [['a', 1, 'x']]],
  ['a;desc=;desc=x', [['a', 0, '']]],
  ['a;other=1;dur=2', [['a', 2, '']]],
  // Durations
  ['a;dur="1.5"', [['a', 1.5, '']]],
  ['a;dur=1e3', [['a', 1000, '']]],
  ['a;dur=-1', [['a', -1, '']]],
  ['a;dur=12 3', [['a', 12, '']]],
  ['a;dur=1.2.3', [['a', 1.2, '']]],
  [
    'a;dur=Infinity, b;dur=NaN, c;dur=1e999',
    [
      ['a', 0, ''],
      ['b', 0, ''],
      ['c', 0, ''],
    ],
  ],
  // Descriptions
  [
    'a;desc="a, b; c=d", b',
    [
      ['a', 0, 'a, b; c=d'],
      ['b', 0, ''],
    ],
  ],
  ['a;desc="say \\"hi\\" \\\\"', [['a', 0, 'say "hi" \\']]],
  ['a;desc="open', [['a', 0, 'open']]],
  ['a;desc="open\\', [['a', 0, 'open']]],
  ['a;desc="";dur=1', [['a', 1, '']]],
  ['a;desc="x"y;dur=1', [['a', 1, 'x']]],
  // Junk
  [
    'a==1, b',
    [
      ['a', 0, ''],
      ['b', 0, ''],
    ],
  ],
  ['a;;;dur=1', [['a', 1, '']]],
  ['a;=1;dur=2', [['a', 2, '']]],
  ['a{junk};dur=1', [['a', 1, '']]],
  ['__proto__;dur=1;__proto__=x', [['__proto__', 1, '']]],
];

for (const [value, metrics] of CASES) {
  test(`parseServerTiming() reads ${JSON.stringify(value)}`, () => {
    const read = parseServerTiming(value).map(({ name, duration, description }) => [name, duration, description]);
    assert.deepEqual(read, metrics);
  });
}

test('parseServerTiming() reads any text to its end', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'a;,="\\ \t=1.é\0') }), (value) => {
      for (const { name, duration } of parseServerTiming(value)) {
        assert.notEqual(name, '');
        assert.ok(Number.isFinite(duration));
      }
    }),
  );
});

test('parseServerTiming() takes time in proportion to the text', () => {
  for (const text of [';'.repeat(200_000), '"'.repeat(200_000), 'a,'.repeat(100_000), 'a;"\\'.repeat(50_000)]) {
    const from = performance.now();
    parseServerTiming(text);
    assert.ok(performance.now() - from < 1_000);
  }
});

test('serverTimings has the metrics of all fields, in order', async (t) => {
  const { http, origins } = await servedManager(t, 1, async (connection) => {
    await connection.request();
    await connection.write(
      'HTTP/1.1 200 OK\r\nserver-timing: db;dur=5\r\nContent-Length: 0\r\nServer-Timing: a, b;desc=c\r\n\r\n',
    );
  });
  const { serverTimings } = await http.request('GET', origins[0]);
  assert.deepEqual(serverTimings, [
    { name: 'db', duration: 5, description: '' },
    { name: 'a', duration: 0, description: '' },
    { name: 'b', duration: 0, description: 'c' },
  ]);
});
