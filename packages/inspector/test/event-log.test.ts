import assert from 'node:assert/strict';
import test from 'node:test';
import { EventLog } from '../src/event-log.ts';
import { traceText } from '../src/trace-text.ts';

function logOf(count: number, most: number, mostCharacters = 1_000_000): EventLog {
  const log = new EventLog('header', { most, mostCharacters });
  for (let i = 0; i < count; i++) log.append(`line ${i}`, i * 10);
  return log;
}

// name, lines, most, from, characters, lines read, next
const READS = [
  ['reads all', 3, 10, 0, 1000, ['line 0', 'line 1', 'line 2'], 3],
  ['reads from a number on', 3, 10, 2, 1000, ['line 2'], 3],
  ['reads so many characters', 5, 10, 1, 10, ['line 1', 'line 2'], 3],
  ['reads a line at least', 5, 10, 1, 1, ['line 1'], 2],
  ['reads what is kept', 5, 2, 0, 1000, ['line 3', 'line 4'], 5],
] as const;

for (const [name, count, most, from, characters, lines, next] of READS) {
  test(`EventLog.read() ${name}`, () => {
    assert.deepEqual(logOf(count, most).read(from, characters), { lines, next });
  });
}

test('EventLog.read() gives nothing where there is nothing yet', () => {
  assert.equal(logOf(3, 10).read(3, 1000), null);
});

test('EventLog.missingFrom() says what is no longer kept', () => {
  const log = logOf(10, 4);
  assert.deepEqual(log.missingFrom(2), { events: 4, at: 60 });
  assert.equal(log.missingFrom(6), null);
});

test('EventLog keeps its newest lines, however many there were', () => {
  const log = logOf(50_000, 3);
  assert.deepEqual(log.read(0, 1000), { lines: ['line 49997', 'line 49998', 'line 49999'], next: 50_000 });
  assert.deepEqual([log.first, log.next], [49_997, 50_000]);
});

test('EventLog keeps no more characters than it may, but one line at least', () => {
  const log = logOf(10, 100, 13);
  assert.deepEqual(log.read(0, 1000)?.lines, ['line 8', 'line 9']);
  log.append('a line that is longer than all may be', 100);
  assert.equal(log.read(0, 1000)?.lines.length, 1);
});

test('traceText() is the header, what is missing, and the lines', () => {
  const gap = '{"type":"gap","at":30,"events":3}';
  assert.equal([...traceText(logOf(5, 2))].join(''), `header\n${gap}\nline 3\nline 4\n`);
  assert.equal([...traceText(logOf(0, 2))].join(''), 'header\n');
});

test('traceText() leaves out what comes while it is taken', () => {
  const log = logOf(2, 10);
  const text = traceText(log);
  const first = text.next().value;
  log.append('late', 100);
  assert.equal(`${first}${[...text].join('')}`, 'header\nline 0\nline 1\n');
});
