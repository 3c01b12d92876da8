// Reads a trace, line by line. Every line is checked before the model sees it, as far as the model relies on it. Types of
// events that are not known are taken: they are of a later version that has more of them, and the model leaves them out.

import type { SeenEvent } from './seen-event.ts';

/** The version of the format that is understood. */
const VERSION = 1;

/** A trace that cannot be read. */
export class TraceFormatError extends Error {
  override readonly name = 'TraceFormatError';
  readonly code = 'ERR_TRACE_FORMAT';
  /** Whether the line is no JSON at all, as the last one of a trace may be that was cut off. */
  readonly isCut: boolean;

  constructor(message: string, isCut: boolean = false) {
    super(message);
    this.isCut = isCut;
  }
}

/** What a member of an event must be. */
const CHECKS: Readonly<Record<string, (value: unknown) => boolean>> = {
  call: isNumber,
  connection: (value) => value === null || isNumber(value),
  attempt: isNumber,
  origin: isText,
  method: isText,
  url: isText,
  fields: isTextList,
  status: (value) => value === null || isNumber(value),
  attempts: (value) => Array.isArray(value) && value.every(isObject),
  timings: (value) => isObject(value) && isNumber(value.total),
  reason: isText,
  to: isText,
  dropped: isTextList,
  events: isNumber,
  served: isNumber,
  delay: isNumber,
  bytes: isNumber,
  bytesSent: isNumber,
  bytesReceived: isNumber,
  error: (value) => value === null || !isObject(value) || isText(value.message),
};

/** Members that an event must have, of the types whose members are used. */
const NEEDS: Readonly<Record<string, readonly string[]>> = {
  trace: [],
  gap: ['events'],
  'call-start': ['call', 'method', 'url'],
  'call-end': ['call', 'status', 'attempts', 'timings'],
  'queue-start': ['call', 'attempt', 'origin'],
  'queue-end': ['call', 'attempt', 'origin'],
  acquired: ['call', 'connection', 'origin', 'served'],
  'dial-start': ['connection', 'origin'],
  'dial-end': ['connection', 'origin', 'error'],
  'dns-start': ['connection', 'origin'],
  'dns-end': ['connection', 'origin', 'error'],
  'connect-start': ['connection', 'origin'],
  'connect-end': ['connection', 'origin', 'error'],
  'proxy-start': ['connection', 'origin'],
  'proxy-end': ['connection', 'origin', 'error'],
  'tls-start': ['connection', 'origin'],
  'tls-end': ['connection', 'origin', 'error'],
  'exchange-start': ['call', 'connection', 'attempt', 'method', 'url', 'fields'],
  'exchange-end': ['call', 'connection', 'bytesSent', 'bytesReceived', 'error'],
  'receive-start': ['call', 'connection', 'status', 'fields', 'reason'],
  'send-end': ['call', 'connection', 'bytes'],
  'connection-idle': ['connection', 'origin', 'served'],
  'connection-closed': ['connection', 'origin', 'reason', 'served'],
  redirect: ['call', 'status', 'to', 'dropped'],
  retry: ['call', 'attempt', 'delay'],
  replay: ['call', 'attempt', 'connection'],
};

/**
 * Reads one line.
 *
 * @param number Its number in the file, from 1, for the error.
 * @throws {TraceFormatError} One sentence that says which line, and what is wrong with it.
 */
export function readTraceLine(line: string, number: number): SeenEvent {
  let value: unknown;
  try {
    // Some editors put a byte order mark before the first line.
    value = JSON.parse(number === 1 ? line.replace(/^\uFEFF/, '') : line);
  } catch {
    throw new TraceFormatError(
      `Cannot read the trace: line ${number} is no JSON: ${quoted(line)}${hintFor(line, number)}`,
      true,
    );
  }
  if (!isEvent(value)) {
    throw new TraceFormatError(
      `Cannot read the trace: line ${number} is no event, which has a "type" and a time "at": ${quoted(line)}${hintFor(line, number)}`,
    );
  }
  if (value.type === 'trace' && 'version' in value && value.version !== VERSION) {
    const by = 'urlpool' in value ? ` of urlpool ${String(value.urlpool)}` : '';
    throw new TraceFormatError(
      `Cannot read the trace: line ${number} says version ${String(value.version)}${by}, and this urlpool-inspector reads version ${VERSION}: install a newer one`,
    );
  }
  const wrong = NEEDS[value.type]?.find((name) => !CHECKS[name]?.(Reflect.get(value, name)));
  if (wrong !== undefined) {
    throw new TraceFormatError(
      `Cannot read the trace: line ${number}, ${value.type}, has no "${wrong}" that can be used`,
    );
  }
  return value;
}

/**
 * Reads a whole trace. Blank lines are left out, and so is a last line that was cut off, by the end of the program say.
 *
 * @throws {TraceFormatError}
 */
export function* readTrace(text: string): Generator<SeenEvent, void, undefined> {
  let from = 0;
  for (let number = 1; from < text.length; number++) {
    const end = text.indexOf('\n', from);
    const line = text.slice(from, end < 0 ? undefined : end);
    if (line.trim() !== '' && (end >= 0 || isWhole(line))) yield readTraceLine(line, number);
    if (end < 0) return;
    from = end + 1;
  }
}

/** Whether a line without a line feed behind it was not cut off. */
function isWhole(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}

function isEvent(value: unknown): value is SeenEvent {
  return isObject(value) && isText(value.type) && isNumber(value.at);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isNumber(value: unknown): boolean {
  return typeof value === 'number';
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

function isTextList(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

/** What files of other kinds begin with, and what to do with them. */
const OTHER_KINDS: readonly (readonly [start: RegExp, hint: string])[] = [
  [/^\s*</, 'it is a web page: one that the inspector has saved opens in a browser'],
  [/^[^\t -~]/, 'it is compressed, or no UTF-8'],
  [
    /^\s*\{\s*("log"|$)/,
    'if it is a HAR, the network panel of a browser shows it; a trace is what recordTrace() writes',
  ],
];

function hintFor(line: string, number: number): string {
  const [, hint] = (number === 1 && OTHER_KINDS.find(([start]) => start.test(line))) || [];
  return hint === undefined ? '' : `; ${hint}`;
}

function quoted(line: string): string {
  return JSON.stringify(line.length > 60 ? `${line.slice(0, 60)}…` : line);
}
