import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { inspect } from 'node:util';
import {
  ConnectError,
  ConnectionError,
  DecodeError,
  HTTPError,
  LimitError,
  NameResolutionError,
  PoolError,
  PoolManager,
  type PoolOptions,
  ProtocolError,
  RequestError,
  type RequestOptions,
  SendError,
  TimeoutError,
  TLSError,
} from 'urlpool';
import { type Script, ScriptedServer, unusedPort } from 'urlpool-testing';
import { echo, gate, servedPool } from '../connection/served-pool.ts';

// Every kind of failure over the wire, as its caller sees it: the class, what a program decides by, the sentence that a
// person reads, and whose line it was.

const silent: Script = async (connection) => {
  await connection.request();
};

/** Answers with these bytes, and ends as it says. */
const sends =
  (bytes: string, end: 'fin' | 'rst' | 'open' = 'open'): Script =>
  async (connection) => {
    await connection.head();
    await connection.write(bytes);
    connection.discard();
    if (end === 'fin') connection.end();
    if (end === 'rst') connection.reset();
  };

const HEAD = 'HTTP/1.1 200 OK\r\n';
const LENGTH_10 = `${HEAD}Content-Length: 10\r\n\r\n`;
const CHUNKED = `${HEAD}Transfer-Encoding: chunked\r\n\r\n`;

interface Case {
  readonly name: string;
  /** Null where nothing listens. */
  readonly script: Script | null;
  readonly options?: PoolOptions;
  readonly request?: RequestOptions;
  readonly method?: string;
  readonly kind: new (...args: never[]) => HTTPError;
  readonly code: string;
  readonly phase: string;
  /** The message, in which PORT and URL stand for themselves, and N for any number. */
  readonly message: string;
  /** Whether the call had a connection. */
  readonly connected: boolean;
  /** The cause's code or name; null where there is none. Left out where it is the runtime's affair. */
  readonly cause?: string | null;
  readonly host?: string;
  readonly scheme?: 'https';
}

const NO_NAME = Object.assign(new Error('getaddrinfo ENOTFOUND name.test'), { code: 'ENOTFOUND' });
const NO_RESOLVER = Object.assign(new Error('getaddrinfo EAI_AGAIN name.test'), { code: 'EAI_AGAIN' });

function failingSource(): AsyncGenerator<string> {
  return (async function* () {
    yield 'some';
    throw new TypeError('the disk is gone');
  })();
}

const CASES: readonly Case[] = [
  {
    name: 'a port on which nothing listens',
    script: null,
    kind: ConnectError,
    code: 'ERR_CONNECTION_REFUSED',
    phase: 'connect',
    message: 'Cannot connect to ORIGIN: 127.0.0.1:PORT refused the connection; is a server listening there?',
    connected: false,
    cause: 'ECONNREFUSED',
  },
  {
    name: 'a name without an address',
    script: null,
    host: 'name.test',
    options: { lookup: (_host, _options, answer) => setImmediate(answer, NO_NAME, []) },
    kind: NameResolutionError,
    code: 'ERR_NAME_NOT_FOUND',
    phase: 'dns',
    message: 'Cannot connect to ORIGIN: the name "name.test" has no address; is it spelled right?',
    connected: false,
    cause: 'ENOTFOUND',
  },
  {
    name: 'a resolver that fails',
    script: null,
    host: 'name.test',
    options: { lookup: (_host, _options, answer) => setImmediate(answer, NO_RESOLVER, []) },
    kind: NameResolutionError,
    code: 'ERR_NAME_LOOKUP',
    phase: 'dns',
    message: 'Cannot connect to ORIGIN: looking up the name "name.test" failed: getaddrinfo EAI_AGAIN name.test',
    connected: false,
    cause: 'EAI_AGAIN',
  },
  {
    name: 'a server that does not speak TLS',
    script: async (connection) => {
      await connection.read();
      await connection.write('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n');
    },
    scheme: 'https',
    kind: TLSError,
    code: 'ERR_TLS_NOT_SPOKEN',
    phase: 'tls',
    message:
      'Cannot speak TLS with ORIGIN at 127.0.0.1:PORT: what answers there does not speak TLS; is it an http:// port?',
    connected: false,
  },
  {
    name: 'FIN before a response',
    script: sends('', 'fin'),
    kind: ConnectionError,
    code: 'ERR_CONNECTION_CLOSED',
    phase: 'head',
    message:
      'Cannot read the response of GET URL: the server closed the connection before a response began, N ms after the request',
    connected: true,
    cause: 'PeerFault',
  },
  {
    name: 'RST before a response',
    script: sends('', 'rst'),
    kind: ConnectionError,
    code: 'ERR_CONNECTION_RESET',
    phase: 'head',
    message:
      'Cannot read the response of GET URL: the server reset the connection before a response began, N ms after the request',
    connected: true,
    cause: 'ECONNRESET',
  },
  {
    name: 'FIN in the head',
    script: sends('HTTP/1.1 200', 'fin'),
    kind: ConnectionError,
    code: 'ERR_CONNECTION_CLOSED',
    phase: 'head',
    message:
      "Cannot read the response of GET URL: the server closed the connection before the end of the response's head, N ms after the request",
    connected: true,
    cause: 'PeerFault',
  },
  {
    name: 'FIN after an interim response',
    script: sends('HTTP/1.1 103 Early Hints\r\n\r\n', 'fin'),
    kind: ConnectionError,
    code: 'ERR_CONNECTION_CLOSED',
    phase: 'head',
    message:
      'Cannot read the response of GET URL: the server closed the connection after an interim response, before the final one, N ms after the request',
    connected: true,
    cause: 'PeerFault',
  },
  {
    name: 'FIN in a body of known length',
    script: sends(`${LENGTH_10}half`, 'fin'),
    kind: ConnectionError,
    code: 'ERR_CONNECTION_CLOSED',
    phase: 'body',
    message:
      'Cannot read the response of GET URL: the server closed the connection 6 bytes before the end of the body, N ms after the request',
    connected: true,
    cause: 'PeerFault',
  },
  {
    name: 'FIN in a chunked body',
    script: sends(`${CHUNKED}4\r\nhal`, 'fin'),
    kind: ConnectionError,
    code: 'ERR_CONNECTION_CLOSED',
    phase: 'body',
    message: 'Cannot read the response of GET URL: the server closed the connection *, N ms after the request',
    connected: true,
    cause: 'PeerFault',
  },
  {
    name: 'RST in a body',
    script: async (connection) => {
      await connection.request();
      await connection.write(`${LENGTH_10}half`);
      await connection.wait(20); // a reset right behind the bytes could overtake them
      connection.reset();
    },
    kind: ConnectionError,
    code: 'ERR_CONNECTION_RESET',
    phase: 'body',
    message:
      'Cannot read the response of GET URL: the server reset the connection before the end of the body, N ms after the request',
    connected: true,
    cause: 'ECONNRESET',
  },
  {
    name: 'something that is not HTTP',
    script: sends('SSH-2.0-OpenSSH_9.6\r\n'),
    kind: ProtocolError,
    code: 'ERR_PROTOCOL',
    phase: 'head',
    message: 'Cannot read the response of GET URL: the server sent "SSH-2.0*',
    connected: true,
    cause: 'PeerFault',
  },
  {
    name: 'a chunk that is none',
    script: sends(`${CHUNKED}xyz\r\n`),
    kind: ProtocolError,
    code: 'ERR_PROTOCOL',
    phase: 'body',
    message: 'Cannot read the response of GET URL: the server sent *',
    connected: true,
    cause: 'PeerFault',
  },
  {
    name: 'a head that is too large',
    script: sends(`${HEAD}A: ${'a'.repeat(1000)}\r\n`),
    options: { maxHeadBytes: 500 },
    kind: LimitError,
    code: 'ERR_LIMIT',
    phase: 'head',
    message: 'Cannot read the response of GET URL: *500*; option: maxHeadBytes',
    connected: true,
    cause: 'LimitFault',
  },
  {
    name: 'too many fields',
    script: sends(`${HEAD}${'A: a\r\n'.repeat(11)}\r\n`),
    options: { maxFields: 10 },
    kind: LimitError,
    code: 'ERR_LIMIT',
    phase: 'head',
    message: 'Cannot read the response of GET URL: *10*; option: maxFields',
    connected: true,
    cause: 'LimitFault',
  },
  {
    name: 'too many interim responses',
    script: sends('HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(3)),
    options: { maxInformational: 2 },
    kind: LimitError,
    code: 'ERR_LIMIT',
    phase: 'head',
    message: 'Cannot read the response of GET URL: more than 2 interim responses; option: maxInformational',
    connected: true,
    cause: 'LimitFault',
  },
  {
    name: 'trailers that are too large',
    script: sends(`${CHUNKED}0\r\nA: ${'a'.repeat(200)}\r\n\r\n`),
    options: { maxTrailerBytes: 100 },
    kind: LimitError,
    code: 'ERR_LIMIT',
    phase: 'body',
    message: 'Cannot read the response of GET URL: *100*; option: maxTrailerBytes',
    connected: true,
    cause: 'LimitFault',
  },
  {
    name: 'chunk extensions that are too large',
    script: sends(`${CHUNKED}4;${'a'.repeat(200)}\r\nbody\r\n0\r\n\r\n`),
    options: { maxChunkExtensionBytes: 100 },
    kind: LimitError,
    code: 'ERR_LIMIT',
    phase: 'body',
    message: 'Cannot read the response of GET URL: *100*; option: maxChunkExtensionBytes',
    connected: true,
    cause: 'LimitFault',
  },
  {
    name: 'a body that says it is too large',
    script: sends(`${HEAD}Content-Length: 1000000000000\r\n\r\nbegin`),
    options: { maxBodyBytes: 1000 },
    kind: LimitError,
    code: 'ERR_LIMIT',
    phase: 'body',
    message:
      'Cannot hold the body of GET URL: 1000 bytes are allowed, and it has 1000000000000 bytes; option: maxBodyBytes',
    connected: true,
    cause: null,
  },
  {
    name: 'a chunked body that turns out too large',
    script: sends(`${CHUNKED}3E9\r\n${'b'.repeat(1001)}\r\n0\r\n\r\n`),
    options: { maxBodyBytes: 1000 },
    kind: LimitError,
    code: 'ERR_LIMIT',
    phase: 'body',
    message:
      'Cannot hold the body of GET URL: 1000 bytes are allowed, and it is longer than that; option: maxBodyBytes',
    connected: true,
    cause: null,
  },
  {
    name: 'a body without a length that turns out too large',
    script: sends(`${HEAD}\r\n${'b'.repeat(1001)}`, 'fin'),
    request: { maxBodyBytes: 1000 },
    kind: LimitError,
    code: 'ERR_LIMIT',
    phase: 'body',
    message:
      'Cannot hold the body of GET URL: 1000 bytes are allowed, and it is longer than that; option: maxBodyBytes',
    connected: true,
    cause: null,
  },
  {
    name: 'a server that is silent',
    script: silent,
    request: { timeout: { read: 20 } },
    kind: TimeoutError,
    code: 'ERR_TIMEOUT',
    phase: 'head',
    message: 'Cannot read the response head of GET URL within 20 ms; option: timeout.read',
    connected: true,
    cause: null,
  },
  {
    name: 'a body whose source fails',
    script: echo,
    method: 'POST',
    request: { body: failingSource },
    kind: SendError,
    code: 'ERR_BODY_SOURCE',
    phase: 'send',
    message: 'Cannot send the body of POST URL: its source failed: the disk is gone',
    connected: true,
    cause: 'TypeError',
  },
  {
    name: 'a body function that throws',
    script: echo,
    method: 'POST',
    request: {
      body: () => {
        throw new TypeError('no body today');
      },
    },
    kind: SendError,
    code: 'ERR_BODY_SOURCE',
    phase: 'send',
    message: 'Cannot send the body of POST URL: its source failed: no body today',
    connected: true,
    cause: 'TypeError',
  },
  {
    name: 'a body that is shorter than was said',
    script: echo,
    method: 'POST',
    request: { headers: { 'Content-Length': '10' }, body: ['some'] },
    kind: SendError,
    code: 'ERR_BODY_LENGTH',
    phase: 'send',
    message: 'Cannot send the body of POST URL: it ended after 4 of the 10 bytes it was said to have',
    connected: true,
  },
  {
    name: 'a body that is longer than was said',
    script: echo,
    method: 'POST',
    request: { headers: { 'Content-Length': '5' }, body: ['some', 'more'] },
    kind: SendError,
    code: 'ERR_BODY_LENGTH',
    phase: 'send',
    message: 'Cannot send the body of POST URL: it is longer than the 5 bytes it was said to have',
    connected: true,
  },
  {
    name: 'a piece of a body that is none',
    script: echo,
    method: 'POST',
    request: { body: [7] as unknown as string[] },
    kind: SendError,
    code: 'ERR_BODY_SOURCE',
    phase: 'send',
    message: 'Cannot send the body of POST URL: its source failed: a body is made of strings and bytes, not of number',
    connected: true,
    cause: 'TypeError',
  },
];

/** Escapes all but N (any number) and * (anything). */
function pattern(message: string): RegExp {
  const escaped = message.replace(/[.?+^$()[\]{}|\\/]/g, '\\$&');
  return new RegExp(`^${escaped.replace(/\bN\b/g, '\\d+').replaceAll('*', '.*')}$`, 's');
}

/** The caller whose line must be in the stack. */
async function callerOfTheTest(call: () => Promise<unknown>): Promise<unknown> {
  return await call();
}

/** Makes the call of a case, through a manager, with credentials in its URL. */
async function failureOf(t: TestContext, one: Case): Promise<{ error: unknown; origin: string; port: number }> {
  const server = one.script === null ? null : await ScriptedServer.start({ strict: false }, one.script);
  const port = server?.port ?? (await unusedPort());
  const http = new PoolManager({ retries: false, ...one.options });
  t.after(async () => {
    await http.close({ timeout: 1 });
    await server?.close();
  });
  const authority = `${one.host ?? '127.0.0.1'}:${port}`;
  const scheme = one.scheme ?? 'http';
  const url = `${scheme}://alice:secret@${authority}/path?q=1#fragment`;
  try {
    await callerOfTheTest(() => http.request(one.method ?? 'GET', url, one.request));
  } catch (error) {
    return { error, origin: `${scheme}://${authority}`, port };
  }
  throw new Error('the call was answered');
}

function nameOf(cause: unknown): string | null {
  if (cause === undefined) return null;
  assert.ok(cause instanceof Error);
  return 'code' in cause ? String(cause.code) : cause.name;
}

for (const one of CASES) {
  test(`request() tells of ${one.name}`, async (t) => {
    const { error, origin, port } = await failureOf(t, one);
    assert.ok(error instanceof one.kind, inspect(error));
    assert.deepEqual(
      {
        name: error.name,
        code: error.code,
        phase: error.phase,
        method: error.method,
        url: error.url,
        attempt: error.attempt,
        history: error.history,
        cause: one.cause === undefined ? undefined : nameOf(error.cause),
        connected: error.connection !== null,
      },
      {
        name: one.kind.name,
        code: one.code,
        phase: one.phase,
        method: one.method ?? 'GET',
        url: `${origin}/path?q=1`,
        attempt: 1,
        history: [],
        cause: one.cause,
        connected: one.connected,
      },
    );
    const sentence = one.message.replaceAll('URL', `${origin}/path?q=1`).replaceAll('ORIGIN', origin);
    assert.match(error.message, pattern(sentence.replaceAll('PORT', String(port))));
    if (error.connection !== null) {
      const { address, reused } = error.connection;
      assert.deepEqual({ address, reused }, { address: `127.0.0.1:${port}`, reused: false });
    }
  });

  test(`request() has its caller's line in the stack of ${one.name}`, async (t) => {
    const { error } = await failureOf(t, one);
    assert.match(error instanceof Error ? (error.stack ?? '') : '', /at async callerOfTheTest .*errors\.test/);
  });

  test(`request() shows no credentials in the error of ${one.name}`, async (t) => {
    const { error } = await failureOf(t, one);
    const shown = `${inspect(error, { depth: 10, showHidden: true })} ${JSON.stringify(error)}`;
    assert.doesNotMatch(shown, /secret|alice|YWxpY2U6c2VjcmV0/);
  });
}

// LimitError names its option apart, for programs.

for (const one of CASES.filter(({ kind }) => kind === LimitError)) {
  test(`LimitError.limit is the option that was exceeded by ${one.name}`, async (t) => {
    const { error } = await failureOf(t, one);
    assert.ok(error instanceof LimitError);
    assert.match(one.message, new RegExp(`option: ${error.limit}$`));
  });
}

// What is as large as allowed is no error.

// name, bytes, options
const AT_THE_LIMIT: readonly (readonly [string, string, PoolOptions])[] = [
  ['maxFields', `${HEAD}${'A: a\r\n'.repeat(9)}Content-Length: 0\r\n\r\n`, { maxFields: 10 }],
  [
    'maxInformational',
    `${'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(2)}${HEAD}Content-Length: 0\r\n\r\n`,
    { maxInformational: 2 },
  ],
  ['maxBodyBytes, declared', `${HEAD}Content-Length: 1000\r\n\r\n${'b'.repeat(1000)}`, { maxBodyBytes: 1000 }],
  ['maxBodyBytes, chunked', `${CHUNKED}3E8\r\n${'b'.repeat(1000)}\r\n0\r\n\r\n`, { maxBodyBytes: 1000 }],
  ['maxBodyBytes of 0', `${HEAD}Content-Length: 0\r\n\r\n`, { maxBodyBytes: 0 }],
];

for (const [name, bytes, options] of AT_THE_LIMIT) {
  test(`request() takes a response that just keeps to ${name}`, async (t) => {
    const { pool } = await servedPool(t, sends(bytes), options);
    assert.equal((await pool.request('GET', '/')).status, 200);
  });
}

test('request() of HEAD takes any Content-Length, since there is no body', async (t) => {
  const { pool } = await servedPool(t, sends(`${HEAD}Content-Length: 1000000000000\r\n\r\n`), { maxBodyBytes: 10 });
  assert.equal((await pool.request('HEAD', '/')).status, 200);
});

test('request() may allow a larger body than its pool', async (t) => {
  const { pool } = await servedPool(t, sends(`${LENGTH_10}0123456789`), { maxBodyBytes: 5 });
  assert.equal((await pool.request('GET', '/', { maxBodyBytes: 10 })).text(), '0123456789');
});

test('request() closes the connection of a response beyond a limit, with the reason', async (t) => {
  const { pool } = await servedPool(t, sends(`${LENGTH_10}0123456789`), { maxBodyBytes: 5 });
  await assert.rejects(pool.request('GET', '/'), LimitError);
  assert.deepEqual(pool.snapshot().closed, { limit: 1 });
});

test('request() closes the connection of a response that is no HTTP, with the reason', async (t) => {
  const { pool } = await servedPool(t, sends('SSH-2.0-OpenSSH_9.6\r\n'));
  await assert.rejects(pool.request('GET', '/'), ProtocolError);
  assert.deepEqual(pool.snapshot().closed, { 'protocol-error': 1 });
});

// Refused before anything is sent.

// name, method, target, options, code
const REFUSED: readonly (readonly [string, string, string, RequestOptions, string])[] = [
  ['a method that is none', 'G T', '/', {}, 'ERR_INVALID_METHOD'],
  ['an empty method', '', '/', {}, 'ERR_INVALID_METHOD'],
  ['a method with a line break', 'GET / HTTP/1.1\r\nX:', '/', {}, 'ERR_INVALID_METHOD'],
  ['a target that is no path', 'GET', 'http://127.0.0.1/', {}, 'ERR_INVALID_TARGET'],
  ['a target with a line break', 'GET', '/a\r\nX: y', {}, 'ERR_INVALID_TARGET'],
  ['a field with a line break', 'GET', '/', { headers: { A: 'b\r\nC: d' } }, 'ERR_INVALID_HEADER'],
  ['a field name that is none', 'GET', '/', { headers: { 'A b': 'c' } }, 'ERR_INVALID_HEADER'],
  ['a Transfer-Encoding', 'POST', '/', { headers: { 'Transfer-Encoding': 'chunked' } }, 'ERR_INVALID_HEADER'],
  ['a wrong Content-Length', 'POST', '/', { headers: { 'Content-Length': '3' }, body: 'four' }, 'ERR_INVALID_HEADER'],
  ['a body that is none', 'POST', '/', { body: 7 as unknown as string }, 'ERR_INVALID_BODY'],
  ['json and a body', 'POST', '/', { json: {}, body: 'x' }, 'ERR_INVALID_BODY'],
  ['json that is none', 'POST', '/', { json: 1n }, 'ERR_INVALID_BODY'],
  ['a limit that is none', 'GET', '/', { maxBodyBytes: -1 }, 'ERR_INVALID_OPTION'],
];

for (const [name, method, target, options, code] of REFUSED) {
  test(`request() refuses ${name} and sends nothing`, async (t) => {
    const { pool, server, events } = await servedPool(t, echo);
    const error: unknown = await callerOfTheTest(() => pool.request(method, target, options)).catch(
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof RequestError);
    assert.deepEqual([error.code, error.phase, error.connection], [code, 'request', null]);
    assert.match(error.stack ?? '', /callerOfTheTest/);
    assert.deepEqual([server.connections.length, pool.numConnections, events.length], [0, 0, 0]);
  });
}

// The pool's own

test('request() tells of a pool that was closed', async (t) => {
  const { pool, server } = await servedPool(t, echo);
  await pool.close();
  const error: unknown = await callerOfTheTest(() => pool.request('GET', '/a')).catch((reason: unknown) => reason);
  assert.ok(error instanceof PoolError);
  const { code, phase, method, url, connection, message } = error;
  assert.deepEqual(
    { code, phase, method, url, connection, message },
    {
      code: 'ERR_POOL_CLOSED',
      phase: 'pool',
      method: 'GET',
      url: `${server.origin}/a`,
      connection: null,
      message: `Cannot send GET ${server.origin}/a: the pool or manager was closed by close()`,
    },
  );
  assert.match(error.stack ?? '', /callerOfTheTest/);
});

test('request() tells of a connection that close() took from it', async (t) => {
  const { pool, server } = await servedPool(t, silent);
  const call = callerOfTheTest(() => pool.request('GET', '/a'));
  const failed = call.catch((reason: unknown) => reason);
  await server.request(0);
  await pool.close({ timeout: 1 });
  const error = await failed;
  assert.ok(error instanceof ConnectionError);
  assert.deepEqual([error.code, error.phase, error.stale], ['ERR_CONNECTION_DROPPED', 'head', false]);
  assert.equal(error.message, `Cannot finish GET ${server.origin}/a: its connection was closed here (closed)`);
  assert.match(error.stack ?? '', /callerOfTheTest/);
});

test('HTTPResponse.json() tells of a body that is no JSON', async (t) => {
  const { pool, server } = await servedPool(t, sends(`${HEAD}Content-Length: 6\r\n\r\n<html>`));
  const response = await pool.request('GET', '/a');
  assert.throws(
    () => response.json(),
    (error) => {
      assert.ok(error instanceof DecodeError);
      const { code, phase, method, url, connection } = error;
      assert.deepEqual(
        { code, phase, method, url, connection },
        {
          code: 'ERR_INVALID_JSON',
          phase: 'body',
          method: 'GET',
          url: `${server.origin}/a`,
          connection: response.connection,
        },
      );
      assert.match(error.message, /as JSON: it is none at line 1, column 1, near "<html>"$/);
      return true;
    },
  );
});

// Nothing is left unhandled.

test('request() that fails while its source fails too leaves no rejection unhandled', async (t) => {
  const stray: unknown[] = [];
  const onStray = (reason: unknown): void => {
    stray.push(reason);
  };
  process.on('unhandledRejection', onStray);
  t.after(() => process.off('unhandledRejection', onStray));
  const answered = gate();
  const { pool, told } = await servedPool(t, [
    async (connection) => {
      await connection.head();
      connection.discard();
      await answered.opened;
      connection.reset();
    },
  ]);
  const ended = gate();
  const body = () => ({
    [Symbol.asyncIterator]: () => ({
      next: async () => {
        answered.open();
        await told('exchange-end');
        throw new Error('too late to matter');
      },
      return: async () => {
        ended.open();
        throw new Error('nor does this');
      },
    }),
  });
  await assert.rejects(pool.request('POST', '/', { body: body as unknown as () => string[] }), ConnectionError);
  await ended.opened;
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(stray, []);
});

test('request() of every kind of failure is one of HTTPError', async () => {
  for (const { kind } of CASES) assert.ok(kind.prototype instanceof HTTPError);
});
