import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_LIMITS } from 'urlpool';
import { HttpConnect } from '../../src/route/http-connect.ts';
import type { TunnelFault } from '../../src/route/tunnel-talk.ts';

const connect = (host = 'a.test', port = 443): HttpConnect =>
  new HttpConnect({ host, port }, ['Proxy-Authorization', 'Basic eDp5'], DEFAULT_LIMITS);

for (const [host, port, authority] of [
  ['a.test', 443, 'a.test:443'],
  ['::1', 80, '[::1]:80'],
] as const) {
  test(`HttpConnect asks for ${authority}`, () => {
    const head = connect(host, port).begin().toString();
    assert.equal(
      head,
      `CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\nProxy-Authorization: Basic eDp5\r\n\r\n`,
    );
  });
}

/** What comes of an answer in these pieces. */
function answered(...pieces: readonly string[]): string {
  const talk = connect();
  talk.begin();
  try {
    for (const piece of pieces) {
      const step = talk.read(Buffer.from(piece, 'latin1'));
      if (step.is === 'open') return `open ${step.rest.toString('latin1')}`;
    }
    return 'more';
  } catch (error) {
    const { kind, message, answer } = error as TunnelFault;
    return `${kind}: ${message}${answer === null ? '' : ` (${answer.status})`}`;
  }
}

for (const [name, pieces, expected] of [
  ['200', ['HTTP/1.1 200 Connection established\r\n\r\n'], 'open '],
  ['204', ['HTTP/1.1 204 \r\n\r\n'], 'open '],
  ['200 from HTTP/1.0', ['HTTP/1.0 200 OK\r\n\r\n'], 'open '],
  ['200 with a length, which counts for nothing', ['HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n'], 'open '],
  ['200 and what came through it', ['HTTP/1.1 200 OK\r\n\r\n\x16\x03'], 'open \x16\x03'],
  ['200 after an interim response', ['HTTP/1.1 100 Continue\r\n\r\n', 'HTTP/1.1 200 OK\r\n\r\n'], 'open '],
  ['an answer byte by byte', [...'HTTP/1.1 200 OK\r\n\r\n'], 'open '],
  ['half an answer', ['HTTP/1.1 200 OK\r\n'], 'more'],
  ['403', ['HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno'], 'refused: it answered 403 Forbidden (403)'],
  ['407', ['HTTP/1.1 407 Who?\r\n\r\n'], 'auth: it answered 407 Who? (407)'],
  ['502 without a reason', ['HTTP/1.1 502\r\n\r\n'], 'refused: it answered 502 (502)'],
  ['301', ['HTTP/1.1 301 Moved\r\nLocation: http://b.test/\r\n\r\n'], 'refused: it answered 301 Moved (301)'],
  ['101', ['HTTP/1.1 101 Switching Protocols\r\n\r\n'], 'protocol'],
  ['no HTTP', ['220 smtp.test ESMTP\r\n'], 'protocol'],
  ['a head without an end', new Array(80).fill(`X-A: ${'a'.repeat(1_000)}\r\n`), 'protocol'],
  ['interim responses without an end', new Array(50).fill('HTTP/1.1 100 Continue\r\n\r\n'), 'protocol'],
] as const) {
  test(`HttpConnect takes ${name}: ${expected}`, () => {
    const [first = '', ...rest] = pieces;
    const whole = name === 'a head without an end' ? [`HTTP/1.1 200 OK\r\n${first}`, ...rest] : pieces;
    const came = answered(...whole);
    if (expected === 'protocol') assert.match(came, /^protocol: /);
    else assert.equal(came, expected);
  });
}
