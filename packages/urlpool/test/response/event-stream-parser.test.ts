import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BodyDecoder } from '../../src/response/body-decoder.ts';
import { EventStreamParser } from '../../src/response/event-stream-parser.ts';
import { LineSplitter } from '../../src/response/line-splitter.ts';

/** The events of a stream that comes in these pieces, as `type|data|id`, and what it leaves. */
function parsed(pieces: readonly Uint8Array[], lastEventId = '', maxBytes = 100) {
  const decoder = new BodyDecoder({ label: 'utf-8', isForced: true });
  const splitter = new LineSplitter(10_000, () => new Error('line too long'));
  const parser = new EventStreamParser(lastEventId, maxBytes, () => new Error('event too large'));
  const events: string[] = [];
  for (const piece of pieces) {
    for (const line of splitter.push(decoder.push(piece))) {
      const event = parser.line(line);
      if (event !== null) events.push(`${event.type}|${event.data}|${event.lastEventId}`);
    }
  }
  return { events, id: parser.lastEventId, retry: parser.retry };
}

// The examples of the text and what its rules say of each field. Name, stream, events; then the last id and retry.
const CASES: readonly (readonly [string, string, readonly string[], string?, number?])[] = [
  // The examples of §9.2.6
  ['lines of data', 'data: YHOO\ndata: +2\ndata: 10\n\n', ['message|YHOO\n+2\n10|']],
  [
    'four blocks: a comment, an id, its removal, a second space',
    ': test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n',
    ['message|first event|1', 'message|second event|', 'message| third event|'],
  ],
  ['two events, and a third that is not complete', 'data\n\ndata\ndata\n\ndata:', ['message||', 'message|\n|']],
  ['data with and without the space', 'data:test\n\ndata: test\n\n', ['message|test|', 'message|test|']],
  [
    'the events of the introduction',
    'event: add\ndata: 73857293\n\nevent: remove\ndata: 2153\n\n',
    ['add|73857293|', 'remove|2153|'],
  ],
  // Ends of lines, and of the stream
  ['CRLF', 'data: a\r\n\r\ndata: b\r\n\r\n', ['message|a|', 'message|b|']],
  ['CR', 'data: a\r\rdata: b\r\r', ['message|a|', 'message|b|']],
  ['ends of all kinds', 'data: a\r\ndata: b\ndata: c\r\r\n', ['message|a\nb\nc|']],
  ['CR LF LF as two ends', 'data: a\r\n\n', ['message|a|']],
  ['no blank line at the end', 'data: a\n\ndata: b\n', ['message|a|']],
  ['no end of the last line', 'data: a\n\ndata: b', ['message|a|']],
  ['nothing', '', []],
  ['blank lines alone', '\n\n\r\n\r', []],
  ['U+2028 and U+0085 as no ends', 'data: a\u2028b\u0085c\n\n', ['message|a\u2028b\u0085c|']],
  // The byte order mark
  ['a byte order mark', '\ufeffdata: a\n\n', ['message|a|']],
  ['a second byte order mark', '\ufeff\ufeffdata: a\n\ndata: b\n\n', ['message|b|']],
  ['a byte order mark within', 'data: a\n\n\ufeffdata: b\n\n', ['message|a|']],
  // Fields
  ['a comment', ':a\ndata: b\n: c\n\n', ['message|b|']],
  ['a comment alone, as heartbeats are', ':\n\n:\n\n', []],
  ['a colon alone at the front', ':data: a\n\n', []],
  ['an unknown field', 'foo: a\ndata: b\nbar\n\n', ['message|b|']],
  ['names with case', 'Data: a\ndata: b\nDATA: c\n\n', ['message|b|']],
  ['a name with a space', ' data: a\ndata : b\n\n', []],
  ['a colon in a value', 'data: a:b: c\n\n', ['message|a:b: c|']],
  ['one space and no more taken off', 'data:  a \n\n', ['message| a |']],
  ['a tab that is not taken off', 'data:\ta\n\n', ['message|\ta|']],
  ['an empty value', 'data:\n\n', ['message||']],
  ['a value of one space', 'data: \n\n', ['message||']],
  ['empty data lines', 'data\ndata\ndata\n\n', ['message|\n\n|']],
  ['an empty data line at the end', 'data: a\ndata:\n\n', ['message|a\n|']],
  ['text beyond ASCII', 'event: ä\ndata: \u{1f600}\nid: ü\n\n', ['ä|\u{1f600}|ü'], 'ü'],
  ['NUL in data', 'data: a\0b\n\n', ['message|a\0b|']],
  // event
  ['a type', 'event: a\ndata: b\n\n', ['a|b|']],
  ['the last type', 'event: a\nevent: b\ndata: c\n\n', ['b|c|']],
  ['a type after its data', 'data: a\nevent: b\n\n', ['b|a|']],
  ['an empty type', 'event: a\nevent\ndata: b\n\nevent:\ndata: c\n\n', ['message|b|', 'message|c|']],
  ['a type for one event only', 'event: a\ndata: b\n\ndata: c\n\n', ['a|b|', 'message|c|']],
  ['a type without data, which is forgotten', 'event: a\n\ndata: b\n\n', ['message|b|']],
  // id
  ['an id', 'id: 1\ndata: a\n\n', ['message|a|1'], '1'],
  ['an id that stays', 'id: 1\ndata: a\n\ndata: b\n\n', ['message|a|1', 'message|b|1'], '1'],
  ['an id without data, which counts', 'id: 1\n\ndata: a\n\n', ['message|a|1'], '1'],
  ['an empty id', 'id: 1\ndata: a\n\nid\ndata: b\n\nid:\n\n', ['message|a|1', 'message|b|'], ''],
  ['an id with NUL, which is ignored', 'id: 1\ndata: a\n\nid: 2\0\ndata: b\n\n', ['message|a|1', 'message|b|1'], '1'],
  ['an id of an event that is not complete', 'id: 1\ndata: a\n\nid: 2\ndata: b\n', ['message|a|1'], '1'],
  ['the last id', 'id: 1\nid: 2\ndata: a\n\n', ['message|a|2'], '2'],
  ['an id with spaces', 'id:  1 \ndata: a\n\n', ['message|a| 1 '], ' 1 '],
  // retry
  ['a retry', 'retry: 1000\n\n', [], '', 1000],
  ['a retry before its blank line', 'retry: 7\n', [], '', 7],
  ['a retry of 0', 'retry: 0\n', [], '', 0],
  ['the last retry', 'retry: 1\nretry: 2\n', [], '', 2],
  ['a retry with zeros', 'retry: 007\n', [], '', 7],
  [
    'a retry that is no number',
    'retry: 5\nretry: 1s\nretry: -1\nretry: 1.5\nretry: 1e3\nretry: +1\nretry:  1\nretry\n',
    [],
    '',
    5,
  ],
  ['a retry in other digits', 'retry: \u0661\n', []],
  ['a retry that is cut off', 'retry: 5', []],
];

for (const [name, stream, events, id, retry = null] of CASES) {
  test(`EventStreamParser reads ${name}`, () => {
    const bytes = Buffer.from(stream);
    const expected = { events, id: id ?? events.at(-1)?.split('|')[2] ?? '', retry };
    assert.deepEqual(parsed([bytes]), expected);
    assert.deepEqual(parsed(Array.from(bytes, (byte) => Buffer.of(byte))), expected, 'byte by byte');
    for (let at = 0; at <= bytes.length; at++) {
      assert.deepEqual(parsed([bytes.subarray(0, at), bytes.subarray(at)]), expected, `cut at ${at}`);
    }
  });
}

test('EventStreamParser goes on from the id before', () => {
  assert.deepEqual(parsed([Buffer.from('data: a\n\nid: 2\ndata: b\n\n')], '1').events, ['message|a|1', 'message|b|2']);
});

test('EventStreamParser refuses an event that is too large, and counts each anew', () => {
  const line = `data: ${'a'.repeat(49)}\n`;
  assert.doesNotThrow(() => parsed([Buffer.from(`${line}${line}\n`.repeat(3))]));
  assert.throws(() => parsed([Buffer.from(`${line}${line}data:\ndata:\n\n`)]), /event too large/);
  assert.throws(() => parsed([Buffer.from(`data: ${'ä'.repeat(51)}\n`)]), /event too large/);
});

test('EventStreamParser gives back what was written', () => {
  const text = fc.string({ unit: fc.constantFrom('a', ' ', ':', 'ä', '\u2028', 'data') });
  const event = fc.record({
    type: text.filter((value) => value !== ''),
    data: fc.array(text, { minLength: 1 }),
    id: text,
  });
  const end = fc.constantFrom('\n', '\r', '\r\n');
  fc.assert(
    fc.property(fc.array(event), end, fc.integer({ min: 1, max: 9 }), (events, newline, size) => {
      const lines = events.flatMap(({ type, data, id }) => [
        `event: ${type}`,
        ...data.map((one) => `data: ${one}`),
        `id: ${id}`,
        '',
      ]);
      const bytes = Buffer.from(lines.map((line) => line + newline).join(''));
      const pieces: Buffer[] = [];
      for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size));
      const expected = events.map(({ type, data, id }) => `${type}|${data.join('\n')}|${id}`);
      assert.deepEqual(parsed(pieces, '', 10_000).events, expected);
    }),
  );
});
