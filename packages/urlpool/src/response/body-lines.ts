// Readers of a body line by line, over its pieces: each is an iterator that takes no more than is asked of it, and whose
// leaving leaves the body.

import { checkNames } from '../errors/invalid-option.ts';
import { LimitError } from '../errors/limit-error.ts';
import { checkBound } from '../errors/option-values.ts';
import type { BaseResponse } from './base-response.ts';
import { BodyDecoder, type Encoding, encodingFrom } from './body-decoder.ts';
import { bodyJSON } from './body-json.ts';
import { EventStreamParser, type ServerSentEvent } from './event-stream-parser.ts';
import { leavable } from './leavable.ts';
import { LineSplitter, maxLineBytesFrom } from './line-splitter.ts';

const UTF8: Encoding = { label: 'utf-8', isForced: true };

/** What the data of one event may have by default, in bytes. */
const DEFAULT_MAX_EVENT_BYTES = 16 * 1024 * 1024;

/** How lines are read. */
export interface LineOptions {
  /** The longest line to hold, in bytes as UTF-8; Infinity for any. @default 1_048_576 */
  readonly maxLineBytes?: number | undefined;
  /** The encoding to read by, a label of the Encoding standard. @default that of Content-Type, else UTF-8 */
  readonly charset?: string | undefined;
}

/** How NDJSON is read: it is UTF-8. */
export type NDJSONOptions = Pick<LineOptions, 'maxLineBytes'>;

/** How server-sent events are read. */
export interface EventOptions extends NDJSONOptions {
  /** The longest data of one event to hold, in bytes; Infinity for any. @default 16_777_216 */
  readonly maxEventBytes?: number | undefined;
}

/** Lines of a body that is there: checked when it is called, split when it is asked. */
export function linesOfText(
  response: BaseResponse,
  read: (charset?: string) => string,
  options: LineOptions,
): Generator<string, void> {
  checkNames('lines()', options, ['maxLineBytes', 'charset']);
  const splitter = splitterFor(response, options);
  const text = read(options.charset);
  return (function* () {
    yield* splitter.push(text);
    const last = splitter.end();
    if (last !== null) yield last;
  })();
}

/**
 * Lines of a body on its way.
 *
 * @param take Begins to read the body, once all options are checked.
 */
export function linesOf(
  response: BaseResponse,
  take: () => AsyncIterable<Buffer>,
  options: LineOptions,
): AsyncGenerator<string, void> {
  checkNames('lines()', options, ['maxLineBytes', 'charset']);
  const encoding = encodingFrom(options.charset, response.charset);
  const splitter = splitterFor(response, options);
  return leavable(take(), (pieces) => split(splitter, encoding, pieces));
}

/** Values of a body of newline-delimited JSON; empty lines are passed over. */
export function valuesOf<T>(
  response: BaseResponse,
  take: () => AsyncIterable<Buffer>,
  options: NDJSONOptions,
): AsyncGenerator<T, void> {
  checkNames('ndjson()', options, ['maxLineBytes']);
  const splitter = splitterFor(response, options);
  return leavable(take(), async function* (pieces) {
    let number = 0;
    for await (const line of split(splitter, UTF8, pieces)) {
      number++;
      if (line.trim() !== '') yield bodyJSON<T>(line, response, number);
    }
  });
}

/** A parser of events, and the events that it makes of a body; it knows how to go on after them. */
export function eventsOf(
  response: BaseResponse,
  take: () => AsyncIterable<Buffer>,
  options: EventOptions,
  lastEventId = '',
): { readonly parser: EventStreamParser; readonly events: AsyncGenerator<ServerSentEvent, void> } {
  const maxEventBytes = checkEventOptions(options);
  const splitter = splitterFor(response, options);
  const parser = new EventStreamParser(lastEventId, maxEventBytes, () =>
    tooLong(response, 'an event', 'maxEventBytes', maxEventBytes),
  );
  const events = leavable(take(), async function* (pieces) {
    for await (const line of splitComplete(splitter, UTF8, pieces)) {
      const event = parser.line(line);
      if (event !== null) yield event;
    }
  });
  return { parser, events };
}

/**
 * Checks the options, and gives the longest data of one event to hold, in bytes.
 *
 * @throws {RequestError} `ERR_INVALID_OPTION`
 */
export function checkEventOptions(options: EventOptions): number {
  checkNames('events()', options, ['maxLineBytes', 'maxEventBytes']);
  maxLineBytesFrom(options.maxLineBytes);
  const { maxEventBytes = DEFAULT_MAX_EVENT_BYTES } = options;
  checkBound('maxEventBytes', maxEventBytes, 1);
  return maxEventBytes;
}

function splitterFor(response: BaseResponse, options: NDJSONOptions): LineSplitter {
  const max = maxLineBytesFrom(options.maxLineBytes);
  return new LineSplitter(max, () => tooLong(response, 'a line', 'maxLineBytes', max));
}

function tooLong({ method, url, connection }: BaseResponse, what: string, limit: string, max: number): LimitError {
  const message = `Cannot hold ${what} of the body of ${method} ${url}: ${max} bytes are allowed, and it is longer than that; option: ${limit}`;
  return new LimitError(message, { phase: 'body', limit, method, url, connection });
}

/** All lines; the last one needs no end. */
async function* split(
  splitter: LineSplitter,
  encoding: Encoding,
  pieces: AsyncIterable<Buffer>,
): AsyncGenerator<string, void> {
  const decoder = new BodyDecoder(encoding);
  for await (const piece of pieces) yield* splitter.push(decoder.push(piece));
  yield* splitter.push(decoder.end());
  const last = splitter.end();
  if (last !== null) yield last;
}

/** Those lines that have an end. */
async function* splitComplete(
  splitter: LineSplitter,
  encoding: Encoding,
  pieces: AsyncIterable<Buffer>,
): AsyncGenerator<string, void> {
  const decoder = new BodyDecoder(encoding);
  for await (const piece of pieces) yield* splitter.push(decoder.push(piece));
}
