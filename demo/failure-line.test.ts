import assert from 'node:assert/strict';
import test from 'node:test';
import { failureLine, withoutCredentials } from './failure-line.ts';

// URL, what is shown of it
const URLS = [
  ['https://example.org/a?b#c', 'https://example.org/a?b#c'],
  ['https://user:secret@example.org/a', 'https://example.org/a'],
  ['https://user@example.org/', 'https://example.org/'],
  ['https://user:sec@ret@example.org/', 'https://example.org/'],
  ['https://user:secret@example.org', 'https://example.org'],
  ['http:user:secret@example.org/', 'http:example.org/'],
  ['http:/user:secret@example.org/', 'http:/example.org/'],
  ['http:\\\\user:secret@example.org/', 'http:\\\\example.org/'],
  ['  http://user:secret@example.org:99999/', 'http://example.org:99999/'],
  ['ht\ttp://user:secret@example.org/', 'http://example.org/'],
  ['//user:secret@example.org/', '//example.org/'],
  ['https://cdn.example.org/@scope/name@1.2', 'https://cdn.example.org/@scope/name@1.2'],
  ['https://example.org?to=a@b', 'https://example.org?to=a@b'],
  ['https://example.org#a@b', 'https://example.org#a@b'],
  ['not a url', 'not a url'],
  ['http://\x1b[2Jexample.org/\r\n', 'http://[2Jexample.org/'],
] as const;

for (const [url, shown] of URLS) {
  test(`withoutCredentials(${JSON.stringify(url)})`, () => assert.equal(withoutCredentials(url), shown));
}

// name, URL, error, line
const LINES = [
  ['tells the reason', 'http://a/', new Error('Cannot connect'), 'failed: http://a/: Cannot connect'],
  ['takes what is no Error', 'http://a/', 'why', 'failed: http://a/: why'],
  ['is one line', 'http://a/', new Error('one\ntwo\u2028three'), 'failed: http://a/: one\\u000atwo\\u2028three'],
  ['cuts a long URL', `http://${'a'.repeat(300)}`, new Error('no'), `failed: http://${'a'.repeat(193)}…: no`],
] as const;

for (const [name, url, error, line] of LINES) {
  test(`failureLine() ${name}`, () => assert.equal(failureLine(url, error), line));
}
