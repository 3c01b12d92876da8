import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { DigestError, FileError, type HTTPError, type SaveOptions, type StreamedResponse } from 'urlpool';
import type { ResponseChoices, Script } from 'urlpool-testing';
import { echo, servedPool } from '../connection/served-pool.ts';
import { openFiles } from '../manager/open-files.ts';

const BODY = Buffer.from('0123456789'.repeat(20_000));
const sha = (algorithm: string, encoding: 'hex' | 'base64', body: Buffer = BODY) =>
  createHash(algorithm).update(body).digest(encoding);

const answering =
  (choices: ResponseChoices): Script =>
  async (connection) => {
    await connection.request();
    await connection.respond(choices);
    await echo(connection);
  };

/** A response, and a directory of its own for what is made of it. */
async function served(t: TestContext, script: Script) {
  const directory = mkdtempSync(join(tmpdir(), 'urlpool-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const before = openFiles();
  const { pool } = await servedPool(t, script);
  const response = await pool.stream('GET', '/');
  const path = join(directory, 'file');
  return {
    pool,
    response,
    path,
    save: (options?: SaveOptions, to = path) => response.saveTo(to, options),
    /** The names of what is there, and no more files open than before. */
    left: () => {
      assert.equal(openFiles(), before);
      return readdirSync(directory).sort();
    },
  };
}

async function failure(saving: Promise<unknown>): Promise<HTTPError> {
  return saving.then(
    () => assert.fail('it was saved'),
    (error) => error,
  );
}

test('saveTo() writes the body, and the connection is back', async (t) => {
  const { pool, save, path, left } = await served(t, answering({ body: BODY }));
  const progress: number[] = [];
  const saved = await save({
    onProgress: ({ bytes, total }) => {
      assert.equal(total, BODY.length);
      progress.push(bytes);
    },
  });
  assert.deepEqual(saved, { path, bytes: BODY.length });
  assert.ok(readFileSync(path).equals(BODY));
  assert.deepEqual(left(), ['file']);
  assert.ok(progress.length > 0 && progress.at(-1) === BODY.length);
  assert.deepEqual(
    progress,
    [...new Set(progress)].sort((a, b) => a - b),
  );
  assert.equal((await pool.request('GET', '/next')).connection.reused, true);
});

test('saveTo() writes an empty body', async (t) => {
  const { save, path, left } = await served(t, answering({ body: '' }));
  assert.deepEqual(await save(), { path, bytes: 0 });
  assert.deepEqual(left(), ['file']);
});

test('saveTo() writes what read() has left', async (t) => {
  const { response, save, path } = await served(t, answering({ body: BODY }));
  await response.read(7);
  await save();
  assert.ok(readFileSync(path).equals(BODY.subarray(7)));
});

test('saveTo() tells no total of a body whose length nobody knows', async (t) => {
  const { save } = await served(t, answering({ body: BODY, chunked: true }));
  const totals = new Set<number | null>();
  await save({ onProgress: ({ total }) => totals.add(total) });
  assert.deepEqual([...totals], [null]);
});

test('saveTo() replaces a file only when all is there', async (t) => {
  const { save, path, left } = await served(t, answering({ body: BODY }));
  writeFileSync(path, 'before');
  await save({ onProgress: () => assert.equal(readFileSync(path, 'utf8'), 'before') });
  assert.ok(readFileSync(path).equals(BODY));
  assert.deepEqual(left(), ['file']);
});

test('saveTo() replaces no file where overwrite is false', async (t) => {
  const { response, save, path, left } = await served(t, answering({ body: BODY }));
  writeFileSync(path, 'before');
  const error = await failure(save({ overwrite: false }));
  assert.ok(error instanceof FileError && error.code === 'ERR_FILE_EXISTS' && error.path === path, String(error));
  assert.match(error.message, /^Cannot save the body of GET http.* it is there already; option: overwrite$/);
  assert.deepEqual([readFileSync(path, 'utf8'), left(), response.bodyUsed], ['before', ['file'], true]);
});

test('saveTo() replaces no file that came meanwhile where overwrite is false', async (t) => {
  const { save, path, left } = await served(t, answering({ body: BODY }));
  const error = await failure(save({ overwrite: false, onProgress: () => writeFileSync(path, 'between') }));
  assert.equal(error.code, 'ERR_FILE_EXISTS');
  assert.deepEqual([readFileSync(path, 'utf8'), left()], ['between', ['file']]);
});

test('saveTo() makes a new file where overwrite is false', async (t) => {
  const { save, path, left } = await served(t, answering({ body: BODY }));
  await save({ overwrite: false });
  assert.deepEqual([left(), readFileSync(path).equals(BODY)], [['file'], true]);
});

// name, script, options, code
const FAILURES: readonly (readonly [string, Script, SaveOptions, string])[] = [
  [
    'a connection that is cut',
    async (connection) => {
      await connection.request();
      await connection.write(`HTTP/1.1 200 OK\r\nContent-Length: ${BODY.length}\r\n\r\n`);
      await connection.write(BODY.subarray(0, 100_000));
      connection.end();
    },
    {},
    'ERR_CONNECTION_CLOSED',
  ],
  [
    'another digest',
    answering({ body: BODY }),
    { digest: { algorithm: 'sha256', value: '0'.repeat(64) } },
    'ERR_DIGEST_MISMATCH',
  ],
  [
    'another Content-Digest',
    answering({ body: BODY, headers: { 'Content-Digest': `sha-256=:${sha('sha256', 'base64', Buffer.from('x'))}:` } }),
    { digest: true },
    'ERR_DIGEST_MISMATCH',
  ],
  [
    'another Repr-Digest after the body',
    answering({ body: BODY, trailers: { 'Repr-Digest': `sha-512=:${sha('sha512', 'base64', Buffer.from('x'))}:` } }),
    { digest: true },
    'ERR_DIGEST_MISMATCH',
  ],
  ['no digest', answering({ body: BODY }), { digest: true }, 'ERR_DIGEST_MISSING'],
  [
    'a digest by MD5 alone',
    answering({ body: BODY, headers: { 'Repr-Digest': 'md5=:1B2M2Y8AsgTpgAmY7PhCfg==:' } }),
    { digest: true },
    'ERR_DIGEST_MISSING',
  ],
];

for (const [name, script, options, code] of FAILURES) {
  test(`saveTo() leaves nothing after ${name}`, async (t) => {
    const { save, left } = await served(t, script);
    const error = await failure(save(options));
    assert.equal(error.code, code, String(error));
    assert.equal(error instanceof DigestError, code.startsWith('ERR_DIGEST'));
    assert.deepEqual(left(), []);
  });
}

test('saveTo() leaves what was there after a failure', async (t) => {
  const { save, path, left } = await served(t, answering({ body: BODY }));
  writeFileSync(path, 'before');
  await failure(save({ digest: { algorithm: 'md5', value: '0'.repeat(32) } }));
  assert.deepEqual([readFileSync(path, 'utf8'), left()], ['before', ['file']]);
});

test('saveTo() leaves nothing where onProgress throws, and throws that', async (t) => {
  const { save, left } = await served(t, answering({ body: BODY }));
  const thrown = new Error('enough');
  const error = await failure(
    save({
      onProgress: () => {
        throw thrown;
      },
    }),
  );
  assert.equal(error, thrown);
  assert.deepEqual(left(), []);
});

test('saveTo() says what the system says, and gives the connection up', async (t) => {
  const { response, save, path, left } = await served(t, answering({ body: BODY }));
  const error = await failure(save({}, join(path, 'no', 'such')));
  assert.ok(error instanceof FileError && error.code === 'ERR_FILE');
  assert.match(error.message, /no such file or directory \(ENOENT\)$/);
  assert.deepEqual([left(), response.bodyUsed], [[], true]);
});

test('saveTo() refuses a directory before any of the body has come', async (t) => {
  const { save, path } = await served(t, answering({ body: BODY }));
  let told = 0;
  const error = await failure(save({ onProgress: () => told++ }, join(path, '..')));
  assert.match(error.message, /: it is a directory: give the path of a file$/);
  assert.deepEqual([error.code, told], ['ERR_FILE', 0]);
});

test('saveTo() leaves nothing beside a directory in its way', async (t) => {
  const { save, path, left } = await served(t, answering({ body: BODY }));
  const error = await failure(save({}, join(path, '..')));
  assert.equal(error.code, 'ERR_FILE', String(error));
  assert.deepEqual(left(), []);
  assert.deepEqual(
    readdirSync(join(path, '..', '..')).filter((name) => name.endsWith('.tmp') && name.startsWith('urlpool-')),
    [],
  );
});

// name, digest, fields
for (const [name, digest, headers] of [
  ['SHA-256 in hexadecimal', { algorithm: 'sha256', value: sha('sha256', 'hex') }, {}],
  ['SHA-256 in capitals', { algorithm: 'sha256', value: sha('sha256', 'hex').toUpperCase() }, {}],
  ['SHA-512 in base64', { algorithm: 'sha512', value: sha('sha512', 'base64') }, {}],
  ['SHA-384 in base64', { algorithm: 'sha384', value: sha('sha384', 'base64') }, {}],
  ['SHA-1', { algorithm: 'sha1', value: sha('sha1', 'hex') }, {}],
  ['MD5 in base64', { algorithm: 'md5', value: sha('md5', 'base64') }, {}],
  ['Content-Digest', true, { 'Content-Digest': `sha-256=:${sha('sha256', 'base64')}:` }],
  ['Repr-Digest among others', true, { 'Repr-Digest': `md5=:AAAA:, sha-512=:${sha('sha512', 'base64')}:;a=b, x=1` }],
  [
    'both',
    [true, { algorithm: 'md5', value: sha('md5', 'hex') }],
    { 'Content-Digest': `sha-256=:${sha('sha256', 'base64')}:` },
  ],
  ['none, for false', false, { 'Content-Digest': 'sha-256=:AAAA:' }],
] as const) {
  test(`saveTo() checks ${name}`, async (t) => {
    const { save, left } = await served(t, answering({ body: BODY, headers: { ...headers } }));
    await save({ digest });
    assert.deepEqual(left(), ['file']);
  });
}

test('saveTo() checks what the response said, whatever its headers were made to say', async (t) => {
  const { response, save } = await served(
    t,
    answering({ body: BODY, headers: { 'Content-Digest': 'sha-256=:AAAA:' } }),
  );
  response.headers.set('Content-Digest', `sha-256=:${sha('sha256', 'base64')}:`);
  assert.equal((await failure(save({ digest: true }))).code, 'ERR_DIGEST_MISMATCH');
});

// What a response says of itself is of the body as it was sent, what the caller knows is of the file.
const PACKED = gzipSync(BODY);

for (const [name, digest, headers] of [
  ['Content-Digest', true, { 'Content-Digest': `sha-256=:${sha('sha256', 'base64', PACKED)}:` }],
  ['Repr-Digest', true, { 'Repr-Digest': `sha-512=:${sha('sha512', 'base64', PACKED)}:` }],
  ['the digest of the file', { algorithm: 'sha256', value: sha('sha256', 'hex') }, {}],
  [
    'both by the same algorithm',
    [{ algorithm: 'sha256', value: sha('sha256', 'hex') }, true],
    { 'Content-Digest': `sha-256=:${sha('sha256', 'base64', PACKED)}:` },
  ],
] as const) {
  test(`saveTo() of a body that came as gzip checks ${name}`, async (t) => {
    const script = answering({ body: PACKED, headers: { 'Content-Encoding': 'gzip', ...headers } });
    const { save, path, left } = await served(t, script);
    await save({ digest });
    assert.deepEqual([left(), readFileSync(path).equals(BODY)], [['file'], true]);
  });
}

for (const [name, digest, said] of [
  ['Content-Digest is that of the file', true, BODY],
  [
    'the digest of the option is that of what was sent',
    { algorithm: 'sha256', value: sha('sha256', 'hex', PACKED) },
    PACKED,
  ],
] as const) {
  test(`saveTo() of a body that came as gzip fails where ${name}`, async (t) => {
    const headers = { 'Content-Encoding': 'gzip', 'Content-Digest': `sha-256=:${sha('sha256', 'base64', said)}:` };
    const { save, left } = await served(t, answering({ body: PACKED, headers }));
    const error = await failure(save({ digest }));
    assert.match(error.message, /; it came as gzip: decodeContent: false saves it so$/);
    assert.deepEqual([error.code, left()], ['ERR_DIGEST_MISMATCH', []]);
  });
}

for (const [path, options] of [
  ['', {}],
  ['a\0b', {}],
  [7, {}],
  ['a', { digest: 'sha256' }],
  ['a', { digest: { algorithm: 'crc32', value: 'ab' } }],
  ['a', { digest: { algorithm: 'sha256', value: 'ab' } }],
  ['a', { digest: { algorithm: 'sha256', value: `${'0'.repeat(63)}x` } }],
  ['a', { digest: { algorithm: 'sha256', value: '0'.repeat(64), extra: 1 } }],
  ['a', { overwrite: 'no' }],
  ['a', { onProgress: 1 }],
  ['a', { progress: () => {} }],
] as never[][]) {
  test(`saveTo() refuses ${JSON.stringify([path, options])}, and leaves the body alone`, async (t) => {
    const { response, left } = await served(t, answering({ body: 'x' }));
    const error = await failure(response.saveTo(path as never, options as never));
    assert.equal(error.code, 'ERR_INVALID_OPTION', String(error));
    assert.deepEqual([left(), response.bodyUsed, await response.text()], [[], false, 'x']);
  });
}

test('saveTo() saves a body once', async (t) => {
  const { save, left } = await served(t, answering({ body: BODY }));
  await save();
  const again: Promise<unknown> = save();
  assert.equal((await failure(again)).code, 'ERR_BODY_USED');
  assert.deepEqual(left(), ['file']);
});

test('saveTo() may be called for many files at once', async (t) => {
  const { pool, path, left } = await served(t, async (connection) => {
    for (;;) {
      await connection.request();
      await connection.respond({ body: BODY });
    }
  });
  const responses: StreamedResponse[] = [];
  for (let i = 0; i < 5; i++) responses.push(await pool.stream('GET', `/${i}`));
  await Promise.all(responses.map((response) => response.saveTo(path)));
  assert.deepEqual([left(), readFileSync(path).equals(BODY)], [['file'], true]);
});
