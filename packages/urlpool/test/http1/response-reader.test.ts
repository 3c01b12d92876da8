// What a reader tells must depend on the bytes alone, not on how they were cut nor on what follows them: every case of
// the tables is read in all the ways below. Cases stand in response-head-cases.ts, response-body-cases.ts and
// response-exchange-cases.ts.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LocalFault, PeerFault } from '../../src/http1/fault.ts';
import type { FramingFields } from '../../src/http1/framing.ts';
import { LineMemo } from '../../src/http1/line-memo.ts';
import { ResponseReader } from '../../src/http1/response-reader.ts';
import { DEFAULT_LIMITS, limitsFrom } from '../../src/policy/limits.ts';
import { inTwo, oneByOne } from './pieces.ts';
import { RecordedReader } from './recorded-reader.ts';
import { BODY_CASES } from './response-body-cases.ts';
import {
  body,
  end,
  head,
  isRefused,
  isWhole,
  length,
  NONE,
  ok,
  optionsOf,
  type ResponseCase,
} from './response-case.ts';
import { EXCHANGE_CASES } from './response-exchange-cases.ts';
import { HEAD_CASES } from './response-head-cases.ts';

const CASES: readonly ResponseCase[] = [...HEAD_CASES, ...BODY_CASES, ...EXCHANGE_CASES];

function readIn(row: ResponseCase, pieces: Iterable<string>): RecordedReader {
  const recorded = new RecordedReader(optionsOf(row));
  recorded.feedAll(pieces);
  if (row.closes === true) recorded.end();
  return recorded;
}

/** Knows the lines of all cases before. */
const memo = new LineMemo();

for (const row of CASES) {
  const title = `ResponseReader.read() ${isRefused(row) ? 'refuses' : 'reads'} ${row.name} (${row.rfc})`;

  test(`${title}, whole`, () => {
    assert.deepEqual(readIn(row, [row.bytes]).told, row.told);
  });

  test(`${title}, byte by byte`, () => {
    assert.deepEqual(readIn(row, oneByOne(row.bytes)).told, row.told);
  });

  test(`${title}, cut in two anywhere`, () => {
    for (const pieces of inTwo(row.bytes)) {
      assert.deepEqual(readIn(row, pieces).told, row.told, `cut after ${JSON.stringify(pieces[0])}`);
    }
  });
}

for (const row of CASES) {
  test(`ResponseReader.read() tells the same of ${row.name} where lines are known from before`, () => {
    for (let time = 0; time < 3; time++) {
      const recorded = new RecordedReader({ ...optionsOf(row), memo });
      recorded.feed(row.bytes);
      if (row.closes === true) recorded.end();
      assert.deepEqual(recorded.told, row.told, `read ${time} times before`);
    }
  });
}

for (const row of CASES.filter(isRefused)) {
  test(`ResponseReader.read() takes and tells nothing after refusing ${row.name}`, () => {
    const recorded = readIn(row, [row.bytes]);
    assert.equal(recorded.feed('HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx'), 0);
    assert.deepEqual([recorded.reader.state, recorded.told], ['broken', row.told]);
  });
}

for (const row of CASES.filter(isWhole)) {
  test(`ResponseReader.read() takes ${row.name} to its last byte, and no byte after it`, () => {
    const recorded = new RecordedReader(optionsOf(row));
    const taken = recorded.feed(`${row.bytes}\r\nHTTP/1.1 500 X\r\n\r\n`);
    assert.deepEqual([taken, recorded.told], [row.bytes.length, row.told]);
  });

  test(`ResponseReader.read() takes every byte of ${row.name}, byte by byte, and none after it`, () => {
    const recorded = new RecordedReader(optionsOf(row));
    const taken = recorded.feedAll(oneByOne(`${row.bytes}HTTP/1.1 500 X\r\n\r\n`));
    assert.deepEqual([taken, recorded.told], [row.bytes.length, row.told]);
  });

  test(`ResponseReader.end() finds ${row.name} incomplete wherever it is cut off`, () => {
    for (let at = 0; at < row.bytes.length; at++) {
      const recorded = new RecordedReader(optionsOf(row));
      recorded.feed(row.bytes.slice(0, at));
      assert.ok(!isWhole({ ...row, told: recorded.told }), `whole after ${at} bytes`);
      recorded.end();
      assert.deepEqual(recorded.told.at(-1), { is: 'fault', why: 'incomplete' }, `cut off after ${at} bytes`);
    }
  });

  test(`ResponseReader.stop() ends the telling within any event of ${row.name}`, () => {
    const whole = new RecordedReader(optionsOf(row));
    whole.feed(row.bytes);
    for (let stopAt = 1; stopAt <= whole.events; stopAt++) {
      const recorded = new RecordedReader({ ...optionsOf(row), stopAt });
      recorded.feed(row.bytes);
      assert.equal(recorded.events, stopAt);
    }
  });

  test(`ResponseReader.stop() ends the telling within any event of ${row.name}, byte by byte`, () => {
    const whole = new RecordedReader(optionsOf(row));
    whole.feedAll(oneByOne(row.bytes));
    for (let stopAt = 1; stopAt <= whole.events; stopAt++) {
      const recorded = new RecordedReader({ ...optionsOf(row), stopAt });
      for (const byte of oneByOne(row.bytes)) recorded.feed(byte);
      assert.equal(recorded.events, stopAt);
    }
  });
}

const SMALL = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab';
const CHUNKED = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';

test('ResponseReader.stop() makes read() return after the chunk in which it was called', () => {
  const recorded = new RecordedReader({ stopAt: 2 });
  assert.equal(recorded.feed(`${CHUNKED}2\r\nab\r\n2\r\ncd\r\n0\r\n\r\n`), `${CHUNKED}2\r\nab`.length);
});

test('ResponseReader.stop() makes read() return after the head in which it was called', () => {
  const recorded = new RecordedReader({ stopAt: 1 });
  assert.equal(recorded.feed(SMALL), SMALL.length - 2);
});

test('ResponseReader.stop() keeps end() from telling that a body ended with the connection', () => {
  const recorded = new RecordedReader({ stopAt: 2 });
  recorded.feed('HTTP/1.1 200 OK\r\n\r\nab');
  recorded.end();
  assert.deepEqual(recorded.told.at(-1), { is: 'body', text: 'ab' });
});

test('ResponseReader.stop() takes nothing of what comes later', () => {
  const recorded = new RecordedReader({ stopAt: 1 });
  recorded.feed(SMALL);
  assert.equal(recorded.feed('ab'), 0);
});

// The most that is made a string at a time is 2048 bytes: heads whose line ends fall before, on and after its borders.
for (const border of [2048, 4096]) {
  test(`ResponseReader.read() reads a head that ends within 4 bytes of ${border}`, () => {
    const start = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nA: ';
    for (let at = border - 4; at <= border + 4; at++) {
      const value = 'x'.repeat(at - start.length - 4);
      const recorded = new RecordedReader();
      const taken = recorded.feed(`${start}${value}\r\n\r\nabHTTP/1.1`);
      const told = [ok(['Content-Length', '2', 'A', value], length(2)), body('ab'), end()];
      assert.deepEqual([taken, recorded.told], [at + 2, told]);
    }
  });

  test(`ResponseReader.read() reads a status line that ends within 4 bytes of ${border}`, () => {
    for (let at = border - 4; at <= border + 4; at++) {
      const reason = 'x'.repeat(at - 'HTTP/1.1 200 \r\n'.length);
      const recorded = new RecordedReader({ method: 'HEAD' });
      recorded.feed(`HTTP/1.1 200 ${reason}\r\n\r\n`);
      assert.deepEqual(recorded.told, [head(200, reason, [], NONE), end()]);
    }
  });
}

test('ResponseReader.read() reads a head that is longer than the one before it, by any number of bytes', () => {
  for (let more = 0; more <= 150; more++) {
    const value = 'x'.repeat(more);
    const recorded = new RecordedReader();
    recorded.feed(SMALL);
    recorded.reader.begin('GET', false);
    const taken = recorded.feed(`HTTP/1.1 200 OK\r\nContent-Length: 2\r\nA: ${value}\r\n\r\nabHTTP/1.1`);
    const told = [ok(['Content-Length', '2', 'A', value], length(2)), body('ab'), end()];
    assert.deepEqual([taken, recorded.told.slice(3)], [SMALL.length + 5 + more, told]);
  }
});

test('ResponseReader.read() gives bodies as views of what it was given', () => {
  const views: Buffer[] = [];
  const reader = new ResponseReader({ ...SILENT, onBody: (bytes) => views.push(bytes) }, DEFAULT_LIMITS);
  reader.begin('GET', false);
  const bytes = Buffer.from(`${CHUNKED}2\r\nab\r\n0\r\n\r\n`, 'latin1');
  reader.read(bytes, 0, bytes.length);
  assert.deepEqual(
    views.map((view) => [view.buffer === bytes.buffer, view.byteOffset - bytes.byteOffset, view.length]),
    [[true, CHUNKED.length + 3, 2]],
  );
});

const SILENT = {
  onInformational() {},
  onHead() {},
  onBody() {},
  onResponseEnd() {},
  onSwitch() {},
};

for (const [name, bytes] of [
  ['a length', SMALL],
  ['chunks', `${CHUNKED}1\r\na\r\n1\r\nb\r\n0\r\n\r\n`],
  ['the close', 'HTTP/1.1 200 OK\r\n\r\nab'],
] as const) {
  test(`ResponseReader.read() gives no empty piece of a body framed by ${name}`, () => {
    const lengths: number[] = [];
    const reader = new ResponseReader({ ...SILENT, onBody: (view) => lengths.push(view.length) }, DEFAULT_LIMITS);
    reader.begin('GET', false);
    for (const byte of oneByOne(bytes)) reader.read(Buffer.from(byte, 'latin1'), 0, 1);
    assert.deepEqual(lengths, [1, 1]);
  });
}

test('ResponseReader.read() tells with the head what it found of framing fields', () => {
  const found: FramingFields[] = [];
  const reader = new ResponseReader({ ...SILENT, onHead: (_, __, fields) => found.push(fields) }, DEFAULT_LIMITS);
  reader.begin('GET', false);
  const bytes = Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\nKeep-Alive: max=1\r\n\r\n');
  reader.read(bytes, 0, bytes.length);
  assert.deepEqual(found, [{ contentLength: '0', transferEncoding: null, connection: 'close', keepAlive: 'max=1' }]);
});

test('ResponseReader.read() takes nothing before a request', () => {
  const reader = new ResponseReader(SILENT, DEFAULT_LIMITS);
  assert.equal(reader.read(Buffer.from(SMALL), 3, 9), 3);
});

test('ResponseReader.read() breaks the exchange when an event throws', () => {
  const onHead = () => {
    throw new RangeError('from the sink');
  };
  const reader = new ResponseReader({ ...SILENT, onHead }, DEFAULT_LIMITS);
  reader.begin('GET', false);
  assert.throws(() => reader.read(Buffer.from(SMALL), 0, SMALL.length), RangeError);
  assert.equal(reader.state, 'broken');
});

// name, responses of one connection one after the other, limits
const SEQUENCES = [
  ['of known length', [SMALL, SMALL], {}],
  ['of all framings', [SMALL, `${CHUNKED}2\r\nab\r\n0\r\n\r\n`, 'HTTP/1.1 204 X\r\n\r\n', SMALL], {}],
  ['of which the last ends with the connection', [`${CHUNKED}1\r\na\r\n0\r\n\r\n`, 'HTTP/1.1 200 OK\r\n\r\nab'], {}],
  ['with trailers', [`${CHUNKED}0\r\nA: b\r\n\r\n`, `${CHUNKED}0\r\nC: d\r\n\r\n`], { maxFields: 1 }],
  ['with trailers at the limit', [`${CHUNKED}0\r\nA: b\r\n\r\n`, `${CHUNKED}0\r\n\r\n`], { maxTrailerBytes: 8 }],
  [
    'with extensions at the limit',
    [`${CHUNKED}1;a\r\na\r\n0\r\n\r\n`, `${CHUNKED}1;b\r\nb\r\n0\r\n\r\n`],
    { maxChunkExtensionBytes: 2 },
  ],
  [
    'with interim responses at the limit',
    [`HTTP/1.1 100 X\r\n\r\n${SMALL}`, `HTTP/1.1 100 X\r\n\r\n${SMALL}`],
    { maxInformational: 1 },
  ],
  ['with heads at the limit', [SMALL, SMALL], { maxHeadBytes: SMALL.length - 2 }],
] as const;

for (const [name, responses, limits] of SEQUENCES) {
  test(`ResponseReader.begin() lets response follow response, ${name}`, () => {
    const together = new RecordedReader({ limits });
    const apart: unknown[] = [];
    for (const [i, response] of responses.entries()) {
      if (i > 0) together.reader.begin('GET', false);
      together.feed(response);
      const alone = new RecordedReader({ limits });
      alone.feed(response);
      apart.push(...alone.told);
    }
    assert.deepEqual(together.told, apart);
  });
}

test('ResponseReader.begin() reads again what stop() had stopped', () => {
  const recorded = new RecordedReader({ stopAt: 3 });
  recorded.feed(SMALL);
  recorded.reader.begin('GET', false);
  assert.equal(recorded.feed(SMALL), SMALL.length);
});

test('ResponseReader.begin() forgets the method and the upgrade of the request before', () => {
  const recorded = new RecordedReader({ method: 'HEAD', upgrade: true });
  recorded.feed('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n');
  recorded.reader.begin('CONNECT', false);
  recorded.feed('HTTP/1.1 101 X\r\n\r\n');
  assert.deepEqual(recorded.told.at(-1), { is: 'fault', why: 'protocol' });
});

for (const [name, bytes] of [
  ['a response is awaited', ''],
  ['a response is being read', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n'],
  ['the exchange is broken', 'ICY 200 OK\r\n'],
] as const) {
  test(`ResponseReader.begin() refuses while ${name}`, () => {
    const recorded = new RecordedReader();
    recorded.feed(bytes);
    assert.throws(() => recorded.reader.begin('GET', false), LocalFault);
  });
}

// name, what was read, state
const STATES = [
  ['awaiting', 'before the head ends', 'HTTP/1.1 200 OK\r\n', false],
  ['awaiting', 'after an interim response', 'HTTP/1.1 100 X\r\n\r\n', false],
  ['body', 'after a head', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n', false],
  ['body', 'before the last byte', SMALL.slice(0, -1), false],
  ['done', 'after the last byte', SMALL, false],
  ['switched', 'after 101', 'HTTP/1.1 101 X\r\n\r\n', true],
  ['broken', 'after a fault', 'ICY', false],
] as const;

test('ResponseReader.state is idle at first', () => {
  assert.equal(new ResponseReader(SILENT, DEFAULT_LIMITS).state, 'idle');
});

for (const [state, name, bytes, upgrade] of STATES) {
  test(`ResponseReader.state is ${state} ${name}`, () => {
    const recorded = new RecordedReader({ upgrade });
    recorded.feed(bytes);
    assert.equal(recorded.reader.state, state);
  });
}

test('ResponseReader.state is done after a body that ended with the connection', () => {
  const recorded = new RecordedReader();
  recorded.feed('HTTP/1.1 200 OK\r\n\r\nab');
  recorded.end();
  assert.equal(recorded.reader.state, 'done');
});

test('ResponseReader.state is broken after a response was cut off', () => {
  const recorded = new RecordedReader();
  recorded.end();
  assert.equal(recorded.reader.state, 'broken');
});

// what was read, how much of a body is to come
for (const [bytes, left] of [
  ['', 0],
  ['HTTP/1.1 200 OK\r\nContent-Length: 2\r\n', 0],
  [SMALL.slice(0, -2), 2],
  [SMALL.slice(0, -1), 1],
  [SMALL, 0],
  [CHUNKED, Number.POSITIVE_INFINITY],
  [`${CHUNKED}2\r\na`, Number.POSITIVE_INFINITY],
  [`${CHUNKED}0\r\n\r\n`, 0],
  ['HTTP/1.1 200 OK\r\n\r\nab', Number.POSITIVE_INFINITY],
  ['HTTP/1.1 204 X\r\n\r\n', 0],
] as const) {
  test(`ResponseReader.left is ${left} after ${JSON.stringify(bytes.slice(-24))}`, () => {
    const recorded = new RecordedReader();
    recorded.feed(bytes);
    assert.equal(recorded.reader.left, left);
  });
}

// what was read, what the fault says
const CUTS = [
  ['', 'before a response began'],
  ['H', "before the end of the response's head"],
  ['HTTP/1.1 200 OK\r\n', "before the end of the response's head"],
  ['HTTP/1.1 200 OK\r\nA: b\r\n', "before the end of the response's head"],
  ['HTTP/1.1 100 X\r\n\r\n', 'after an interim response, before the final one'],
  ['HTTP/1.1 100 X\r\n\r\nH', "before the end of the response's head"],
  [SMALL.slice(0, -2), '2 bytes before the end of the body'],
  [SMALL.slice(0, -1), '1 bytes before the end of the body'],
  [CHUNKED, 'between chunks'],
  [`${CHUNKED}3\r\na`, '2 bytes before the end of a chunk'],
  [`${CHUNKED}1\r\na`, 'between chunks'],
  [`${CHUNKED}0\r\n`, 'before the end of the trailers'],
] as const;

for (const [bytes, where] of CUTS) {
  test(`ResponseReader.end() says "${where}" after ${JSON.stringify(bytes.slice(-12))}`, () => {
    const recorded = new RecordedReader();
    recorded.feed(bytes);
    assert.throws(
      () => recorded.reader.end(),
      (fault) => fault instanceof PeerFault && fault.kind === 'incomplete' && fault.message === where,
    );
  });
}

// what was read, upgrade, limits, what the fault says
const MESSAGES = [
  ['ICY 200 OK\r\n', {}, '"ICY 200 OK\\r\\n" where a response begins with "HTTP/1."'],
  [`${'x'.repeat(50)}\r\n`, {}, `"${'x'.repeat(20)}" where a response begins with "HTTP/1."`],
  ['HTTP/1.1 20 OK\r\nA: b\r\n', {}, 'a malformed status line (RFC 9112 §4): "HTTP/1.1 20 OK"'],
  ['HTTP/1.1 101 X\r\n\r\n', {}, '101 Switching Protocols, which was not asked for'],
  ['HTTP/1.1 100 X\r\n\r\n', { maxInformational: 0 }, 'more than 0 interim responses'],
  ['HTTP/1.1 200 OK', { maxHeadBytes: 9 }, 'more than 9 bytes of a status line'],
  ['HTTP/1.1 200 OK\r\nA: b\r\n', { maxHeadBytes: 20 }, 'more than 20 bytes of fields'],
] as const;

for (const [bytes, limits, message] of MESSAGES) {
  test(`ResponseReader.read() says ${message}`, () => {
    const reader = new ResponseReader(SILENT, limitsFrom(limits));
    reader.begin('GET', false);
    assert.throws(() => reader.read(Buffer.from(bytes, 'latin1'), 0, bytes.length), { message });
  });
}
