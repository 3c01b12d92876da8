import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { encodeMultipartFormdata, type FormFields, RequestError } from 'urlpool';
import { bytesOf } from '../../src/request/body-input.ts';
import { RequestBody } from '../../src/request/request-body.ts';

// Forms, byte by byte: RFC 7578, RFC 2046 §5.1, and the escapes of the WHATWG HTML standard.

const folder = mkdtempSync(path.join(tmpdir(), 'urlpool-multipart-'));
after(() => rmSync(folder, { recursive: true }));
const file = path.join(folder, 'a "b".txt');
writeFileSync(file, 'file');

/** All that a body makes, as text in which every byte is a character. */
async function textOf(body: RequestBody): Promise<string> {
  const source = await body.open();
  const pieces: Uint8Array[] = [];
  for (let step = await source.next(); step.done !== true; step = await source.next()) {
    pieces.push(bytesOf(step.value) ?? new Uint8Array(0));
  }
  return Buffer.concat(pieces).toString('latin1');
}

const utf8 = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');
const part = (head: string, data: string): string =>
  `--X\r\nContent-Disposition: form-data; ${head}\r\n\r\n${data}\r\n`;

function formData(): FormData {
  const form = new FormData();
  form.append('a', '1');
  form.append('a', '2');
  form.append('f', new File(['x'], 'n.json', { type: 'text/x' }));
  form.append('g', new Blob(['y']));
  return form;
}

// name, fields, the parts without the last delimiter
const IN_MEMORY: readonly (readonly [string, FormFields, string])[] = [
  ['no fields', {}, ''],
  ['text', { a: 'b' }, part('name="a"', 'b')],
  ['empty text', { a: '' }, part('name="a"', '')],
  [
    'numbers, bigints and booleans',
    { a: 1.5, b: 2n ** 70n, c: true },
    part('name="a"', '1.5') + part('name="b"', '1180591620717411303424') + part('name="c"', 'true'),
  ],
  ['no null and no undefined', { a: null, b: undefined, c: '1' }, part('name="c"', '1')],
  [
    'pairs of one name, in their order',
    [
      ['b', '1'],
      ['a', '2'],
      ['b', '3'],
    ],
    part('name="b"', '1') + part('name="a"', '2') + part('name="b"', '3'),
  ],
  ['a Map', new Map([['a', '1']]), part('name="a"', '1')],
  ['URLSearchParams', new URLSearchParams('a=%20&a=2'), part('name="a"', ' ') + part('name="a"', '2')],
  ['bytes', { a: Uint8Array.of(0, 255) }, part('name="a"', '\x00\xff')],
  ['an ArrayBuffer', { a: Uint8Array.of(1).buffer }, part('name="a"', '\x01')],
  ['a DataView', { a: new DataView(Uint8Array.of(1, 2).buffer, 1) }, part('name="a"', '\x02')],
  ['text as UTF-8', { ä: '€' }, part(`name="${utf8('ä')}"`, utf8('€'))],
  ['half a character', { a: '\ud800' }, part('name="a"', utf8('\ufffd'))],
  ['line breaks in a value, as they are', { a: 'b\nc\rd\r\ne' }, part('name="a"', 'b\nc\rd\r\ne')],
  ['escapes in a name', { 'a"\r\n\n\\%22;': '' }, part('name="a%22%0D%0A%0A\\%22;"', '')],
  ['an empty name', { '': 'a' }, part('name=""', 'a')],
  ['the name __proto__', [['__proto__', 'a']], part('name="__proto__"', 'a')],
  ['a tuple', { a: ['b.txt', 'c'] }, part('name="a"; filename="b.txt"\r\nContent-Type: text/plain', 'c')],
  [
    'a tuple of an unknown extension',
    { a: ['b.xyz', Uint8Array.of(1)] },
    part('name="a"; filename="b.xyz"\r\nContent-Type: application/octet-stream', '\x01'),
  ],
  [
    'a tuple with a type',
    { a: ['b.txt', 'c', 'text/x; charset=utf-8'] },
    part('name="a"; filename="b.txt"\r\nContent-Type: text/x; charset=utf-8', 'c'),
  ],
  [
    'a tuple without a file name',
    { a: [null, '{}', 'application/json'] },
    part('name="a"\r\nContent-Type: application/json', '{}'),
  ],
  [
    'an empty file name',
    { a: ['', 'c'] },
    part('name="a"; filename=""\r\nContent-Type: application/octet-stream', 'c'),
  ],
  [
    'escapes in a file name',
    { a: ['"\r\n€.PNG', ''] },
    part(`name="a"; filename="%22%0D%0A${utf8('€')}.PNG"\r\nContent-Type: image/png`, ''),
  ],
  ['data', { a: { data: 'b' } }, part('name="a"', 'b')],
  [
    'data with all that can be said',
    { a: { data: 'b', filename: 'c', type: 'd/e', headers: { 'Content-ID': '<1>', 'X-B': ['1', '2'], 'X-C': null } } },
    part('name="a"; filename="c"\r\nContent-Type: d/e\r\nContent-ID: <1>\r\nX-B: 1\r\nX-B: 2', 'b'),
  ],
];

for (const [name, fields, parts] of IN_MEMORY) {
  test(`encodeMultipartFormdata() writes ${name}`, () => {
    const { body, contentType } = encodeMultipartFormdata(fields, 'X');
    assert.equal(body.toString('latin1'), `${parts}--X--\r\n`);
    assert.equal(contentType, 'multipart/form-data; boundary=X');
  });

  test(`RequestBody.form() has ${name} in memory`, () => {
    const body = RequestBody.form(fields, null, 'X');
    assert.equal(Buffer.from(body.bytes ?? []).toString('latin1'), `${parts}--X--\r\n`);
    assert.deepEqual([body.length, body.state], [parts.length + 7, 'replayable']);
  });
}

const FILE = 'Content-Type: text/plain';

// name, fields, the parts, whether the length is known, state
const READ: readonly (readonly [string, () => FormFields, string, boolean, string])[] = [
  [
    'FormData',
    formData,
    part('name="a"', '1') +
      part('name="a"', '2') +
      part('name="f"; filename="n.json"\r\nContent-Type: text/x', 'x') +
      part('name="g"; filename="blob"\r\nContent-Type: application/octet-stream', 'y'),
    true,
    'replayable',
  ],
  [
    'a Blob and a File',
    () => ({ a: new Blob(['1'], { type: 'image/png' }), b: new File(['2'], 'c.css') }),
    part('name="a"; filename="blob"\r\nContent-Type: image/png', '1') +
      part('name="b"; filename="c.css"\r\nContent-Type: text/css', '2'),
    true,
    'replayable',
  ],
  [
    'a Blob by another name',
    () => ({ a: ['d.txt', new Blob(['1'])], b: { data: new File(['2'], 'c.css'), filename: null } }),
    part(`name="a"; filename="d.txt"\r\n${FILE}`, '1') + part('name="b"', '2'),
    true,
    'replayable',
  ],
  [
    'a file',
    () => ({ a: { path: file } }),
    part(`name="a"; filename="a %22b%22.txt"\r\n${FILE}`, 'file'),
    true,
    'replayable',
  ],
  [
    'a file by its URL, by another name and type',
    () => ({ a: { path: pathToFileURL(file), filename: 'c', type: 'd/e' } }),
    part('name="a"; filename="c"\r\nContent-Type: d/e', 'file'),
    true,
    'replayable',
  ],
  [
    'a file between fields',
    () => ({ a: '1', b: { path: file, filename: 'c.txt' }, d: '2' }),
    part('name="a"', '1') + part(`name="b"; filename="c.txt"\r\n${FILE}`, 'file') + part('name="d"', '2'),
    true,
    'replayable',
  ],
  ['a stream', () => ({ a: { stream: Readable.from(['b', 'c']) } }), part('name="a"', 'bc'), false, 'unread'],
  [
    'a stream of known length',
    () => ({ a: { stream: Readable.from(['b', '', 'c']), length: 2, filename: 'd.txt' } }),
    part(`name="a"; filename="d.txt"\r\n${FILE}`, 'bc'),
    true,
    'unread',
  ],
  ['a function', () => ({ a: { stream: () => Readable.from(['b']) } }), part('name="a"', 'b'), false, 'replayable'],
  [
    'a function of known length',
    () => ({ a: { stream: async () => 'bc', length: 2 } }),
    part('name="a"', 'bc'),
    true,
    'replayable',
  ],
  ['a list of pieces', () => ({ a: { stream: ['b', 'c'] } }), part('name="a"', 'bc'), false, 'replayable'],
];

for (const [name, makeFields, parts, isKnown, state] of READ) {
  test(`RequestBody.form() reads ${name}`, async () => {
    const body = RequestBody.form(makeFields(), null, 'X');
    assert.deepEqual([body.length, body.state], [isKnown ? parts.length + 7 : null, state]);
    assert.equal(await textOf(body), `${parts}--X--\r\n`);
  });

  test(`RequestBody.form() with ${name} can ${state === 'replayable' ? '' : 'not '}be read again`, async () => {
    const body = RequestBody.form(makeFields(), null, 'X');
    await textOf(body);
    assert.equal(body.state, state === 'replayable' ? state : 'consumed');
    if (state === 'replayable') assert.equal(await textOf(body), `${parts}--X--\r\n`);
    else await assert.rejects(textOf(body), /it was a stream, and was read before/);
  });
}

test('RequestBody.form() joins small fields, and copies no large one', async () => {
  const large = Buffer.alloc(100_000, 'l');
  const source = await RequestBody.form({ a: '1', b: large, c: '2' }, null, 'X').open();
  const pieces: unknown[] = [];
  for (let step = await source.next(); step.done !== true; step = await source.next()) pieces.push(step.value);
  assert.equal(pieces.length, 3);
  assert.equal(pieces[1], large);
});

test('RequestBody.form() stays unread until its stream has its turn', async () => {
  const body = RequestBody.form({ a: '1', b: { stream: Readable.from(['2']) } });
  const source = await body.open();
  await source.next();
  assert.equal(body.state, 'unread');
  await source.next();
  assert.equal(body.state, 'consumed');
  source.release();
});

test('RequestBody.release() frees the streams of a form that were not opened', async () => {
  const streams = [new Readable({ read() {} }), new Readable({ read() {} })];
  const [first, second] = streams;
  const body = RequestBody.form({ a: { stream: first ?? [] }, b: { stream: second ?? [] } });
  const source = await body.open();
  await source.next();
  Promise.resolve(source.next()).catch(() => {});
  await new Promise((resolve) => setImmediate(resolve));
  body.release();
  source.release();
  assert.deepEqual(
    streams.map((stream) => stream.destroyed),
    [true, true],
  );
});

// name, length said, the error
for (const [name, length, message] of [
  ['longer', 2, 'the stream of fields.a is longer than the 2 bytes it was said to have'],
  ['shorter', 4, 'the stream of fields.a ended after 3 of the 4 bytes it was said to have'],
] as const) {
  test(`RequestBody.form() fails where a stream is ${name} than was said`, async () => {
    const body = RequestBody.form({ a: { stream: ['b', 'cd'], length } });
    await assert.rejects(textOf(body), { name: 'LengthMismatch', message });
  });
}

test('encodeMultipartFormdata() makes a boundary that is never the same', () => {
  const types = [1, 2].map(() => encodeMultipartFormdata({ a: '1' }).contentType);
  for (const type of types) assert.match(type, /^multipart\/form-data; boundary=[0-9a-f]{32}$/);
  assert.notEqual(types[0], types[1]);
});

// boundary, as it stands in Content-Type
for (const [boundary, written] of [
  ["0aZ'+_-.", "0aZ'+_-."],
  ['a b', '"a b"'],
  ['(),/:=?', '"(),/:=?"'],
  ['x'.repeat(70), 'x'.repeat(70)],
] as const) {
  test(`encodeMultipartFormdata() takes the boundary ${boundary}`, () => {
    const { body, contentType } = encodeMultipartFormdata({}, boundary);
    assert.equal(contentType, `multipart/form-data; boundary=${written}`);
    assert.equal(body.toString(), `--${boundary}--\r\n`);
  });
}

for (const boundary of ['', 'x'.repeat(71), 'a ', 'a"b', 'a\r\nb', 'ä', 'a;b', '[a]', 5]) {
  test(`encodeMultipartFormdata() refuses the boundary ${JSON.stringify(boundary)}`, () => {
    const make = () => encodeMultipartFormdata({}, boundary as string);
    assert.throws(make, {
      code: 'ERR_INVALID_OPTION',
      message: /as multipartBoundary: give 1 to 70 letters.*RFC 2046/,
    });
  });
}

test('encodeMultipartFormdata() refuses a boundary that occurs in the data', () => {
  const message = /as multipartBoundary: it occurs in the data of the field "b"$/;
  assert.throws(() => encodeMultipartFormdata({ a: '-X', b: 'c--X' }, 'X'), { code: 'ERR_INVALID_OPTION', message });
});

for (const [name, value] of [
  ['a Blob', new Blob(['a'])],
  ['a path', { path: file }],
  ['a function', { stream: () => 'a' }],
] as const) {
  test(`encodeMultipartFormdata() refuses ${name}`, () => {
    const message = /fields: give data that is in memory: a Blob, a path or a stream is not$/;
    assert.throws(() => encodeMultipartFormdata({ a: value }), { code: 'ERR_INVALID_OPTION', message });
  });
}

test('encodeMultipartFormdata() frees a stream that it refuses', () => {
  const stream = new Readable({ read() {} });
  assert.throws(() => encodeMultipartFormdata({ a: { stream } }), { code: 'ERR_INVALID_OPTION' });
  assert.equal(stream.destroyed, true);
});

const ENDED = Readable.from(['a']);
await ENDED.toArray();

// name, fields, code, message
const REFUSED: readonly (readonly [string, unknown, string, RegExp])[] = [
  ['text', 'password=hunter2', 'ERR_INVALID_OPTION', / a text of 16 characters as fields: give an object or pairs$/],
  ['null', null, 'ERR_INVALID_OPTION', / as fields: give an object or pairs$/],
  [
    'a list of names',
    ['a'],
    'ERR_INVALID_OPTION',
    / a text of 1 character as a field: give a pair of a name and a value$/,
  ],
  ['a number as a name', [[1, 'a']], 'ERR_INVALID_OPTION', /the name of a field: give a string$/],
  ['an object', { a: { b: 1 } }, 'ERR_INVALID_OPTION', /fields\.a: give a string, .* or \{ data, path or stream \}$/],
  ['a function', { a: () => '1' }, 'ERR_INVALID_OPTION', /fields\.a: give a string/],
  ['a symbol', { a: Symbol('1') }, 'ERR_INVALID_OPTION', /fields\.a: give a string/],
  ['a tuple of one', { a: ['1'] }, 'ERR_INVALID_OPTION', /fields\.a: give \[filename, data\] or .* as pairs$/],
  ['a tuple of four', { a: ['1', '2', '3', '4'] }, 'ERR_INVALID_OPTION', /fields\.a: give \[filename, data\]/],
  ['a tuple of numbers', { a: [1, 2] }, 'ERR_INVALID_OPTION', /fields\.a: give \[filename, data\]/],
  ['a tuple with an object', { a: ['1', {}] }, 'ERR_INVALID_OPTION', /fields\.a: give \[filename, data\]/],
  [
    'a line end in a type',
    { a: ['1', '2', 'a/b\r\nX: y'] },
    'ERR_INVALID_OPTION',
    /fields\.a\.type: give a media type/,
  ],
  ['an empty type', { a: { data: '1', type: '' } }, 'ERR_INVALID_OPTION', /fields\.a\.type: give a media type/],
  ['a number as a type', { a: ['1', '2', 3] }, 'ERR_INVALID_OPTION', /fields\.a\.type: give a media type/],
  [
    'a number as a file name',
    { a: { data: '1', filename: 2 } },
    'ERR_INVALID_OPTION',
    /fields\.a\.filename: give a string/,
  ],
  [
    'two sources',
    { a: { data: '1', path: file } },
    'ERR_INVALID_OPTION',
    /fields\.a: give one of data, path and stream$/,
  ],
  ['no source', { a: { data: undefined } }, 'ERR_INVALID_OPTION', /fields\.a: give one of data, path and stream$/],
  ['an object as data', { a: { data: {} } }, 'ERR_INVALID_OPTION', /fields\.a\.data: give a string/],
  [
    'a misspelt option',
    { a: { data: '1', fileName: 'b' } },
    'ERR_INVALID_OPTION',
    /fileName of fields\.a.*did you mean filename/,
  ],
  ['a length of data', { a: { data: '1', length: 1 } }, 'ERR_INVALID_OPTION', /fields\.a\.length: it goes with stream/],
  [
    'a negative length',
    { a: { stream: ['1'], length: -1 } },
    'ERR_INVALID_OPTION',
    /fields\.a\.length: give a whole number/,
  ],
  ['a number as a stream', { a: { stream: 5 } }, 'ERR_INVALID_OPTION', /fields\.a\.stream: give a stream/],
  ['a number as a path', { a: { path: 5 } }, 'ERR_INVALID_OPTION', /fields\.a\.path: give a path or a file URL$/],
  [
    'a URL that is no file',
    { a: { path: new URL('http://h/') } },
    'ERR_INVALID_OPTION',
    /fields\.a\.path: give a path/,
  ],
  [
    'a header that is written',
    { a: { data: '1', headers: { 'content-type': 'a/b' } } },
    'ERR_INVALID_OPTION',
    /it is written from/,
  ],
  ['a line end in a header', { a: { data: '1', headers: { A: 'b\r\nc' } } }, 'ERR_INVALID_HEADER', /header field A/],
  ['a missing file', { a: { path: `${file}x` } }, 'ERR_INVALID_BODY', /^Cannot send the file of fields\.a: ENOENT/],
  ['a directory', { a: { path: folder } }, 'ERR_INVALID_BODY', /is a directory$/],
  ['a device', { a: { path: '/dev/null' } }, 'ERR_INVALID_BODY', /is no regular file.*give it as stream$/],
  [
    'a stream that was read',
    { a: { stream: ENDED } },
    'ERR_BODY_CONSUMED',
    /^Cannot send the stream of fields\.a: its stream was read/,
  ],
];

for (const [name, fields, code, message] of REFUSED) {
  test(`RequestBody.form() refuses ${name}`, () => {
    assert.throws(
      () => RequestBody.form(fields as FormFields),
      (error) => error instanceof RequestError && error.code === code && message.test(error.message),
    );
  });
}

test('RequestBody.form() refuses a Blob whose type is more than a type', () => {
  const sly = Object.defineProperty(new Blob(['1']), 'type', { value: 'a/b\r\nX: y' });
  assert.throws(() => RequestBody.form({ a: sly }), { code: 'ERR_INVALID_OPTION' });
});

test('RequestBody.form() frees the streams of fields of a generator where one of them is refused', () => {
  const streams = [new Readable({ read() {} }), new Readable({ read() {} })];
  const fields = (function* () {
    yield ['a', { stream: streams[0] }];
    yield ['b', () => {}];
    yield ['c', { stream: streams[1] }];
  })() as never;
  assert.throws(() => RequestBody.form(fields), { code: 'ERR_INVALID_OPTION' });
  assert.deepEqual(
    streams.map(({ destroyed }) => destroyed),
    [true, true],
  );
});

test('RequestBody.form() writes FormData as fetch does', async () => {
  const form = new FormData();
  form.append('a\nb\rc\r\nd"', 'e\nf\rg\r\nh\n\r');
  form.append('file', new File(['i\nj'], 'k"\nl.txt', { type: 'text/plain' }));
  const theirs = new Response(form);
  const [, boundary] = /boundary=(.*)/.exec(theirs.headers.get('content-type') ?? '') ?? [];
  const ours = RequestBody.form(form as FormFields, null, boundary);
  const text = Buffer.from(await theirs.arrayBuffer()).toString('latin1');
  // Node 20 ends without a line break, which may be there (RFC 2046 §5.1.1).
  assert.equal(await textOf(ours), text.endsWith('\r\n') ? text : `${text}\r\n`);
});
