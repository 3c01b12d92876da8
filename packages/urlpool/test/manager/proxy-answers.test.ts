// What a proxy may say where it is asked for a tunnel: each answer opens one, or gives one error that names the proxy and
// what it said. Nothing hangs, nothing is sent to an origin that must not be, and no socket, timer or waiter stays behind.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { after, before, test } from 'node:test';
import { HTTPError, PoolManager, ProxyError } from 'urlpool';
import { resourceCounts } from 'urlpool-testing';

/** What the proxy says to the bytes that came to it: texts one after the other, or `end`, which closes the connection. */
type Says = (came: string, turn: number) => readonly string[];

let server: Server;
let says: Says = () => [];
/** What came to the proxy over each of its connections. */
let came: string[] = [];
const sockets = new Set<Socket>();

before(async () => {
  server = createServer((socket) => {
    const index = came.push('') - 1;
    let turn = 0;
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', async (bytes: Buffer) => {
      came[index] += bytes.toString('latin1');
      for (const text of says(bytes.toString('latin1'), turn++)) {
        if (socket.destroyed) return;
        if (text === 'end') socket.end();
        else if (text === 'reset') socket.resetAndDestroy();
        else {
          socket.write(text, 'latin1');
          await new Promise((resolve) => setImmediate(resolve));
        }
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});

after(() => {
  server.close();
});

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi';

/** One request through the proxy that speaks so; the text of the response, or the error. */
async function outcome(scheme: string, speech: Says, connect = 2_000): Promise<string | HTTPError> {
  const timers = resourceCounts().Timeout ?? 0;
  says = speech;
  came = [];
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const url = `${scheme}://me:s3cret@127.0.0.1:${port}`;
  const http = new PoolManager({ proxy: { url, tunnel: true }, retries: false, timeout: { connect } });
  const result = await http.request('GET', 'http://192.0.2.1:8080/a').then(
    (response) => response.text(),
    (error: unknown) => {
      assert.ok(error instanceof HTTPError, String(error));
      return error;
    },
  );
  const { dialling, queued, active, open } = http.snapshot();
  assert.deepEqual({ dialling, queued, active }, { dialling: 0, queued: 0, active: 0 });
  if (typeof result !== 'string') {
    assert.equal(open, 0);
    assert.ok(result.message.includes(`the proxy ${scheme}://127.0.0.1:${port}`), result.message);
    assert.doesNotMatch(result.message, /s3cret|bWU6/);
  }
  await http.close();
  while (sockets.size > 0) await new Promise((resolve) => setImmediate(resolve));
  assert.equal(resourceCounts().Timeout ?? 0, timers);
  return result;
}

/** An answer to CONNECT, and a response through the tunnel where one was opened. */
const answering =
  (...answer: readonly string[]): Says =>
  (_, turn) =>
    turn === 0 ? answer : [OK];

const FIELDS = 'X-A: b\r\n';
const DIGEST = 'Proxy-Authenticate: Digest realm="r", nonce="n", qop="auth"\r\n';
const ESTABLISHED = 'HTTP/1.1 200 Connection established\r\nVia: 1.1 test\r\n\r\n';

for (const [name, answer] of [
  ['200', ['HTTP/1.1 200 OK\r\n\r\n']],
  ['200 without a reason', ['HTTP/1.1 200\r\n\r\n']],
  ['200 of HTTP/1.0', ['HTTP/1.0 200 Connection established\r\n\r\n']],
  ['200 with a Content-Length, which counts for nothing', ['HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n']],
  ['200 with a Transfer-Encoding, which counts for nothing', ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n']],
  ['200 that says that it closes', ['HTTP/1.1 200 OK\r\nConnection: close\r\nProxy-Connection: close\r\n\r\n']],
  ['204', ['HTTP/1.1 204 No Content\r\n\r\n']],
  ['299', ['HTTP/1.1 299 Odd\r\n\r\n']],
  [
    '100 and 103 before it',
    ['HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n', 'HTTP/1.1 200 OK\r\n\r\n'],
  ],
  ['line feeds alone', ['HTTP/1.1 200 OK\nX-A: b\n\n']],
  ['folded fields', ['HTTP/1.1 200 OK\r\nX-A: b\r\n c\r\n\r\n']],
  ['each byte by itself', [...ESTABLISHED]],
] as readonly [string, string[]][]) {
  test(`PoolManager({ proxy }) takes ${name} for a tunnel`, async () => {
    assert.equal(await outcome('http', answering(...answer)), 'hi');
    assert.equal(came.length, 1);
    assert.match(came[0] ?? '', /^CONNECT 192\.0\.2\.1:8080 HTTP\/1\.1\r\n.*GET \/a HTTP\/1\.1\r\n/s);
  });
}

for (const [name, answer, code, message] of [
  [
    'bytes behind its answer',
    ['HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\n\r\n'],
    'ERR_PROXY',
    /: it sent more than its answer$/,
  ],
  [
    '101',
    ['HTTP/1.1 101 Switching Protocols\r\nUpgrade: a\r\n\r\n'],
    'ERR_PROXY',
    /: it answered 101 Switching Protocols$/,
  ],
  [
    '301',
    ['HTTP/1.1 301 Moved\r\nLocation: http://b.test/\r\nContent-Length: 0\r\n\r\n'],
    'ERR_PROXY',
    /: it answered 301 Moved$/,
  ],
  ['400', ['HTTP/1.1 400 Bad Request\r\n\r\n'], 'ERR_PROXY', /: it answered 400 Bad Request$/],
  [
    '403 with a page',
    ['HTTP/1.1 403 Forbidden\r\nContent-Length: 6\r\n\r\n<html>'],
    'ERR_PROXY',
    /: it answered 403 Forbidden$/,
  ],
  ['404 without a reason', ['HTTP/1.1 404\r\n\r\n'], 'ERR_PROXY', /: it answered 404$/],
  [
    '405',
    ['HTTP/1.1 405 Method Not Allowed\r\nAllow: GET\r\n\r\n'],
    'ERR_PROXY',
    /: it answered 405 Method Not Allowed$/,
  ],
  [
    '407 without a challenge',
    ['HTTP/1.1 407 Who\r\n\r\n'],
    'ERR_PROXY_AUTH',
    /: it answered 407 Who; it does not say what it asks for/,
  ],
  [
    '407 to Basic',
    ['HTTP/1.1 407 Who\r\nProxy-Authenticate: Basic\r\n\r\n'],
    'ERR_PROXY_AUTH',
    /are its user and password right\?$/,
  ],
  [
    '407 with an unreadable challenge',
    ['HTTP/1.1 407 Who\r\nProxy-Authenticate: ",,=\r\n\r\n'],
    'ERR_PROXY_AUTH',
    /does not say what/,
  ],
  ['500', ['HTTP/1.1 500 Oops\r\n\r\n'], 'ERR_PROXY', /: it answered 500 Oops$/],
  ['502', ['HTTP/1.1 502 Bad Gateway\r\n\r\n'], 'ERR_PROXY', /: it answered 502 Bad Gateway$/],
  ['504', ['HTTP/1.1 504 Gateway Timeout\r\n\r\n'], 'ERR_PROXY', /: it answered 504 Gateway Timeout$/],
  ['a status of two digits', ['HTTP/1.1 20 OK\r\n\r\n'], 'ERR_PROXY', /: it sent a malformed status line/],
  ['HTTP/2', ['HTTP/2 200\r\n\r\n'], 'ERR_PROXY', /: it sent .*HTTP\/2/],
  ['an HTTP/2 preface', ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'], 'ERR_PROXY', /: it sent "PRI/],
  ['HTTP/2 frames', ['\0\0\x12\x04\0\0\0\0\0'], 'ERR_PROXY', /: it sent /],
  ['garbage', ['220 smtp.test ESMTP\r\n'], 'ERR_PROXY', /: it sent "220 smtp/],
  ['HTML alone', ['<html>blocked</html>'], 'ERR_PROXY', /: it sent "<html>/],
  ['a TLS alert', ['\x15\x03\x01\x00\x02\x02\x28'], 'ERR_PROXY', /: it sent a TLS alert/],
  ['NULs', ['\0\0\0\0'], 'ERR_PROXY', /: it sent /],
  [
    'a NUL in a field',
    ['HTTP/1.1 200 OK\r\nX-A: a\0b\r\n\r\n'],
    'ERR_PROXY',
    /: it sent the character 0x0?0 in a field/,
  ],
  [
    'a carriage return alone',
    ['HTTP/1.1 200 OK\r\nX-A: a\rb\r\n\r\n'],
    'ERR_PROXY',
    /: it sent a carriage return without a line feed/,
  ],
  ['a field without a colon', ['HTTP/1.1 200 OK\r\nnothing\r\n\r\n'], 'ERR_PROXY', /: it sent a field line/],
  ['a blank before the colon', ['HTTP/1.1 200 OK\r\nX-A : b\r\n\r\n'], 'ERR_PROXY', /: it sent whitespace between/],
  [
    'a head of 100 KB',
    ['HTTP/1.1 200 OK\r\n', FIELDS.repeat(12_500)],
    'ERR_PROXY',
    /: it sent more than \d+ .*; option: max/,
  ],
  [
    'a field of 100 KB',
    ['HTTP/1.1 200 OK\r\nX-A: ', 'a'.repeat(100_000)],
    'ERR_PROXY',
    /: it sent more than \d+ bytes .*option: maxHeadBytes$/,
  ],
  [
    'a reason of 100 KB',
    ['HTTP/1.1 403 ', 'a'.repeat(100_000)],
    'ERR_PROXY',
    /: it sent more than \d+ bytes .*option: maxHeadBytes$/,
  ],
  [
    'interim answers without an end',
    ['HTTP/1.1 100 Continue\r\n\r\n'.repeat(1_000)],
    'ERR_PROXY',
    /: it sent more than \d+ interim/,
  ],
  [
    'two lengths',
    ['HTTP/1.1 403 No\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n'],
    'ERR_PROXY',
    /: it sent differing Content-Lengths/,
  ],
  ['nothing, and closes', ['end'], 'ERR_PROXY', /: it closed the connection$/],
  ['nothing, and resets', ['reset'], 'ERR_PROXY', /: it (?:reset|closed) the connection$/],
  ['half a head, and resets', ['HTTP/1.1 200 OK\r\n', 'reset'], 'ERR_PROXY', /: it (?:reset|closed) the connection$/],
] as readonly [string, string[], string, RegExp][]) {
  test(`PoolManager({ proxy }) tells that the proxy answers CONNECT with ${name}`, async () => {
    const error = await outcome('http', answering(...answer));
    assert.ok(error instanceof ProxyError, String(error));
    assert.match(error.message, /^Cannot connect to http:\/\/192\.0\.2\.1:8080 through the proxy http:/);
    assert.match(error.message, message);
    assert.deepEqual([error.code, error.phase], [code, 'proxy']);
    assert.equal(came.length, 1);
    assert.ok(!(came[0] ?? '').includes('GET /a'));
  });
}

test('PoolManager({ proxy }) tells that the proxy is silent', async () => {
  for (const answer of [[], ['HTTP/1.1 200 OK\r\n'], ['HTTP/1.1 100 Continue\r\n\r\n']]) {
    const error = await outcome('http', answering(...answer), 40);
    assert.ok(error instanceof HTTPError);
    assert.match(
      error.message,
      /still waiting for the proxy http:\S+ to open a tunnel after \d+ ms; option: timeout\.connect$/,
    );
    assert.equal(error.code, 'ERR_TIMEOUT');
  }
});

test('PoolManager({ proxy }) tells that the proxy is silent in the body of a challenge, or after it', async () => {
  for (const answer of [
    [`HTTP/1.1 407 W\r\n${DIGEST}Content-Length: 9\r\n\r\nwho`],
    [`HTTP/1.1 407 W\r\n${DIGEST}Content-Length: 0\r\n\r\n`],
  ]) {
    const error = await outcome('http', (_, turn) => (turn === 0 ? answer : []), 40);
    assert.ok(error instanceof HTTPError);
    assert.equal(error.code, 'ERR_TIMEOUT');
  }
});

test('PoolManager({ proxy }) gives one error for an answer that is cut at any byte', async () => {
  const answer = 'HTTP/1.1 200 OK\r\nVia: a\r\n\r\n';
  for (let length = 0; length < answer.length; length++) {
    const error = await outcome('http', answering(answer.slice(0, length), 'end'));
    assert.ok(error instanceof ProxyError, `${length}: ${String(error)}`);
    assert.match(error.message, /: it closed the connection$/);
  }
});

test('PoolManager({ proxy }) asks on a new connection where the proxy closes in the body of a challenge, or after it', async () => {
  const challenge = `HTTP/1.1 407 W\r\n${DIGEST}Content-Length: 4\r\n\r\n`;
  for (const first of [
    [`${challenge}wh`, 'end'],
    [`${challenge}who?`, 'end'],
    [`${challenge}wh`, 'reset'],
  ]) {
    const speech: Says = (text) => {
      if (text.startsWith('GET')) return [OK];
      return text.includes('Digest') ? (came.length > 1 ? ['HTTP/1.1 200 OK\r\n\r\n'] : ['end']) : first;
    };
    assert.equal(await outcome('http', speech), 'hi');
    assert.equal(came.length, 2);
  }
});

test('PoolManager({ proxy }) does not ask for ever where the proxy closes after every challenge', async () => {
  const challenge = (): string =>
    `HTTP/1.1 407 W\r\n${DIGEST.replace('"n"', `"${came.length}", stale=true`)}Connection: close\r\n\r\n`;
  const error = await outcome('http', () => [challenge(), 'end']);
  assert.ok(error instanceof ProxyError);
  assert.deepEqual([error.code, came.length], ['ERR_PROXY_AUTH', 4]);
});

const bytes = (...codes: number[]): string => String.fromCharCode(...codes);
const GRANTED_4 = bytes(0, 90, 0, 0, 0, 0, 0, 0);
const ASKS_USER = bytes(5, 2);
const USER_OK = bytes(1, 0);
const GRANTED_5 = bytes(5, 0, 0, 1, 0, 0, 0, 0, 0, 0);

/** The answers of a SOCKS5 proxy to each thing that is said, and a response through the tunnel. */
const socks =
  (...answers: readonly (readonly string[])[]): Says =>
  (text, turn) =>
    text.startsWith('GET') ? [OK] : (answers[turn] ?? ['end']);

for (const [name, scheme, speech] of [
  ['SOCKS4', 'socks4', socks([GRANTED_4])],
  ['SOCKS4a, byte by byte', 'socks4a', socks([...GRANTED_4])],
  ['SOCKS5 with a user', 'socks5', socks([ASKS_USER], [USER_OK], [GRANTED_5])],
  [
    'SOCKS5 with a wrong version of the answer to the password',
    'socks5',
    socks([ASKS_USER], [bytes(5, 0)], [GRANTED_5]),
  ],
  ['SOCKS5 without', 'socks5h', socks([bytes(5, 0)], [GRANTED_5])],
  ['SOCKS5, byte by byte', 'socks5', socks([...ASKS_USER], [...USER_OK], [...GRANTED_5])],
  ['SOCKS5 with a bound name', 'socks5', socks([bytes(5, 0)], [bytes(5, 0, 0, 3, 2, 97, 98, 0, 80)])],
  ['SOCKS5 with a bound IPv6 address', 'socks5', socks([bytes(5, 0)], [bytes(5, 0, 0, 4, ...new Array(18).fill(1))])],
] as readonly [string, string, Says][]) {
  test(`PoolManager({ proxy }) opens a tunnel by ${name}`, async () => {
    assert.equal(await outcome(scheme, speech), 'hi');
  });
}

for (const [name, scheme, speech, code, message] of [
  [
    '4: 91',
    'socks4',
    socks([bytes(0, 91, 0, 0, 0, 0, 0, 0)]),
    'ERR_PROXY',
    /it rejected the request, or could not connect$/,
  ],
  ['4: 92', 'socks4', socks([bytes(0, 92, 0, 0, 0, 0, 0, 0)]), 'ERR_PROXY_AUTH', /identd/],
  ['4: 93', 'socks4', socks([bytes(0, 93, 0, 0, 0, 0, 0, 0)]), 'ERR_PROXY_AUTH', /identd/],
  ['4: 7', 'socks4', socks([bytes(0, 7, 0, 0, 0, 0, 0, 0)]), 'ERR_PROXY', /it answered 7$/],
  ['4: a wrong version', 'socks4', socks([bytes(5, 90, 0, 0, 0, 0, 0, 0)]), 'ERR_PROXY', /does not speak SOCKS4$/],
  ['4: HTTP', 'socks4', socks(['HTTP/1.1 400 Bad Request\r\n\r\n']), 'ERR_PROXY', /does not speak SOCKS4$/],
  ['4: more than its answer', 'socks4', socks([`${GRANTED_4}x`]), 'ERR_PROXY', /it sent more than its answer$/],
  ['5: no method', 'socks5', socks([bytes(5, 255)]), 'ERR_PROXY_AUTH', /it takes no user and password$/],
  [
    '5: a method that was not offered',
    'socks5',
    socks([bytes(5, 1)]),
    'ERR_PROXY_AUTH',
    /it takes no user and password$/,
  ],
  ['5: a wrong version', 'socks5', socks([bytes(4, 0)]), 'ERR_PROXY', /does not speak SOCKS5$/],
  ['5: HTTP', 'socks5', socks(['HTTP/1.1 400 Bad Request\r\n\r\n']), 'ERR_PROXY', /does not speak SOCKS5$/],
  [
    '5: a wrong password',
    'socks5',
    socks([ASKS_USER], [bytes(1, 1)]),
    'ERR_PROXY_AUTH',
    /refused the user or the password; are they right\?$/,
  ],
  [
    '5: a wrong version in the reply',
    'socks5',
    socks([bytes(5, 0)], [bytes(1, 0, 0, 1)]),
    'ERR_PROXY',
    /does not speak SOCKS5$/,
  ],
  [
    '5: an unknown kind of address',
    'socks5',
    socks([bytes(5, 0)], [bytes(5, 0, 0, 2, 0, 0, 0)]),
    'ERR_PROXY',
    /does not speak SOCKS5$/,
  ],
  [
    '5: more than its answer',
    'socks5',
    socks([bytes(5, 0)], [`${GRANTED_5}x`]),
    'ERR_PROXY',
    /it sent more than its answer$/,
  ],
] as readonly [string, string, Says, string, RegExp][]) {
  test(`PoolManager({ proxy }) tells what a SOCKS proxy answers, ${name}`, async () => {
    const error = await outcome(scheme, speech);
    assert.ok(error instanceof ProxyError, String(error));
    assert.match(error.message, message);
    assert.equal(error.code, code);
    assert.ok(!came.join('').includes('GET /a'));
  });
}

for (const [reply, message] of [
  [1, 'it failed'],
  [2, 'its rules do not allow the connection'],
  [3, 'the network cannot be reached from there'],
  [4, 'the host cannot be reached from there'],
  [5, 'the host refused the connection'],
  [6, 'the connection took too long there'],
  [7, 'it does not know the command'],
  [8, 'it does not know this kind of address'],
  [9, 'it answered 9'],
  [255, 'it answered 255'],
] as const) {
  test(`PoolManager({ proxy }) tells that a SOCKS5 proxy answers ${reply}`, async () => {
    const error = await outcome('socks5', socks([bytes(5, 0)], [bytes(5, reply, 0, 1, 0, 0, 0, 0, 0, 0)]));
    assert.ok(error instanceof ProxyError);
    assert.equal(error.message.split(': ').at(-1), message);
    assert.equal(error.code, 'ERR_PROXY');
  });
}

for (const [scheme, answers] of [
  ['socks4', [GRANTED_4]],
  ['socks5', [ASKS_USER, USER_OK, GRANTED_5]],
] as const) {
  test(`PoolManager({ proxy }) gives one error for answers of ${scheme} that are cut at any byte`, async () => {
    for (const [turn, answer] of answers.entries()) {
      for (let length = 0; length < answer.length; length++) {
        const whole = answers.slice(0, turn).map((one) => [one]);
        const error = await outcome(scheme, socks(...whole, [answer.slice(0, length), 'end']));
        assert.ok(error instanceof ProxyError, `${turn}, ${length}: ${String(error)}`);
        assert.match(error.message, /: it closed the connection$/);
      }
      const error = await outcome(
        scheme,
        socks(...answers.slice(0, turn).map((one) => [one]), [answer.slice(0, 1)]),
        30,
      );
      assert.ok(error instanceof HTTPError);
      assert.equal(error.code, 'ERR_TIMEOUT');
    }
  });
}
