import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_LIMITS } from 'urlpool';
import { HttpConnect } from '../../src/route/http-connect.ts';
import { ProxyCredentials } from '../../src/route/proxy-credentials.ts';
import type { TunnelFault } from '../../src/route/tunnel-talk.ts';

const connect = (host = 'a.test', port = 443): HttpConnect =>
  new HttpConnect({ host, port }, { fields: ['X-Team', 'a'], credentials: xy() }, DEFAULT_LIMITS);

const xy = (): ProxyCredentials => new ProxyCredentials({ userinfo: 'x:y', given: null, scheme: 'basic' });

for (const [host, port, authority] of [
  ['a.test', 443, 'a.test:443'],
  ['::1', 80, '[::1]:80'],
] as const) {
  test(`HttpConnect asks for ${authority}`, () => {
    const head = connect(host, port).begin().toString();
    assert.equal(
      head,
      `CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\nProxy-Authorization: Basic eDp5\r\nX-Team: a\r\n\r\n`,
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
  [
    '407 to Basic',
    ['HTTP/1.1 407 Who?\r\nProxy-Authenticate: Basic realm="a"\r\n\r\n'],
    'auth: it answered 407 Who?; are its user and password right? (407)',
  ],
  [
    '407 without a challenge',
    ['HTTP/1.1 407 Who?\r\n\r\n'],
    'auth: it answered 407 Who?; it does not say what it asks for (no Proxy-Authenticate) (407)',
  ],
  [
    '407 with challenges of unknown schemes',
    ['HTTP/1.1 407 Who?\r\nProxy-Authenticate: NTLM\r\nProxy-Authenticate: Negotiate, NTLM\r\n\r\n'],
    'auth: it answered 407 Who?; it asks for NTLM, Negotiate, and only Basic and Digest are spoken here (407)',
  ],
  [
    '403 with a long reason',
    [`HTTP/1.1 403 ${'a'.repeat(100)}\r\n\r\n`],
    `refused: it answered 403 ${'a'.repeat(80)}… (403)`,
  ],
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

const CHALLENGE = 'HTTP/1.1 407 Who?\r\nProxy-Authenticate: Digest realm="r", nonce="n1", qop="auth"\r\n';

/** What follows answers, one after the other; what is said is told by its nonce and count. */
function story(talk: HttpConnect, ...answers: readonly string[]): string[] {
  talk.begin();
  return answers.map((answer) => {
    try {
      const step = talk.read(Buffer.from(answer, 'latin1'));
      if (step.is !== 'say') return step.is;
      return /nonce="\w+"|Basic/.exec(step.bytes.toString())?.[0] ?? 'say';
    } catch (error) {
      return (error as TunnelFault).kind;
    }
  });
}

for (const [name, answers, expected] of [
  [
    'on the same connection',
    [`${CHALLENGE}Content-Length: 0\r\n\r\n`, 'HTTP/1.1 200 OK\r\n\r\n'],
    ['nonce="n1"', 'open'],
  ],
  [
    'behind the body of the refusal',
    [`${CHALLENGE}Content-Length: 5\r\n\r\nno`, 'way', 'HTTP/1.1 200 OK\r\n\r\n'],
    ['more', 'nonce="n1"', 'open'],
  ],
  [
    'on a new connection where this one closes',
    [`${CHALLENGE}Content-Length: 0\r\nConnection: close\r\n\r\n`],
    ['anew'],
  ],
  [
    'on a new connection for Proxy-Connection',
    [`${CHALLENGE}Content-Length: 0\r\nProxy-Connection: close\r\n\r\n`],
    ['anew'],
  ],
  ['on a new connection for a body without an end', [`${CHALLENGE}\r\n`], ['anew']],
  ['on a new connection where more came', [`${CHALLENGE}Content-Length: 0\r\n\r\nHTTP`], ['anew']],
  [
    'on a new connection for a body that is too long',
    [`${CHALLENGE}Content-Length: 9999999\r\n\r\n`, 'a'.repeat(300_000)],
    ['more', 'anew'],
  ],
  [
    'on a new connection for a broken body',
    [`${CHALLENGE}Transfer-Encoding: chunked\r\n\r\n`, 'zz\r\n'],
    ['more', 'anew'],
  ],
  [
    'once with a wrong password',
    [`${CHALLENGE}Content-Length: 0\r\n\r\n`, `${CHALLENGE}Content-Length: 0\r\n\r\n`],
    ['nonce="n1"', 'auth'],
  ],
  [
    'three times where every nonce is stale',
    ['a', 'b', 'c', 'd'].map(
      (nonce) => `${CHALLENGE.replace('n1', nonce).replace('qop', 'stale=true, qop')}Content-Length: 0\r\n\r\n`,
    ),
    ['nonce="a"', 'nonce="b"', 'nonce="c"', 'auth'],
  ],
] as const) {
  test(`HttpConnect answers a challenge ${name}`, () => assert.deepEqual(story(connect(), ...answers), expected));
}

test('HttpConnect starts anew where the proxy closes the connection that it should keep, once', () => {
  const talk = connect();
  assert.deepEqual(story(talk, `${CHALLENGE}Content-Length: 0\r\n\r\n`), ['nonce="n1"']);
  assert.equal(talk.mayStartAnew, true);
  talk.begin();
  assert.equal(talk.mayStartAnew, false);
});
