import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readdirSync, readlinkSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { after, type TestContext, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { HTTPError, type RequestOptions, Retry, SendError } from 'urlpool';
import type { ReceivedRequest, ScriptedConnection } from 'urlpool-testing';
import { type ServedPool, servedPool, until } from '../connection/served-pool.ts';

// Forms and other bodies over the wire: what is sent, what is sent again, and that nothing stays open.

const folder = mkdtempSync(path.join(tmpdir(), 'urlpool-forms-'));
after(() => rmSync(folder, { recursive: true }));
let files = 0;

const LARGE = 2_000_000;

function fileOf(size: number): string {
  const file = path.join(folder, `${files++}.txt`);
  writeFileSync(file, Buffer.alloc(size, 'abcdefg'));
  return file;
}

/** How many descriptors of this process lead to a file of these tests. */
function openFiles(): number {
  return readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith(folder);
    } catch {
      return false; // that of the listing itself
    }
  }).length;
}

async function store(connection: ScriptedConnection): Promise<void> {
  for (;;) {
    await connection.request();
    await connection.respond({ body: 'stored' });
  }
}

function header({ headers }: ReceivedRequest, name: string): string | undefined {
  return headers.find(([one]) => one.toLowerCase() === name)?.[1];
}

/** Sends one request with these options; gives it as it was received. */
async function sent(t: TestContext, method: string, options: RequestOptions): Promise<ReceivedRequest> {
  const { pool, server } = await servedPool(t, store);
  await pool.request(method, '/', options);
  const [request] = server.requests;
  assert.ok(request !== undefined);
  return request;
}

const part = (head: string, data: string): string =>
  `--X\r\nContent-Disposition: form-data; ${head}\r\n\r\n${data}\r\n`;
const END = '--X--\r\n';
const SMALL = fileOf(5);
const FORM = new FormData();
FORM.append('a', '1');

// name, method, options, Content-Type, Content-Length (null: chunked), body
const SENT: readonly (readonly [string, string, () => RequestOptions, string | undefined, boolean, string])[] = [
  [
    'fields of a POST as multipart',
    'POST',
    () => ({ fields: { a: '1', b: ['c.txt', 'd'] } }),
    'multipart/form-data; boundary=X',
    true,
    part('name="a"', '1') + part('name="b"; filename="c.txt"\r\nContent-Type: text/plain', 'd') + END,
  ],
  ...['PUT', 'PATCH', 'QUERY', 'post', 'REPORT'].map(
    (method) =>
      [
        `fields of a ${method}`,
        method,
        () => ({ fields: { a: '1' } }),
        'multipart/form-data; boundary=X',
        true,
        part('name="a"', '1') + END,
      ] as const,
  ),
  [
    'a file, with its length',
    'POST',
    () => ({ fields: { a: { path: SMALL, filename: 'b' } } }),
    'multipart/form-data; boundary=X',
    true,
    part('name="a"; filename="b"\r\nContent-Type: application/octet-stream', 'abcde') + END,
  ],
  [
    'a stream in a form, chunked',
    'POST',
    () => ({ fields: { a: { stream: Readable.from(['b', '', 'c']) } } }),
    'multipart/form-data; boundary=X',
    false,
    part('name="a"', 'bc') + END,
  ],
  [
    'fields urlencoded',
    'POST',
    () => ({ fields: { a: ['1', '2'], b: 'c d&ä' }, encodeMultipart: false }),
    'application/x-www-form-urlencoded',
    true,
    'a=1&a=2&b=c+d%26%C3%A4',
  ],
  [
    'FormData as body',
    'POST',
    () => ({ body: FORM }),
    'multipart/form-data; boundary=X',
    true,
    part('name="a"', '1') + END,
  ],
  [
    'URLSearchParams as body',
    'POST',
    () => ({ body: new URLSearchParams('a=b c') }),
    'application/x-www-form-urlencoded',
    true,
    'a=b+c',
  ],
  ['a Blob with its type', 'POST', () => ({ body: new Blob(['a'], { type: 'text/x' }) }), 'text/x', true, 'a'],
  ['a Blob without a type', 'POST', () => ({ body: new Blob(['a']) }), undefined, true, 'a'],
  [
    "the caller's Content-Type",
    'POST',
    () => ({ body: new URLSearchParams('a=b'), headers: { 'content-type': 'text/y' } }),
    'text/y',
    true,
    'a=b',
  ],
  [
    'no Content-Type where the caller gives null',
    'POST',
    () => ({ fields: { a: '1' }, headers: { 'Content-Type': null } }),
    undefined,
    true,
    part('name="a"', '1') + END,
  ],
  [
    "a Content-Type of the caller's with the boundary",
    'POST',
    () => ({ fields: { a: '1' }, headers: { 'Content-Type': 'multipart/related; boundary=X' } }),
    'multipart/related; boundary=X',
    true,
    part('name="a"', '1') + END,
  ],
  [
    'a Content-Type with the boundary in quotes',
    'POST',
    () => ({ fields: { a: '1' }, headers: { 'Content-Type': 'multipart/form-data; Boundary="X"' } }),
    'multipart/form-data; Boundary="X"',
    true,
    part('name="a"', '1') + END,
  ],
  [
    'form, whatever the method',
    'DELETE',
    () => ({ form: { a: 1, b: ['x y', 'z'] } }),
    'application/x-www-form-urlencoded',
    true,
    'a=1&b=x+y&b=z',
  ],
  ['an empty form as form', 'POST', () => ({ form: {} }), 'application/x-www-form-urlencoded', true, ''],
  ['a SharedArrayBuffer', 'POST', () => ({ body: new SharedArrayBuffer(2) }), undefined, true, '\0\0'],
  ['a typed array', 'POST', () => ({ body: Uint16Array.of(0x6161) }), undefined, true, 'aa'],
  ['a web stream', 'POST', () => ({ body: new Blob(['ab']).stream() }), undefined, false, 'ab'],
  ['empty pieces of a stream', 'POST', () => ({ body: ['', 'a', new Uint8Array(0), 'b', ''] }), undefined, false, 'ab'],
  ['a function that makes a Blob', 'POST', () => ({ body: () => new Blob(['a']) }), undefined, false, 'a'],
  ['an empty form', 'POST', () => ({ fields: {} }), 'multipart/form-data; boundary=X', true, END],
];

for (const [name, method, makeOptions, type, isKnown, body] of SENT) {
  test(`request() sends ${name}`, async (t) => {
    const request = await sent(t, method, { multipartBoundary: 'X', ...makeOptions() });
    assert.equal(request.body.toString('latin1'), body);
    assert.equal(header(request, 'content-type'), type);
    assert.equal(header(request, 'content-length'), isKnown ? String(body.length) : undefined);
    assert.equal(header(request, 'transfer-encoding'), isKnown ? undefined : 'chunked');
    assert.equal(request.target, '/');
  });
}

for (const method of ['GET', 'HEAD', 'DELETE', 'OPTIONS']) {
  test(`request() sends fields of ${method} as a query`, async (t) => {
    const request = await sent(t, method, { fields: { a: ['1', '2'] } });
    assert.deepEqual([request.target, request.body.length], ['/?a=1&a=2', 0]);
  });
}

// options, for methods without a body
for (const options of [{}, { body: '' }, { body: new Uint8Array(0) }, { body: null, headers: { A: 'b' } }]) {
  for (const method of ['POST', 'PUT', 'PATCH']) {
    test(`request() says Content-Length: 0 for ${method} with ${JSON.stringify(options)}`, async (t) => {
      const request = await sent(t, method, options);
      assert.deepEqual([header(request, 'content-length'), header(request, 'transfer-encoding')], ['0', undefined]);
    });
  }
}

// name, method, options, code, message
const REFUSED: readonly (readonly [string, string, unknown, string, RegExp])[] = [
  [
    'fields and a body',
    'POST',
    { fields: {}, body: 'a' },
    'ERR_INVALID_BODY',
    /fields of a POST are its body: give no body/,
  ],
  ['fields and json', 'PUT', { fields: {}, json: 1 }, 'ERR_INVALID_BODY', /fields of a PUT are its body: give no json/],
  ['json and a form', 'POST', { json: null, form: {} }, 'ERR_INVALID_BODY', /give either json or form, not both$/],
  [
    'fields and a form',
    'POST',
    { fields: {}, form: {} },
    'ERR_INVALID_BODY',
    /are its body: give no form beside them$/,
  ],
  ['a file in form', 'POST', { form: { a: new Blob(['b']) } }, 'ERR_INVALID_OPTION', /as form\.a: give a string/],
  ['body and json', 'POST', { body: 'a', json: 1 }, 'ERR_INVALID_BODY', /give either body or json, not both$/],
  ['a file in a query', 'GET', { fields: { a: new Blob(['b']) } }, 'ERR_INVALID_OPTION', /as fields\.a: give a string/],
  [
    'a file in an urlencoded form',
    'POST',
    { fields: { a: { path: SMALL } }, encodeMultipart: false },
    'ERR_INVALID_OPTION',
    /as fields\.a: give a string/,
  ],
  [
    'a number as encodeMultipart',
    'POST',
    { encodeMultipart: 0 },
    'ERR_INVALID_OPTION',
    /as encodeMultipart: give true or false$/,
  ],
  ['a bad boundary', 'GET', { multipartBoundary: 'a"' }, 'ERR_INVALID_OPTION', /as multipartBoundary: give 1 to 70/],
  [
    'a Content-Type without the boundary',
    'POST',
    { fields: {}, headers: { 'Content-Type': 'multipart/form-data' } },
    'ERR_INVALID_HEADER',
    /Content-Type: "multipart\/form-data" does not name the boundary of the form: leave the field out/,
  ],
  [
    'a wrong Content-Length',
    'POST',
    { fields: {}, headers: { 'Content-Length': 1 } },
    'ERR_INVALID_HEADER',
    /says 1 bytes/,
  ],
  ['an unknown coding', 'POST', { body: 'a', compress: 'lzma' }, 'ERR_INVALID_OPTION', /as compress: give one of gzip/],
  [
    'compress beside Content-Encoding',
    'POST',
    { body: 'a', compress: 'gzip', headers: { 'content-encoding': 'br' } },
    'ERR_INVALID_OPTION',
    /as compress: Content-Encoding is given already/,
  ],
  [
    'compress beside Content-Length',
    'POST',
    { body: 'a', compress: 'gzip', headers: { 'content-length': '1' } },
    'ERR_INVALID_BODY',
    /leave Content-Length out$/,
  ],
  [
    'a listener that is none',
    'POST',
    { onUploadProgress: 5 },
    'ERR_INVALID_OPTION',
    /as onUploadProgress: give a function$/,
  ],
];

for (const [name, method, options, code, message] of REFUSED) {
  test(`request() refuses ${name}`, async (t) => {
    const { pool, server } = await servedPool(t, store);
    await assert.rejects(pool.request(method, '/', options as RequestOptions), { code, message });
    assert.equal(server.connections.length, 0);
  });
}

test('request() frees the streams of a form that is refused', async (t) => {
  const { pool } = await servedPool(t, store);
  const streams = [1, 2].map(() => new Readable({ read() {} }));
  const [first, second] = streams.map((stream) => ({ stream }));
  await assert.rejects(pool.request('POST', '/', { fields: { a: first, b: second, c: { path: folder } } }), HTTPError);
  assert.deepEqual(
    streams.map((stream) => stream.destroyed),
    [true, true],
  );
});

test('request() never sends a stream a second time as nothing', async (t) => {
  const { pool, server } = await servedPool(t, store);
  const body = Readable.from(['a']);
  await pool.request('POST', '/', { body });
  await assert.rejects(pool.request('POST', '/', { body }), { code: 'ERR_BODY_CONSUMED' });
  const web = new Blob(['a']).stream();
  await pool.request('POST', '/', { body: web });
  await assert.rejects(pool.request('POST', '/', { body: web }), { code: 'ERR_BODY_CONSUMED' });
  assert.deepEqual(
    server.requests.map(({ body: received }) => received.toString()),
    ['a', 'a'],
  );
});

// Sent again.

/** Bodies that can be sent again. */
const REPLAYABLE: readonly (readonly [string, () => RequestOptions])[] = [
  ['a file in a form', () => ({ fields: { a: { path: fileOf(LARGE) } } })],
  ['a Blob in a form', () => ({ fields: { a: new Blob([Buffer.alloc(LARGE, 'b')]) } })],
  ['a function in a form', () => ({ fields: { a: { stream: () => Readable.from([Buffer.alloc(LARGE, 'b')]) } } })],
  ['FormData', () => ({ body: FORM })],
  ['URLSearchParams', () => ({ body: new URLSearchParams('a=1') })],
  ['a Blob', () => ({ body: new Blob([Buffer.alloc(LARGE, 'b')]) })],
  ['a compressed function', () => ({ body: () => ['abc'], compress: 'gzip' })],
  ['compressed bytes', () => ({ body: Buffer.alloc(LARGE, 'b'), compress: 'gzip' })],
];

/** Ends the first connection after the second request of it, or before that is read to its end. */
function dying(when: 'after' | 'amid') {
  return async (connection: ScriptedConnection): Promise<void> => {
    await connection.request();
    await connection.respond();
    if (when === 'after') await connection.request();
    else await connection.head();
    connection.reset();
  };
}

for (const [name, makeOptions] of REPLAYABLE) {
  for (const when of ['after', 'amid'] as const) {
    test(`request() replays ${name} whole where a kept connection died ${when} it`, async (t) => {
      const { pool, server } = await servedPool(t, [dying(when), store]);
      await pool.request('GET', '/');
      const options = { multipartBoundary: 'X', ...makeOptions() };
      assert.equal((await pool.request('PUT', '/', options)).text(), 'stored');
      const reference = await sent(t, 'PUT', options);
      const last = server.requests.at(-1);
      assert.ok(last?.body.equals(reference.body));
      assert.ok(reference.body.length > 0);
      await until(() => openFiles() === 0);
    });
  }

  test(`request() tries ${name} again after a 503`, async (t) => {
    const { pool, server } = await servedPool(t, async (connection) => {
      await connection.request();
      await connection.respond({ status: 503 });
      await connection.request();
      await connection.respond();
    });
    const retries = new Retry(1, { statusForcelist: [503], allowedMethods: false });
    await pool.request('POST', '/', { ...makeOptions(), retries });
    const [first, second] = server.requests;
    assert.ok(first !== undefined && second !== undefined && first.body.length > 0);
    assert.ok(first.body.equals(second.body) || header(first, 'content-type')?.startsWith('multipart'));
    assert.equal(first.body.length, second.body.length);
  });
}

test('request() does not send a form with a stream again once that was read', async (t) => {
  const { pool, server } = await servedPool(t, [dying('after'), store]);
  await pool.request('GET', '/');
  const fields = { a: { stream: Readable.from(['b']) } };
  await assert.rejects(pool.request('PUT', '/', { fields }), HTTPError);
  assert.equal(server.connections.length, 1);
});

// Files that change, and calls that end early.

// name, what is done to the file once the head has been read, message
const CHANGES: readonly (readonly [string, (file: string) => void, RegExp])[] = [
  ['grows', (file) => appendFileSync(file, 'x'), /the file .* has grown: it had \d+ bytes$/],
  ['shrinks', (file) => truncateSync(file, 100), /the file .* ended after \d+ of the \d+ bytes it had$/],
];

for (const [name, change, message] of CHANGES) {
  test(`request() fails where a file ${name} while it is sent`, async (t) => {
    const file = fileOf(20_000_000);
    const { pool, server } = await servedPool(t, async (connection) => {
      await connection.head();
      await connection.bytes(1000);
      change(file);
      connection.discard();
    });
    const error = await pool.request('POST', '/', { fields: { a: { path: file } } }).catch((reason: unknown) => reason);
    assert.ok(error instanceof SendError, String(error));
    assert.equal(error.code, 'ERR_BODY_LENGTH');
    assert.match(error.message, message);
    await server.connections[0]?.closed;
    await until(() => openFiles() === 0);
  });
}

test('request() fails where a file vanishes before its turn', async (t) => {
  const file = fileOf(5);
  const { pool } = await servedPool(t, async (connection) => {
    await connection.head();
    connection.discard();
  });
  const gone = async function* () {
    yield 'a';
    rmSync(file);
  };
  const fields = { a: { stream: gone, length: 1 }, b: { path: file } };
  await assert.rejects(pool.request('POST', '/', { fields }), { code: 'ERR_BODY_SOURCE', message: /ENOENT/ });
});

test('request() closes the file of an upload that is aborted', async (t) => {
  const { pool } = await servedPool(t, async (connection) => {
    await connection.head();
    await connection.bytes(1000);
    connection.pause();
    controller.abort();
  });
  const controller = new AbortController();
  const fields = { a: { path: fileOf(20_000_000) }, b: { stream: new Readable({ read() {} }) } };
  await assert.rejects(pool.request('POST', '/', { fields, signal: controller.signal }), { name: 'AbortError' });
  assert.equal(fields.b.stream.destroyed, true);
  await until(() => openFiles() === 0);
});

test('request() closes the file, and frees the streams, of an upload that the server refuses', async (t) => {
  const { pool } = await servedPool(t, async (connection) => {
    await connection.head();
    await connection.respond({ status: 413 });
    connection.discard();
  });
  const fields = { a: { path: fileOf(20_000_000) }, b: { stream: new Readable({ read() {} }) } };
  assert.equal((await pool.request('POST', '/', { fields })).status, 413);
  assert.equal(fields.b.stream.destroyed, true);
  await until(() => openFiles() === 0);
});

// Compression.

// name, body, whether its length is known
for (const [name, body, isKnown] of [
  ['small bytes', Buffer.alloc(60_000, 'ab'), true],
  ['large bytes', Buffer.alloc(300_000, 'ab'), false],
] as const) {
  test(`request() compresses ${name}`, async (t) => {
    const request = await sent(t, 'POST', { body, compress: 'gzip' });
    assert.ok(gunzipSync(request.body).equals(body));
    assert.equal(header(request, 'content-encoding'), 'gzip');
    assert.equal(header(request, 'content-length'), isKnown ? String(request.body.length) : undefined);
  });
}

test('request() compresses a form with a file, and json, with their types', async (t) => {
  const { pool, server } = await servedPool(t, store);
  await pool.request('POST', '/', { fields: { a: { path: SMALL } }, multipartBoundary: 'X', compress: 'gzip' });
  await pool.request('POST', '/', { json: [1], compress: 'gzip' });
  assert.deepEqual(
    server.requests.map((request) => [header(request, 'content-type'), header(request, 'content-encoding')]),
    [
      ['multipart/form-data; boundary=X', 'gzip'],
      ['application/json', 'gzip'],
    ],
  );
  const [form, json] = server.requests.map(({ body }) => gunzipSync(body).toString());
  assert.match(form ?? '', /\r\n\r\nabcde\r\n--X--\r\n$/);
  assert.equal(json, '[1]');
  await until(() => openFiles() === 0);
});

test('request() compresses nothing where there is nothing', async (t) => {
  const { pool, server }: ServedPool = await servedPool(t, store);
  await pool.request('POST', '/', { body: '', compress: 'gzip' });
  await pool.request('GET', '/', { compress: 'gzip' });
  for (const request of server.requests) assert.equal(header(request, 'content-encoding'), undefined);
});
