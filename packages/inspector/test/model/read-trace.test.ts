import assert from 'node:assert/strict';
import test from 'node:test';
import { readTrace, TraceFormatError } from '../../src/model/read-trace.ts';

const CALL = '{"type":"call-start","at":1,"call":1,"method":"GET","url":"http://a/"}';

// name, text, types
const READ = [
  ['reads a line', `${CALL}\n`, ['call-start']],
  ['reads a last line without a line feed', `${CALL}\n${CALL}`, ['call-start', 'call-start']],
  ['leaves out a last line that was cut off', `${CALL}\n${CALL.slice(0, 30)}`, ['call-start']],
  ['leaves out blank lines', `\n${CALL}\r\n\r\n`, ['call-start']],
  ['takes types that it does not know', '{"type":"teleported","at":1}\n', ['teleported']],
  ['reads what begins with a byte order mark', `\uFEFF${CALL}\n`, ['call-start']],
  ['reads nothing', '', []],
] as const;

for (const [name, text, types] of READ) {
  test(`readTrace() ${name}`, () =>
    assert.deepEqual(
      Array.from(readTrace(text), ({ type }) => type),
      types,
    ));
}

// name, text, message
const REFUSED = [
  ['a line that is no JSON', `${CALL}\nHTTP\n`, 'Cannot read the trace: line 2 is no JSON: "HTTP"'],
  [
    'a last line that is no event',
    '{"log":{}}',
    'Cannot read the trace: line 1 is no event, which has a "type" and a time "at": "{\\"log\\":{}}"; if it is a HAR, the network panel of a browser shows it; a trace is what recordTrace() writes',
  ],
  [
    'a page that was saved',
    '<!doctype html>\n<html>\n',
    'Cannot read the trace: line 1 is no JSON: "<!doctype html>"; it is a web page: one that the inspector has saved opens in a browser',
  ],
  [
    'what is compressed',
    '\x1f\x8b\n\n',
    'Cannot read the trace: line 1 is no JSON: "\\u001f\x8b"; it is compressed, or no UTF-8',
  ],
  [
    'a redirect without what it must have',
    '{"type":"redirect","at":1,"call":1,"status":302,"to":"http://a/"}\n',
    'Cannot read the trace: line 1, redirect, has no "dropped" that can be used',
  ],
  [
    'a trace of a later version',
    '{"type":"trace","version":2,"urlpool":"3.1.4","at":1}\n',
    'Cannot read the trace: line 1 says version 2 of urlpool 3.1.4, and this urlpool-inspector reads version 1: install a newer one',
  ],
  [
    'an event without what it must have',
    '{"type":"receive-start","at":1,"call":1,"connection":1,"status":200,"fields":null}\n',
    'Cannot read the trace: line 1, receive-start, has no "fields" that can be used',
  ],
] as const;

for (const [name, text, message] of REFUSED) {
  test(`readTrace() refuses ${name}`, () => {
    assert.throws(
      () => [...readTrace(text)],
      (error: unknown) => error instanceof TraceFormatError && error.message === message,
    );
  });
}
