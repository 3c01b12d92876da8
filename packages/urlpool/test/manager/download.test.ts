import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { type DownloadedFile, type DownloadOptions, HTTPError, MaxRetryError, PoolManager, Retry } from 'urlpool';
import { FakeClock, type ReceivedRequest, type ScriptedConnection, ScriptedServer, unusedPort } from 'urlpool-testing';
import { openFiles } from './open-files.ts';

/** One version of a file. */
interface Version {
  readonly body: Buffer;
  readonly etag?: string;
  readonly modified?: string;
}

/** How one request is answered; a value left out is right. */
interface Answer {
  /** @default the first */
  readonly version?: Version;
  /** Bytes of the body after which the connection is cut. */
  readonly cut?: number;
  readonly status?: number;
  /** Fields over the right ones; null removes. */
  readonly fields?: Readonly<Record<string, string | null>>;
  /** What is sent in place of the right bytes. */
  readonly sends?: Buffer;
  /** @default false */
  readonly chunked?: boolean;
  readonly ignoresRange?: boolean;
  /** Sends at most so many bytes of a range. */
  readonly atMost?: number;
}

const DATE = 'Thu, 01 Jan 2026 00:00:00 GMT';
const OLD = 'Wed, 01 Jan 2025 00:00:00 GMT';

/** Bytes in which those of one seed differ from those of another nearly everywhere. */
function bytes(size: number, seed: number): Buffer {
  const body = Buffer.alloc(size);
  for (let i = 0; i < size; i++) body[i] = (i * 31 + (i >> 7) * seed + seed) & 0xff;
  return body;
}

const FIRST: Version = { body: bytes(50_000, 3), etag: '"1"', modified: OLD };
const SECOND: Version = { body: bytes(50_000, 5), etag: '"2"', modified: DATE };

const field = ({ headers }: ReceivedRequest, name: string): string | null =>
  headers.find(([own]) => own.toLowerCase() === name)?.[1] ?? null;

/** A server as RFC 9110 has it, apart from what an answer says. */
async function reply(connection: ScriptedConnection, request: ReceivedRequest, answer: Answer): Promise<boolean> {
  const { version = FIRST, cut, sends, chunked = false, atMost = Number.POSITIVE_INFINITY } = answer;
  const { body, etag, modified } = version;
  const range = /^bytes=(\d+)-$/.exec(field(request, 'range') ?? '');
  const condition = field(request, 'if-range');
  const start = Number(range?.[1] ?? 0);
  const isPart = range !== null && answer.ignoresRange !== true && (condition === etag || condition === modified);
  const isBeyond = isPart && start >= body.length;
  const status = answer.status ?? (isBeyond ? 416 : isPart ? 206 : 200);
  const end = Math.min(body.length, isPart ? start + atMost : body.length);
  const content =
    sends ?? (status === 206 || status === 200 ? body.subarray(isPart ? start : 0, end) : Buffer.alloc(0));
  const fields: Record<string, string | null> = {
    Date: DATE,
    ...(etag === undefined ? {} : { ETag: etag }),
    ...(modified === undefined ? {} : { 'Last-Modified': modified }),
    ...(isBeyond ? { 'Content-Range': `bytes */${body.length}` } : {}),
    ...(isPart && !isBeyond ? { 'Content-Range': `bytes ${start}-${end - 1}/${body.length}` } : {}),
    ...(chunked ? { 'Transfer-Encoding': 'chunked' } : { 'Content-Length': String(content.length) }),
    ...answer.fields,
  };
  const lines = Object.entries(fields).flatMap(([name, value]) => (value === null ? [] : [`${name}: ${value}\r\n`]));
  const head = `HTTP/1.1 ${status} X\r\n${lines.join('')}\r\n`;
  const framed = chunked
    ? Buffer.concat([
        Buffer.from(content.length === 0 ? '' : `${content.length.toString(16)}\r\n`),
        content,
        Buffer.from(content.length === 0 ? '0\r\n\r\n' : '\r\n0\r\n\r\n'),
      ])
    : content;
  await connection.write(head);
  await connection.write(cut === undefined ? framed : framed.subarray(0, cut));
  if (cut === undefined) return true;
  connection.end();
  return false;
}

interface Site {
  readonly http: PoolManager;
  readonly server: ScriptedServer;
  readonly path: string;
  readonly url: string;
  download(options?: DownloadOptions): Promise<DownloadedFile>;
  /** The names of what is there. */
  left(): string[];
  /** The Range fields that were asked for. */
  ranges(): (string | null)[];
}

/** Answers the requests in turn; the last answer is repeated. */
async function site(t: TestContext | null, ...answers: readonly Answer[]): Promise<Site> {
  const directory = mkdtempSync(join(tmpdir(), 'urlpool-'));
  const before = openFiles();
  let next = 0;
  const server = await ScriptedServer.start({}, async (connection) => {
    let goesOn = true;
    while (goesOn) {
      const request = await connection.request();
      goesOn = await reply(connection, request, answers[Math.min(next++, answers.length - 1)] ?? {});
    }
  });
  const http = new PoolManager({ retries: new Retry(null, { read: 20, connect: 0, redirect: 5 }), replay: false });
  t?.after(async () => {
    await http.close({ timeout: 1_000 });
    await server.close();
    rmSync(directory, { recursive: true });
    assert.equal(openFiles(), before, 'no file is left open');
  });
  const path = join(directory, 'file');
  const url = `${server.origin}/large?v=1`;
  return {
    http,
    server,
    path,
    url,
    download: (options) => http.download(url, path, options),
    left: () => readdirSync(directory).sort(),
    ranges: () => server.requests.map((request) => field(request, 'range')),
  };
}

async function failure(work: Promise<unknown>): Promise<HTTPError> {
  return work.then(
    () => assert.fail('it was downloaded'),
    (error) => error,
  );
}

test('download() gives the file, and nothing else', async (t) => {
  const { download, left, path, server } = await site(t, {});
  const progress: [number, number | null][] = [];
  const { response, ...file } = await download({ onProgress: (at) => progress.push([at.bytes, at.total]) });
  assert.deepEqual(file, { path, bytes: FIRST.body.length, resumed: false });
  assert.deepEqual([response.status, response.headers.get('etag')], [200, '"1"']);
  assert.ok(readFileSync(path).equals(FIRST.body));
  assert.deepEqual(left(), ['file']);
  assert.deepEqual(progress.at(-1), [FIRST.body.length, FIRST.body.length]);
  const [request] = server.requests;
  assert.ok(request !== undefined);
  assert.deepEqual(
    [field(request, 'accept-encoding'), field(request, 'range'), field(request, 'if-range')],
    ['identity', null, null],
  );
});

test('download() asks for the rest where the connection drops, again and again', async (t) => {
  const { download, left, path, ranges, server } = await site(t, { cut: 10_000 }, { cut: 5_000 }, { cut: 0 }, {});
  const { bytes: length, resumed, response } = await download();
  assert.deepEqual([length, resumed, response.status, left()], [FIRST.body.length, true, 206, ['file']]);
  assert.ok(readFileSync(path).equals(FIRST.body));
  assert.deepEqual(ranges(), [null, 'bytes=10000-', 'bytes=15000-', 'bytes=15000-']);
  assert.deepEqual(
    server.requests.map((request) => [field(request, 'if-range'), field(request, 'accept-encoding')]).slice(1),
    Array(3).fill(['"1"', 'identity']),
  );
});

test('download() goes on by the date where there is no strong tag', async (t) => {
  const version = { ...FIRST, etag: 'W/"1"' };
  const { download, path, server } = await site(t, { version, cut: 10_000 }, { version });
  assert.equal((await download()).resumed, true);
  assert.ok(readFileSync(path).equals(FIRST.body));
  assert.equal(server.requests[1] && field(server.requests[1], 'if-range'), OLD);
});

test('download() takes a range in several pieces', async (t) => {
  const { download, path, ranges } = await site(t, { cut: 10_000 }, { atMost: 15_000 });
  await download();
  assert.ok(readFileSync(path).equals(FIRST.body));
  assert.deepEqual(ranges(), [null, 'bytes=10000-', 'bytes=25000-', 'bytes=40000-']);
});

// name, answers, what the file is, the ranges asked for
const OTHERS: readonly (readonly [string, readonly Answer[], Version, readonly (string | null)[]])[] = [
  ['the file is another one by now', [{ cut: 10_000 }, { version: SECOND }], SECOND, [null, 'bytes=10000-']],
  ['the server knows no ranges', [{ cut: 10_000 }, { ignoresRange: true }], FIRST, [null, 'bytes=10000-']],
  ['there is no validator', [{ version: { body: FIRST.body }, cut: 10_000 }, {}], FIRST, [null, null]],
  [
    'the range is another one',
    [{ cut: 10_000 }, { fields: { 'Content-Range': 'bytes 9999-49998/50000' } }, {}],
    FIRST,
    [null, 'bytes=10000-', null],
  ],
  [
    'the range has another length',
    [{ cut: 10_000 }, { fields: { 'Content-Range': 'bytes 10000-49999/60000' } }, {}],
    FIRST,
    [null, 'bytes=10000-', null],
  ],
  [
    'the range has another tag',
    [
      { cut: 10_000 },
      {
        version: SECOND,
        status: 206,
        fields: { 'Content-Range': 'bytes 10000-49999/50000' },
        sends: SECOND.body.subarray(10_000),
      },
      { version: SECOND },
    ],
    SECOND,
    [null, 'bytes=10000-', null],
  ],
  ['the range has no tag', [{ cut: 10_000 }, { fields: { ETag: null } }, {}], FIRST, [null, 'bytes=10000-', null]],
  [
    'the range is too long',
    [
      { cut: 10_000 },
      { fields: { 'Content-Range': 'bytes 10000-49999/50000' }, sends: SECOND.body, chunked: true },
      {},
    ],
    FIRST,
    [null, 'bytes=10000-', null],
  ],
  [
    'the range is too short',
    [
      { cut: 10_000 },
      { fields: { 'Content-Range': 'bytes 10000-49999/50000' }, sends: SECOND.body.subarray(0, 7), chunked: true },
      {},
    ],
    FIRST,
    [null, 'bytes=10000-', null],
  ],
  [
    'the range comes coded',
    [{ cut: 10_000 }, { fields: { 'Content-Encoding': 'x-other' } }, {}],
    FIRST,
    [null, 'bytes=10000-', null],
  ],
  ['there is a 416', [{ cut: 10_000 }, { status: 416 }, { version: SECOND }], SECOND, [null, 'bytes=10000-', null]],
];

for (const [name, answers, version, ranges] of OTHERS) {
  test(`download() never mixes where ${name}`, async (t) => {
    const { download, left, path, ranges: asked } = await site(t, ...answers);
    const { resumed, bytes: length } = await download();
    assert.ok(readFileSync(path).equals(version.body));
    assert.deepEqual([left(), resumed, length, asked()], [['file'], false, version.body.length, ranges]);
  });
}

test('download() asks for the last byte once more where all was there but the end', async (t) => {
  const { download, path, ranges } = await site(
    t,
    { chunked: true, fields: { 'X-A': 'b' }, cut: 6 + FIRST.body.length },
    { cut: 39_999 },
    {},
  );
  await download();
  assert.ok(readFileSync(path).equals(FIRST.body));
  assert.equal(ranges()[1], `bytes=${FIRST.body.length}-`, 'its length is not known yet');
});

// Ending

test('download() gives up as the Retry says, and leaves nothing', async (t) => {
  const { download, left, server } = await site(t, { cut: 100 });
  const error = await failure(download({ retries: new Retry(2) }));
  assert.ok(error instanceof MaxRetryError && error.cause?.code === 'ERR_CONNECTION_CLOSED', String(error));
  assert.deepEqual([server.requests.length, error.history.length, left()], [3, 3, []]);
});

for (const [name, retries] of [
  ['retries is false', false],
  ['read errors are not retried', new Retry(5, { read: false })],
  ['a predicate says so', new Retry(5, { retryOn: () => false })],
] as const) {
  test(`download() fails with the error itself where ${name}`, async (t) => {
    const { download, left, server } = await site(t, { cut: 100 });
    assert.equal((await failure(download({ retries }))).code, 'ERR_CONNECTION_CLOSED');
    assert.deepEqual([server.requests.length, left()], [1, []]);
  });
}

for (const status of [404, 503, 302]) {
  test(`download() fails with a ${status}, and makes no file`, async (t) => {
    const { download, left } = await site(t, { status });
    const error = await failure(download());
    assert.deepEqual([error.code, left()], ['ERR_STATUS', []]);
  });
}

test('download() fails with a part that nobody asked for', async (t) => {
  const { download, left } = await site(t, { status: 206, fields: { 'Content-Range': 'bytes 0-9/50000' } });
  const error = await failure(download());
  assert.deepEqual([error.code, left()], ['ERR_PROTOCOL', []]);
});

test('download() leaves nothing after an abort', async (t) => {
  const controller = new AbortController();
  const { download, left } = await site(t, {});
  const error = await failure(
    download({ signal: controller.signal, onProgress: () => controller.abort(new Error('stop')) }),
  );
  assert.deepEqual([error.message, left()], ['stop', []]);
});

test('download() throws what onProgress throws, and leaves nothing', async (t) => {
  const { download, left, http } = await site(t, {});
  const thrown = new Error('enough');
  const error = await failure(
    download({
      onProgress: () => {
        throw thrown;
      },
    }),
  );
  assert.equal(error, thrown);
  assert.deepEqual([left(), http.snapshot().open - http.snapshot().idle], [[], 0]);
});

test('download() ends by the whole time, over all its requests', async (t) => {
  const clock = new FakeClock();
  const { url, path, left } = await site(t, { cut: 100 });
  const http = new PoolManager({ clock });
  const retries = new Retry(50, { backoffFactor: 400 });
  const work = failure(http.download(url, path, { timeout: { total: 1_000 }, retries }));
  const turning = setInterval(() => clock.advance(50), 5);
  const error = await work;
  clearInterval(turning);
  assert.deepEqual([error.code === 'ERR_CONNECTION_CLOSED' || error.code === 'ERR_TIMEOUT', left()], [true, []]);
  assert.ok(clock.now() <= 2_000, String(clock.now()));
  await http.close({ timeout: 0 });
});

test('download() that waits ends with the pool-closed error where its manager is closed', async (t) => {
  const { url, path, left, server } = await site(t, { cut: 100 });
  const http = new PoolManager({ retries: new Retry(9, { backoffFactor: 50_000 }) });
  const work = failure(http.download(url, path));
  await server.request(1);
  while (http.snapshot().open > 0) await new Promise((resolve) => setTimeout(resolve, 1));
  await http.close();
  assert.deepEqual([(await work).code, left()], ['ERR_POOL_CLOSED', []]);
});

// overwrite and digest

test('download() replaces a file, or does not', async (t) => {
  const { download, path, left, server } = await site(t, {});
  writeFileSync(path, 'before');
  assert.equal((await failure(download({ overwrite: false }))).code, 'ERR_FILE_EXISTS');
  assert.deepEqual([server.requests.length, readFileSync(path, 'utf8'), left()], [0, 'before', ['file']]);
  await download();
  assert.ok(readFileSync(path).equals(FIRST.body));
});

const sha = (body: Buffer): string => createHash('sha256').update(body).digest('base64');

// name, answers, digest, code of the error
for (const [name, answers, digest, code] of [
  ['what is right', [{}], { algorithm: 'sha256', value: sha(FIRST.body) }, null],
  ['what is right, of several connections', [{ cut: 100 }, {}], { algorithm: 'sha256', value: sha(FIRST.body) }, null],
  ['what is wrong', [{}], { algorithm: 'sha256', value: sha(SECOND.body) }, 'ERR_DIGEST_MISMATCH'],
  ['a right Content-Digest', [{ fields: { 'Content-Digest': `sha-256=:${sha(FIRST.body)}:` } }], true, null],
  [
    'a right Content-Digest of the first response',
    [{ cut: 100, fields: { 'Content-Digest': `sha-256=:${sha(FIRST.body)}:` } }, {}],
    true,
    null,
  ],
  [
    'a right Repr-Digest of a part',
    [{ cut: 100 }, { fields: { 'Repr-Digest': `sha-256=:${sha(FIRST.body)}:` } }],
    true,
    null,
  ],
  [
    'a wrong Repr-Digest of a part',
    [{ cut: 100 }, { fields: { 'Repr-Digest': `sha-256=:${sha(SECOND.body)}:` } }],
    true,
    'ERR_DIGEST_MISMATCH',
  ],
  [
    'the Content-Digest of a part, which is no digest of the file',
    [{ cut: 100 }, { fields: { 'Content-Digest': `sha-256=:${sha(FIRST.body.subarray(100))}:` } }],
    true,
    'ERR_DIGEST_MISSING',
  ],
  ['nothing', [{}], true, 'ERR_DIGEST_MISSING'],
] as const) {
  test(`download() checks ${name}`, async (t) => {
    const { download, left } = await site(t, ...answers);
    const work = download({ digest, resume: true });
    if (code === null) await work;
    else assert.equal((await failure(work)).code, code);
    assert.deepEqual(left(), code === null ? ['file'] : []);
  });
}

// resume

test('download() takes up what an earlier one has left', async (t) => {
  const { download, left, path, ranges } = await site(t, { cut: 10_000 }, {});
  const error = await failure(download({ resume: true, retries: false }));
  assert.equal(error.code, 'ERR_CONNECTION_CLOSED');
  assert.deepEqual(left(), ['file.part', 'file.part.json']);
  const { resumed } = await download({ resume: true, retries: false });
  assert.deepEqual([resumed, left(), ranges()], [true, ['file'], [null, 'bytes=10000-']]);
  assert.ok(readFileSync(path).equals(FIRST.body));
});

// name, answers, what is done in between, the second range
const TAKINGS: readonly (readonly [string, readonly Answer[], (path: string) => void, string | null])[] = [
  ['resume is false', [{ cut: 10_000 }, {}], () => {}, null],
  ['the record is gone', [{ cut: 10_000 }, {}], (path) => rmSync(`${path}.part.json`), null],
  ['the part is gone', [{ cut: 10_000 }, {}], (path) => rmSync(`${path}.part`), null],
  ['the record is broken', [{ cut: 10_000 }, {}], (path) => writeFileSync(`${path}.part.json`, '{'), null],
  [
    'the record is of another URL',
    [{ cut: 10_000 }, {}],
    (path) => writeFileSync(`${path}.part.json`, readFileSync(`${path}.part.json`, 'utf8').replace('v=1', 'v=2')),
    null,
  ],
  ['the part is too long', [{ cut: 10_000 }, {}], (path) => writeFileSync(`${path}.part`, Buffer.alloc(60_000)), null],
  ['the part is whole', [{ cut: 10_000 }, {}], (path) => writeFileSync(`${path}.part`, FIRST.body), 'bytes=49999-'],
  ['the file is another one by now', [{ cut: 10_000 }, { version: SECOND }], () => {}, 'bytes=10000-'],
];

for (const [name, answers, between, range] of TAKINGS) {
  test(`download() never mixes with what is left where ${name}`, async (t) => {
    const { download, left, path, ranges } = await site(t, ...answers);
    await failure(download({ resume: true, retries: false }));
    between(path);
    const { resumed } = await download({ resume: name !== 'resume is false', retries: false });
    const whole = answers.at(-1)?.version ?? FIRST;
    assert.ok(readFileSync(path).equals(whole.body));
    assert.deepEqual([resumed, left(), ranges()[1]], [name === 'the part is whole', ['file'], range]);
  });
}

test('download() leaves nothing that could not be taken up', async (t) => {
  const { download, left } = await site(t, { version: { body: FIRST.body }, cut: 10_000 });
  await failure(download({ resume: true, retries: false }));
  assert.deepEqual(left(), []);
});

test('download() leaves what is there where the server is not, for another time', async (t) => {
  const { download, left, http, path } = await site(t, { cut: 10_000 });
  await failure(download({ resume: true, retries: false }));
  const url = `http://127.0.0.1:${await unusedPort()}/`;
  await failure(http.download(url, path, { resume: true, retries: false }));
  assert.deepEqual(left(), ['file.part', 'file.part.json']);
});

test('download() refuses a second one to the same path', async (t) => {
  const { download, left, path } = await site(t, {});
  const [one, other] = await Promise.allSettled([download(), download()]);
  assert.equal(one.status, 'fulfilled');
  assert.ok(other.status === 'rejected' && other.reason.code === 'ERR_FILE_BUSY', String(other));
  assert.deepEqual([left(), readFileSync(path).equals(FIRST.body)], [['file'], true]);
  await download();
});

test('download() puts no other file in place than its own', async (t) => {
  const { download, path } = await site(t, {});
  const error = await failure(
    download({
      onProgress: ({ bytes: at, total }) => {
        if (at !== total) return;
        rmSync(`${path}.part`);
        writeFileSync(`${path}.part`, 'another');
      },
    }),
  );
  assert.equal(error.code, 'ERR_FILE_BUSY');
  assert.deepEqual([existsSync(path), readFileSync(`${path}.part`, 'utf8')], [false, 'another']);
});

test('download() sends fields that can be read only once with each request', async (t) => {
  const { download, server } = await site(t, { cut: 7 }, {});
  await download({ headers: [['X-Key', 'k'] as const].values() });
  const sent = server.requests.map(({ headers }) => headers.find(([name]) => name === 'X-Key')?.[1]);
  assert.deepEqual(sent, ['k', 'k']);
});

test('download() follows redirects, and sends the fields of the caller', async (t) => {
  const { download, path, server } = await site(
    t,
    { status: 302, fields: { Location: '/other' } },
    { cut: 7 },
    { status: 302, fields: { Location: '/other' } },
    {},
  );
  const { response } = await download({ headers: { 'X-Key': 'k', 'accept-encoding': 'gzip' } });
  assert.ok(readFileSync(path).equals(FIRST.body));
  assert.equal(new URL(response.url).pathname, '/other');
  for (const request of server.requests)
    assert.deepEqual([field(request, 'x-key'), field(request, 'accept-encoding')], ['k', 'identity']);
});

for (const options of [
  { resume: 1 },
  { body: 'x' },
  { json: 1 },
  { fields: { a: 1 } },
  { expectContinue: true },
  { headers: { Range: 'bytes=0-' } },
  { headers: { 'if-range': '"a"' } },
  { headers: { 'A b': 'c' } },
  { digest: 'x' },
  { resumes: true },
] as never[]) {
  test(`download() refuses ${JSON.stringify(options)} and sends nothing`, async (t) => {
    const { download, left, server } = await site(t, {});
    assert.match((await failure(download(options))).code, /^ERR_INVALID_(OPTION|HEADER)$/);
    assert.deepEqual([left(), server.connections.length], [[], 0]);
  });
}

test('download() gives one version or an error, wherever connections are cut and whatever changes', {
  timeout: 60_000,
}, async () => {
  const versions: readonly Version[] = [
    FIRST,
    SECOND,
    { body: bytes(30_000, 7), etag: '"3"' },
    { body: bytes(50_000, 9), etag: 'W/"4"', modified: OLD },
    { body: bytes(50_000, 11) },
  ];
  const answer = fc.record(
    {
      version: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.nat(versions.length - 1)),
      cut: fc.option(fc.nat(60_000), { nil: undefined }),
      chunked: fc.boolean(),
      ignoresRange: fc.boolean(),
      atMost: fc.integer({ min: 1_000, max: 60_000 }),
    },
    { requiredKeys: ['version'] },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(answer, { minLength: 1, maxLength: 6 }), fc.boolean(), async (answers, resume) => {
      const clean = answers.map(({ version, ...rest }) => {
        const given = Object.entries(rest).filter(([, value]) => value !== undefined);
        return { version: versions[version] ?? FIRST, ...Object.fromEntries(given) };
      });
      const served = await site(null, ...clean);
      try {
        for (let run = 0; run < 2; run++) {
          const done = await served.download({ resume, retries: new Retry(3) }).catch((error: unknown) => {
            assert.ok(error instanceof HTTPError, String(error));
            return null;
          });
          if (done === null) {
            assert.ok(!existsSync(served.path) || run > 0);
            if (!resume)
              assert.deepEqual(
                served.left().filter((name) => name !== 'file'),
                [],
              );
          } else {
            const content = readFileSync(served.path);
            assert.ok(
              versions.some(({ body }) => body.equals(content)),
              'it is one of the versions',
            );
            assert.deepEqual(served.left(), ['file']);
          }
        }
      } finally {
        await served.http.close({ timeout: 0 });
        await served.server.close();
        rmSync(join(served.path, '..'), { recursive: true });
      }
    }),
    { numRuns: 80 },
  );
});
