import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BodyQueue } from '../../src/response/body-queue.ts';

const KIB = 1024;

/** A queue, and how often it asked the connection to go on. */
function counted() {
  const counter = { resumed: 0 };
  const queue = new BodyQueue(() => counter.resumed++);
  return { queue, counter };
}

/** Takes all that waits. */
function drained(queue: BodyQueue): string {
  const pieces: string[] = [];
  for (let piece = queue.take(); piece !== null; piece = queue.take()) pieces.push(piece.toString());
  return pieces.join('|');
}

/** Reads bytes as a connection does that was given the queue's memory; returns what was asked for next. */
function read(queue: BodyQueue, size: number): Buffer {
  const view = queue.memory().subarray(0, size);
  view.fill('x');
  queue.push(view);
  return view;
}

test('take() gives the pieces in order, then null', () => {
  const { queue } = counted();
  queue.push(Buffer.from('one'));
  queue.push(Buffer.from('two'));
  assert.equal(drained(queue), 'one|two');
});

test('take() gives null at first', () => {
  assert.equal(counted().queue.take(), null);
});

test('push() copies what lies in memory of another', () => {
  const { queue } = counted();
  const slab = Buffer.from('one');
  queue.push(slab);
  slab.fill('x');
  assert.equal(drained(queue), 'one');
});

test('push() copies a Uint8Array that is no Buffer', () => {
  const { queue } = counted();
  queue.push(new Uint8Array([0x6f, 0x6e, 0x65]).subarray(1));
  assert.equal(drained(queue), 'ne');
});

test('size counts the bytes that wait', () => {
  const { queue } = counted();
  const sizes = [queue.size];
  queue.push(Buffer.alloc(5));
  queue.push(Buffer.alloc(7));
  sizes.push(queue.size);
  queue.take();
  sizes.push(queue.size);
  assert.deepEqual(sizes, [0, 12, 7]);
});

// Its memory

test('memory() is given on as it is: what was read to it is not copied', () => {
  const { queue } = counted();
  const view = read(queue, 10);
  const piece = queue.take();
  assert.deepEqual([piece?.buffer === view.buffer, piece?.byteOffset, piece?.length], [true, view.byteOffset, 10]);
});

test('memory() begins behind what was read to it', () => {
  const { queue } = counted();
  const view = read(queue, 10);
  const next = queue.memory();
  assert.deepEqual([next.buffer === view.buffer, next.byteOffset], [true, view.byteOffset + 10]);
});

test('memory() begins behind a piece that stood in the middle of what was read', () => {
  const { queue } = counted();
  const memory = queue.memory();
  queue.push(memory.subarray(3, 10));
  assert.equal(queue.memory().byteOffset, memory.byteOffset + 10);
});

test('memory() that was not used is offered again', () => {
  const { queue } = counted();
  assert.equal(queue.memory().buffer, queue.memory().buffer);
});

test('memory() is new where less than 16 KiB are left', () => {
  const { queue } = counted();
  const view = read(queue, 48 * KIB);
  assert.equal(queue.memory().buffer, view.buffer);
  read(queue, 1);
  assert.notEqual(queue.memory().buffer, view.buffer);
});

test('memory() overlaps with no piece before it', () => {
  const { queue } = counted();
  for (const size of [1, 16 * KIB, 30_000, 64 * KIB, 5, 48 * KIB]) {
    const view = queue.memory().subarray(0, size);
    view.fill(size & 0xff);
    queue.push(view);
  }
  for (let piece = queue.take(); piece !== null; piece = queue.take()) {
    assert.ok(piece.every((byte) => byte === (piece[0] ?? 0)));
  }
});

test('push() takes in what is read elsewhere in between', () => {
  const { queue } = counted();
  read(queue, 2);
  queue.push(Buffer.from('one'));
  read(queue, 2);
  assert.equal(drained(queue), 'xx|one|xx');
});

// Pausing

// bytes that wait, whether more is wanted
const MARKS = [
  [1, true],
  [256 * KIB - 1, true],
  [256 * KIB, false],
  [300 * KIB, false],
] as const;

for (const [bytes, wanted] of MARKS) {
  test(`push() asks ${wanted ? 'for no pause' : 'for a pause'} where ${bytes} bytes wait`, () => {
    assert.equal(counted().queue.push(Buffer.alloc(bytes)), wanted);
  });
}

test('push() goes on asking for a pause until less than 128 KiB wait', () => {
  const { queue } = counted();
  const answers = [128, 64, 64].map((kib) => queue.push(Buffer.alloc(kib * KIB)));
  queue.take();
  answers.push(queue.push(Buffer.alloc(0)));
  queue.take();
  answers.push(queue.push(Buffer.alloc(0)));
  assert.deepEqual(answers, [true, true, false, false, true]);
});

test('take() has the connection go on once, below 128 KiB', () => {
  const { queue, counter } = counted();
  for (const kib of [64, 64, 64, 64]) queue.push(Buffer.alloc(kib * KIB));
  const resumed: number[] = [];
  for (let piece = queue.take(); piece !== null; piece = queue.take()) resumed.push(counter.resumed);
  assert.deepEqual(resumed, [0, 0, 1, 1]);
});

test('take() asks for nothing where there was no pause', () => {
  const { queue, counter } = counted();
  queue.push(Buffer.alloc(200 * KIB));
  queue.take();
  assert.equal(counter.resumed, 0);
});

test('push() asks for a pause where 4096 pieces wait, however short they are', () => {
  const { queue } = counted();
  const answers = Array.from({ length: 4096 }, () => queue.push(Buffer.of(1)));
  assert.equal(answers.indexOf(false), 4095);
});

test('take() has the connection go on below 2048 pieces', () => {
  const { queue, counter } = counted();
  for (let i = 0; i < 4096; i++) queue.push(Buffer.alloc(30));
  const left: number[] = [];
  while (counter.resumed === 0 && queue.take() !== null) left.push(queue.size / 30);
  assert.deepEqual(left, [4096 - 546, 4096 - 2 * 546, 4096 - 3 * 546, 4096 - 4 * 546]);
});

// how many pieces of how many bytes wait, the lengths of the first two that are taken
for (const [count, bytes, lengths] of [
  [63, 1, [1, 1]],
  [64, 1, [64, undefined]],
  [64, 1000, [16_000, 1000]],
  [80, 1000, [16_000, 16_000]],
  [64, 20_000, [20_000, 20_000]],
] as const) {
  test(`take() of ${count} pieces of ${bytes} bytes gives ${lengths.join(' and ')}`, () => {
    const { queue } = counted();
    for (let i = 0; i < count; i++) queue.push(Buffer.alloc(bytes));
    assert.deepEqual([queue.take()?.length, queue.take()?.length], lengths);
  });
}

test('take() gives very many pieces in order, those that come meanwhile too', () => {
  const { queue } = counted();
  const taken: Buffer[] = [];
  const bytes = Buffer.from(Array.from({ length: 10_000 }, (_, i) => i % 251));
  for (let i = 0; i < bytes.length; i++) {
    queue.push(bytes.subarray(i, i + 1));
    const piece = i % 3 === 0 ? queue.take() : null;
    if (piece !== null) taken.push(piece);
  }
  for (let piece = queue.take(); piece !== null; piece = queue.take()) taken.push(piece);
  assert.ok(Buffer.concat(taken).equals(bytes));
});

/** How long, in ms, it takes to take so many pieces; the best of three. */
function takingMs(count: number): number {
  const times = Array.from({ length: 3 }, () => {
    const { queue } = counted();
    for (let i = 0; i < count; i++) queue.push(Buffer.of(1));
    const began = performance.now();
    while (queue.take() !== null);
    return performance.now() - began;
  });
  return Math.min(...times);
}

test('take() takes linear time, however many pieces wait', () => {
  takingMs(1_000);
  const few = takingMs(10_000);
  const many = takingMs(40_000);
  assert.ok(many < 40 * Math.max(few, 1), `${few} ms for 10,000 pieces, ${many} ms for 40,000`);
});

// The end

test('finish() leaves what waits to be taken', () => {
  const { queue } = counted();
  queue.push(Buffer.from('one'));
  queue.finish({ is: 'complete', trailers: [] });
  assert.equal(drained(queue), 'one');
});

test('finish() counts the first time', () => {
  const { queue } = counted();
  queue.finish({ is: 'failed', reason: 'first' });
  queue.finish({ is: 'complete', trailers: [] });
  assert.deepEqual(queue.end, { is: 'failed', reason: 'first' });
});

test('end is null while the body goes on', () => {
  assert.equal(counted().queue.end, null);
});

// name, end, trailers
const ENDS = [
  ['while it goes on', null, []],
  ['of a complete body', { is: 'complete', trailers: ['X-Sum', '1'] }, ['X-Sum', '1']],
  ['of a failed one', { is: 'failed', reason: 'lost' }, []],
] as const;

for (const [name, end, trailers] of ENDS) {
  test(`trailers ${name} are [${trailers}]`, () => {
    const { queue } = counted();
    if (end !== null) queue.finish(end);
    assert.deepEqual(queue.trailers, trailers);
  });
}

test('clear() forgets what waits', () => {
  const { queue } = counted();
  queue.push(Buffer.from('one'));
  queue.clear();
  assert.deepEqual([queue.take(), queue.size], [null, 0]);
});

// name, change
const CHANGES: readonly (readonly [string, (queue: BodyQueue) => void])[] = [
  ['a piece', (queue) => queue.push(Buffer.from('one'))],
  ['an end', (queue) => queue.finish({ is: 'complete', trailers: [] })],
];

for (const [name, change] of CHANGES) {
  test(`whenChanged() resolves with ${name}`, async () => {
    const { queue } = counted();
    let resolved = false;
    const changed = queue.whenChanged().then(() => {
      resolved = true;
    });
    await null;
    assert.equal(resolved, false);
    change(queue);
    await changed;
  });
}

test('next() gives pieces, those that wait and those that come, and null at the end', async () => {
  const { queue } = counted();
  queue.push(Buffer.from('one'));
  assert.equal(String(await queue.next()), 'one');
  const next = queue.next();
  queue.push(Buffer.from('two'));
  queue.push(Buffer.from('three'));
  queue.finish({ is: 'complete', trailers: [] });
  assert.deepEqual([String(await next), String(await queue.next()), await queue.next()], ['two', 'three', null]);
});

test('next() gives what waits before it throws what the body ended with', async () => {
  const { queue } = counted();
  queue.push(Buffer.from('one'));
  queue.finish({ is: 'failed', reason: new Error('stop') });
  assert.equal(String(await queue.next()), 'one');
  await assert.rejects(queue.next(), /stop/);
});
