// One reading of a body that has to be produced: pieces one after the other, until it ends or nobody wants more of it. A
// source that is let go in the middle must free what it holds (a file, another connection) even while it makes a piece,
// and each kind of source is told so in its own way.

import { type BodyChunk, type BodyStream, bytesOf, describe, isBlob, isStream, type MadeBody } from './body-input.ts';

/** Reads one body. */
export interface BodySource {
  /** The next piece. */
  next(): Promise<IteratorResult<unknown>> | IteratorResult<unknown>;
  /** No more is wanted. It may come at any moment, and more than once; what the source throws at it concerns nobody. */
  release(): void;
}

/**
 * Begins to read.
 *
 * @throws {TypeError} for what is no body.
 */
export function openSource(made: MadeBody): BodySource {
  const bytes = bytesOf(made);
  if (bytes !== null) return fromIterator([bytes].values());
  if (isBlob(made)) return fromReader(made.stream().getReader());
  if (!isStream(made)) {
    throw new TypeError(`the body function returned ${describe(made)}, not a string, bytes or an iterable of them`);
  }
  ignoreErrorsUntilRead(made);
  if (wasRead(made)) throw new TypeError('its stream was read before: give a new one each time');
  spend(made);
  if (isWebStream(made)) return fromReader(made.getReader());
  const iterator = Symbol.asyncIterator in made ? made[Symbol.asyncIterator]() : made[Symbol.iterator]();
  return isNodeStream(made)
    ? { next: () => iterator.next(), release: () => releaseStream(made) }
    : fromIterator(iterator);
}

/** Frees a value that was given as a body or a part, if it is a stream, where it was not looked at. */
export function releaseIfStream(input: unknown): void {
  if (!isStream(input) || bytesOf(input) !== null) return;
  ignoreErrorsUntilRead(input);
  releaseStream(input);
}

/** A Node stream may fail before it is read: reading it reports that, and until then it must not end the process. */
export function ignoreErrorsUntilRead(stream: object): void {
  if ('on' in stream && typeof stream.on === 'function') stream.on('error', () => {});
}

/** Frees a stream that was given as a body and is not going to be read. */
export function releaseStream(stream: BodyStream & object): void {
  spend(stream);
  if (isNodeStream(stream)) stream.destroy();
  else if (isWebStream(stream)) quietly(() => stream.cancel());
  else if ('return' in stream) quietly(() => (stream as AsyncGenerator<BodyChunk>).return?.(undefined));
  else if (Symbol.asyncDispose in stream) quietly(() => (stream as AsyncDisposable)[Symbol.asyncDispose]()); // a response
}

/** Iterators that were begun or left: nothing of them shows it, and they would give nothing, without an error. */
const spent = new WeakSet<object>();

function spend(stream: object): void {
  if ('next' in stream) spent.add(stream);
}

/** Whether a stream was begun or let go, as far as it can be known: a Node stream only at its end. */
export function wasRead(stream: object): boolean {
  if ('readableEnded' in stream) return stream.readableEnded === true;
  return spent.has(stream) || (stream instanceof ReadableStream && isDisturbed(stream));
}

/** It takes web streams too, which its declaration does not know. */
function isDisturbed(stream: object): boolean {
  const { Readable } = process.getBuiltinModule('node:stream');
  return (Readable.isDisturbed as (stream: object) => boolean)(stream);
}

function fromIterator(iterator: AsyncIterator<BodyChunk> | Iterator<BodyChunk>): BodySource {
  return { next: () => iterator.next(), release: () => quietly(() => iterator.return?.()) };
}

/** A web stream's own iterator cannot be left while it waits for a piece: its reader can. */
function fromReader(reader: ReadableStreamDefaultReader<unknown>): BodySource {
  return {
    next: async () => {
      const { done, value } = await reader.read();
      return done ? { done, value: undefined } : { done, value };
    },
    release: () => quietly(() => reader.cancel()),
  };
}

function quietly(act: () => unknown): void {
  try {
    Promise.resolve(act()).catch(() => {});
  } catch {}
}

function isWebStream(stream: BodyStream & object): stream is ReadableStream<BodyChunk> {
  return 'getReader' in stream && typeof stream.getReader === 'function';
}

function isNodeStream(stream: BodyStream & object): stream is BodyStream & { destroy(): void } {
  return 'destroy' in stream && typeof stream.destroy === 'function' && 'on' in stream;
}
