import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConnectionClosedError } from '../src/connection-closed-error.ts';
import { MemoryWire } from '../src/memory-wire.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('MemoryWire carries bytes both ways, and copies what the client writes', async () => {
  const wire = new MemoryWire();
  const bytes = Buffer.from('ping');
  wire.stream.write(bytes);
  bytes.fill(0);
  assert.equal((await wire.inbox.take(4)).toString(), 'ping');
  const reading = wire.stream[Symbol.asyncIterator]().next();
  await wire.write(Buffer.from('pong'), 'write');
  assert.equal(String((await reading).value), 'pong');
  assert.equal(wire.bytesRead, 4);
});

test('MemoryWire.write() resolves when the client has taken the bytes', async () => {
  const wire = new MemoryWire();
  let written = false;
  const writing = wire.write(Buffer.from('a'), 'write').then(() => {
    written = true;
  });
  await turn();
  assert.equal(written, false);
  wire.stream.resume();
  await writing;
});

test('MemoryWire.write() rejects once the connection is gone, also while it waits', async () => {
  const wire = new MemoryWire();
  const waiting = wire.write(Buffer.from('a'), 'write a byte');
  wire.stream.destroy();
  await assert.rejects(waiting, ConnectionClosedError);
  await assert.rejects(wire.write(Buffer.from('b'), 'write'), ConnectionClosedError);
  assert.deepEqual(await wire.closed, { by: 'fin', bytesRead: 0 });
});

test('MemoryWire.end() ends one side, and what is written after it is refused', async () => {
  const wire = new MemoryWire();
  const ended = new Promise((resolve) => wire.stream.on('end', resolve).resume());
  wire.end();
  wire.end();
  await ended;
  await assert.rejects(wire.write(Buffer.from('a'), 'write'), /Cannot write: this side has already ended/);
  wire.stream.end('bye');
  assert.equal((await wire.inbox.take(3)).toString(), 'bye');
  assert.equal((await wire.closed).by, 'fin');
});

test('MemoryWire.reset() is an error of the stream, which ends no process', async () => {
  const wire = new MemoryWire();
  wire.reset();
  await turn();
  assert.equal((wire.stream.errored as NodeJS.ErrnoException).code, 'ECONNRESET');
  assert.equal((await wire.closed).by, 'server');
});

test('MemoryWire.pause() holds the client back', async () => {
  const wire = new MemoryWire();
  wire.pause();
  let written = 0;
  for (const _ of [1, 2, 3]) wire.stream.write('x', () => (written += 1));
  await turn();
  assert.equal(written, 0);
  wire.resume();
  await turn();
  assert.equal(written, 3);
});

test('MemoryWire.write() resolves where the client lets its bytes flow', async () => {
  const wire = new MemoryWire();
  const seen: string[] = [];
  wire.stream.on('data', (chunk: Buffer) => seen.push(chunk.toString()));
  await wire.write(Buffer.from('a'), 'write');
  await wire.write(Buffer.from('b'), 'write');
  assert.deepEqual(seen, ['a', 'b']);
});
