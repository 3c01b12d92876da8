import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { type BodyChunk, type BodyInput, bytesOf } from '../../src/request/body-input.ts';
import { releaseInput } from '../../src/request/release-input.ts';
import { RequestBody } from '../../src/request/request-body.ts';

const BYTES = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);

/** All that a body makes, as text. */
async function textOf(body: RequestBody): Promise<string> {
  const chunks = await body.open();
  let text = '';
  for (let step = await chunks.next(); step.done !== true; step = await chunks.next()) {
    text += Buffer.from(bytesOf(step.value) ?? []).toString();
  }
  return text;
}

function sharedText(text: string): SharedArrayBuffer {
  const shared = new SharedArrayBuffer(text.length);
  new Uint8Array(shared).set(Buffer.from(text, 'latin1'));
  return shared;
}

function* generated(): Generator<BodyChunk> {
  yield 'a';
  yield Buffer.from('b');
}

async function* generatedLater(): AsyncGenerator<BodyChunk> {
  yield 'a';
  yield Buffer.from('b');
}

// name, value, bytes
for (const [name, value, bytes] of [
  ['text, as UTF-8', 'a\u00e9', [0x61, 0xc3, 0xa9]],
  ['no text', '', []],
  ['a Buffer', Buffer.from('ab'), [0x61, 0x62]],
  ['a Uint8Array', BYTES, [...BYTES]],
  ['a part of a Uint8Array', BYTES.subarray(2, 5), [3, 4, 5]],
  ['a part of a Uint16Array', new Uint16Array(BYTES.buffer, 2, 2), [3, 4, 5, 6]],
  ['a DataView', new DataView(BYTES.buffer, 1, 3), [2, 3, 4]],
  ['an ArrayBuffer', BYTES.buffer, [...BYTES]],
  ['a SharedArrayBuffer', new SharedArrayBuffer(2), [0, 0]],
] as const) {
  test(`bytesOf() gives the bytes of ${name}`, () => assert.deepEqual([...(bytesOf(value) ?? [-1])], bytes));
}

for (const value of [null, undefined, 5, true, {}, [1], () => 'a', new Map()]) {
  test(`bytesOf() gives null for ${typeof value} ${String(value)}`, () => assert.equal(bytesOf(value), null));
}

test('bytesOf() does not copy', () => {
  assert.equal(bytesOf(BYTES), BYTES);
  assert.equal(bytesOf(BYTES.buffer)?.buffer, BYTES.buffer);
});

// name, input, text, length, state at first, state once opened
const BODIES: readonly (readonly [string, () => BodyInput, string, number | null, string, string])[] = [
  ['text', () => 'a\u00e9', 'a\u00e9', 3, 'replayable', 'replayable'],
  ['no text', () => '', '', 0, 'replayable', 'replayable'],
  ['bytes', () => Buffer.from('ab'), 'ab', 2, 'replayable', 'replayable'],
  ['an ArrayBuffer', () => new TextEncoder().encode('abc').buffer, 'abc', 3, 'replayable', 'replayable'],
  ['a generator', () => generated(), 'ab', null, 'unread', 'consumed'],
  ['an async generator', () => generatedLater(), 'ab', null, 'unread', 'consumed'],
  ['a list of chunks', () => ['a', 'b'], 'ab', null, 'replayable', 'replayable'],
  ['a Readable', () => Readable.from(['a', 'b']), 'ab', null, 'unread', 'consumed'],
  ['a web stream', () => Readable.toWeb(Readable.from(['a', 'b'])), 'ab', null, 'unread', 'consumed'],
  ['a Blob', () => new Blob(['a', 'b']), 'ab', 2, 'replayable', 'replayable'],
  ['a SharedArrayBuffer', () => sharedText('ab'), 'ab', 2, 'replayable', 'replayable'],
  ['a DataView', () => new DataView(Uint8Array.of(0x61, 0x62).buffer), 'ab', 2, 'replayable', 'replayable'],
  ['URLSearchParams', () => new URLSearchParams({ a: 'b c' }), 'a=b+c', 5, 'replayable', 'replayable'],
  ['empty pieces among others', () => ['', 'a', new Uint8Array(0), 'b', ''], 'ab', null, 'replayable', 'replayable'],
  ['a function that makes a Blob', () => () => new Blob(['ab']), 'ab', null, 'replayable', 'replayable'],
  ['a function that makes text', () => () => 'ab', 'ab', null, 'replayable', 'replayable'],
  ['a function that makes bytes', () => () => Buffer.from('ab'), 'ab', null, 'replayable', 'replayable'],
  ['a function that makes text later', () => async () => 'ab', 'ab', null, 'replayable', 'replayable'],
  ['a function that makes a generator', () => generated, 'ab', null, 'replayable', 'replayable'],
  ['a function that makes an async generator', () => generatedLater, 'ab', null, 'replayable', 'replayable'],
];

for (const [name, input, text, length, before, after] of BODIES) {
  test(`RequestBody.open() produces ${name}`, async () => {
    assert.equal(await textOf(RequestBody.from(input())), text);
  });

  test(`RequestBody.length of ${name} is ${length}`, () => assert.equal(RequestBody.from(input()).length, length));

  test(`RequestBody.state of ${name} is ${before}, then ${after}`, async () => {
    const body = RequestBody.from(input());
    const states = [body.state];
    await body.open();
    states.push(body.state);
    assert.deepEqual(states, [before, after]);
  });
}

for (const [name, input, text, , before] of BODIES.filter(([, , , , before]) => before === 'replayable')) {
  test(`RequestBody.open() produces ${name}, which is ${before}, again`, async () => {
    const body = RequestBody.from(input());
    assert.deepEqual([await textOf(body), await textOf(body)], [text, text]);
  });
}

test('RequestBody.bytes are there for what is in memory, and null for the rest', () => {
  const inputs: BodyInput[] = ['ab', generated(), () => 'ab'];
  assert.deepEqual(
    inputs.map((input) => RequestBody.from(input).bytes),
    [Buffer.from('ab'), null, null],
  );
});

test('RequestBody.open() asks a function anew for every attempt, and not before', async () => {
  let made = 0;
  const body = RequestBody.from(() => {
    made++;
    return 'a';
  });
  const counts = [made];
  for (let i = 0; i < 2; i++) {
    await body.open();
    counts.push(made);
  }
  assert.deepEqual(counts, [0, 1, 2]);
});

test('RequestBody.from() takes the length that a caller vouches for', () => {
  const inputs: BodyInput[] = [generated(), () => 'ab', 'ab'];
  assert.deepEqual(
    inputs.map((input) => RequestBody.from(input, 2).length),
    [2, 2, 2],
  );
});

test('RequestBody.from() refuses a length that is not that of the bytes', () => {
  assert.throws(() => RequestBody.from('ab', 3), {
    name: 'RequestError',
    code: 'ERR_INVALID_HEADER',
    phase: 'request',
    message: 'Cannot send the request: Content-Length says 3 bytes, but the body has 2: leave the field out',
  });
});

class Thing {}

// input, how it is called
const NO_BODIES: readonly (readonly [unknown, string])[] = [
  [5, 'a number'],
  [true, 'a boolean'],
  [undefined, 'a undefined'],
  [null, 'null'],
  [{}, 'an object'],
  [Object.create(null), 'an object'],
  [new Thing(), 'a Thing'],
  [new Date(0), 'a Date'],
];

for (const [input, name] of NO_BODIES) {
  test(`RequestBody.from() refuses ${name} (${typeof input})`, () => {
    assert.throws(() => RequestBody.from(input as BodyInput), {
      name: 'RequestError',
      code: 'ERR_INVALID_BODY',
      phase: 'request',
      message: `Cannot send ${name} as a body: give a string, bytes, an iterable of them, or a function that makes one`,
    });
  });

  test(`RequestBody.open() refuses a function that makes ${name} (${typeof input})`, async () => {
    const body = RequestBody.from(() => input as string);
    const message = `the body function returned ${name}, not a string, bytes or an iterable of them`;
    await assert.rejects(body.open(), { name: 'TypeError', message });
  });
}

test('RequestBody.open() refuses a function that makes a function', async () => {
  const made: unknown = () => 'a';
  await assert.rejects(RequestBody.from(() => made as string).open(), TypeError);
});

// How it was used up before.
const SPENT: readonly (readonly [string, (stream: ReturnType<typeof generated>) => unknown])[] = [
  ['that another body was made of', async (stream) => textOf(RequestBody.from(stream))],
  ['that another body was begun of', async (stream) => (await RequestBody.from(stream).open()).next()],
  ['of a body that was let go', (stream) => RequestBody.from(stream).release()],
  ['of a call that was refused', (body) => releaseInput({ body })],
];

for (const [name, use] of SPENT) {
  test(`RequestBody.from() refuses a generator ${name}`, async () => {
    const stream = generated();
    await use(stream);
    assert.throws(() => RequestBody.from(stream), { code: 'ERR_BODY_CONSUMED' });
  });

  test(`RequestBody.open() refuses a function that gives a generator ${name}`, async () => {
    const stream = generated();
    await use(stream);
    const body = RequestBody.from(() => stream);
    await assert.rejects(body.open(), { name: 'TypeError', message: /^its stream was read before: / });
  });
}

test('RequestBody.open() refuses a function that gives a Readable that was read', async () => {
  const stream = Readable.from(['a']);
  const body = RequestBody.from(() => stream);
  assert.equal(await textOf(body), 'a');
  await assert.rejects(body.open(), /was read before/);
});

test('RequestBody.from() takes what iterates anew each time again and again', async () => {
  const pieces = new Set(['a', 'b']);
  const texts = [await textOf(RequestBody.from(pieces)), await textOf(RequestBody.from(pieces))];
  assert.deepEqual(texts, ['ab', 'ab']);
});

test('RequestBody.open() passes on what a function throws', async () => {
  const error = new Error('no such file');
  const body = RequestBody.from(() => {
    throw error;
  });
  await assert.rejects(body.open(), (thrown) => thrown === error);
});

test('RequestBody.from() keeps a stream that fails before it is read from ending the process', () => {
  const stream = Readable.from(['a']);
  RequestBody.from(stream);
  assert.doesNotThrow(() => stream.emit('error', new Error('no such file')));
});

test('RequestBody.open() passes on what a stream failed with before it was read', async () => {
  const error = new Error('no such file');
  const stream = Readable.from(['a']);
  const body = RequestBody.from(stream);
  stream.destroy(error);
  await assert.rejects(textOf(body), (thrown) => thrown === error);
});

test('RequestBody.from() takes an iterable that has something else called "on"', async () => {
  const input = {
    on: 'a',
    *[Symbol.iterator]() {
      yield this.on;
    },
  };
  assert.equal(await textOf(RequestBody.from(input)), 'a');
});

// What a form iterates over is not its bytes.
for (const pairs of [new Map(), new Map([['a', '1']]), new Headers()]) {
  test(`RequestBody.from() refuses ${pairs.constructor.name} of ${[...pairs].length}`, () => {
    const input: unknown = pairs;
    assert.throws(() => RequestBody.from(input as BodyInput), { code: 'ERR_INVALID_BODY' });
  });
}

for (const pairs of [new FormData(), new URLSearchParams(), new URLSearchParams('a=1'), new Map(), new Headers()]) {
  const { name } = pairs.constructor;
  test(`RequestBody.open() refuses a function that makes ${name} of ${[...pairs].length}`, async () => {
    const made: unknown = pairs;
    const message = `the body function returned a ${name}, not a string, bytes or an iterable of them`;
    await assert.rejects(RequestBody.from(() => made as string).open(), { name: 'TypeError', message });
  });
}

/** Streams of each kind, and how to see that they were freed. */
const STREAMS: readonly (readonly [string, () => { input: BodyInput; freed: () => boolean }])[] = [
  [
    'a Readable',
    () => {
      const input = new Readable({ read() {} });
      return { input, freed: () => input.destroyed };
    },
  ],
  [
    'a web stream',
    () => {
      let cancelled = false;
      const input = new ReadableStream<string>({
        cancel() {
          cancelled = true;
        },
      });
      return { input, freed: () => cancelled };
    },
  ],
  [
    'an iterator',
    () => {
      let returned = false;
      const input = {
        [Symbol.asyncIterator]() {
          return this;
        },
        next: () => new Promise<IteratorResult<string>>(() => {}),
        return: async () => {
          returned = true;
          return { done: true as const, value: undefined };
        },
      };
      return { input, freed: () => returned };
    },
  ],
  [
    'a response',
    () => {
      let left = false;
      const leave = async () => {
        left = true;
        return { done: true as const, value: undefined };
      };
      const input = {
        [Symbol.asyncIterator]: () => ({ next: () => new Promise<IteratorResult<string>>(() => {}), return: leave }),
        [Symbol.asyncDispose]: leave,
      };
      return { input, freed: () => left };
    },
  ],
];

for (const [name, make] of STREAMS) {
  test(`RequestBody.release() frees ${name} that was never opened`, () => {
    const { input, freed } = make();
    RequestBody.from(input).release();
    assert.equal(freed(), true);
  });

  test(`releaseInput() frees ${name} that was given as a body, and one given as a part`, () => {
    const [body, part] = [make(), make()];
    releaseInput({ body: body.input, fields: { part: { stream: part.input } } });
    assert.deepEqual([body.freed(), part.freed()], [true, true]);
  });

  test(`BodySource.release() frees ${name} in the middle of a piece`, async () => {
    const { input, freed } = make();
    const source = await RequestBody.from(input).open();
    Promise.resolve(source.next()).catch(() => {});
    source.release();
    assert.equal(freed(), true);
  });
}
