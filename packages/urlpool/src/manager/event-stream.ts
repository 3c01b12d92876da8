// Server-sent events over as many connections as it takes (WHATWG HTML §9.2): the stream is asked for again from the last
// event on. The iterator is its consumer's own loop: nothing is read or waited for but while it is asked for an event.

import { closedError } from '../call/call-error.ts';
import { checkSignal } from '../call/prepare-request.ts';
import type { RequestOptions } from '../call/request-options.ts';
import { DecodeError } from '../errors/decode-error.ts';
import type { HTTPError } from '../errors/http-error.ts';
import { checkNames, invalidOption } from '../errors/invalid-option.ts';
import { checkBound, checkFunction, checkMilliseconds } from '../errors/option-values.ts';
import { isFieldValue } from '../message/characters.ts';
import { overlaid } from '../message/header-overlay.ts';
import { headerEntries } from '../message/headers-input.ts';
import { Retry } from '../policy/retry.ts';
import { retryAfterWait } from '../policy/retry-after.ts';
import { checkEventOptions, type EventOptions, eventsOf } from '../response/body-lines.ts';
import type { ServerSentEvent } from '../response/event-stream-parser.ts';
import { StatusError } from '../response/status-error.ts';
import type { StreamedResponse } from '../response/streamed-response.ts';
import { leavableLoop } from '../util/leavable-loop.ts';
import type { Random } from '../util/random.ts';
import { type PauseSurroundings, pause } from './pause.ts';
import { isPassing, mayReconnect, reconnectDelay } from './reconnection.ts';

/** What is told before a wait. */
export interface Reconnection {
  /** Why the last connection is over; null where the server ended it in order. */
  readonly error: HTTPError | null;
  /** Connections in a row that failed, none of which gave an event or lasted for `reconnectDelayMax`. */
  readonly failures: number;
  /** How long the wait is, in ms. */
  readonly delay: number;
}

/** How a stream of events is kept up, beyond the options of its requests. */
export interface ReconnectOptions extends EventOptions {
  /** @default 'GET' */
  readonly method?: string | undefined;
  /** The id of the last event that is known already. @default none: the stream from its beginning */
  readonly lastEventId?: string | undefined;
  /** The wait before the next connection, in ms, until the server says another by `retry`. @default 3_000 */
  readonly reconnectDelay?: number | undefined;
  /** What that wait grows to at most while connections fail, in ms. @default 30_000 */
  readonly reconnectDelayMax?: number | undefined;
  /**
   * Failures in a row after which the last one is thrown; 0 for the first one. A connection that gave an event, or lasted
   * for `reconnectDelayMax`, ends such a row. @default Infinity
   */
  readonly maxReconnects?: number | undefined;
  /** Told before each wait. */
  readonly onReconnect?: ((reconnection: Reconnection) => void) | undefined;
}

/** Options of `eventStream()` of a pool. */
export type EventStreamOptions = RequestOptions & ReconnectOptions;

/** The events, for a loop; leaving it ends what it waits for. */
export interface EventStream extends AsyncGenerator<ServerSentEvent, void>, AsyncDisposable {}

/** What keeps a stream up. */
export interface EventStreamSurroundings extends PauseSurroundings {
  readonly random: Random;
  /** Where it leads, without credentials: for errors. */
  readonly url: string;
  /** Names of the options that its requests take. */
  readonly optionNames: readonly string[];
  /** Sends a request. */
  stream(method: string, options: RequestOptions): Promise<StreamedResponse>;
}

interface Settings {
  readonly events: EventOptions;
  readonly method: string;
  readonly lastEventId: string;
  readonly reconnectDelay: number;
  readonly reconnectDelayMax: number;
  readonly maxReconnects: number;
  readonly onReconnect: ((reconnection: Reconnection) => void) | null;
}

const NAMES: readonly (keyof ReconnectOptions)[] = [
  'lastEventId',
  'maxEventBytes',
  'maxLineBytes',
  'maxReconnects',
  'method',
  'onReconnect',
  'reconnectDelay',
  'reconnectDelayMax',
];

const TYPE = 'text/event-stream';

/**
 * The events of a stream; see PoolManager.eventStream().
 *
 * @throws {RequestError} `ERR_INVALID_OPTION`
 */
export function eventStream<Options extends EventStreamOptions>(
  options: Options,
  surroundings: EventStreamSurroundings,
): EventStream {
  checkNames('eventStream()', options, [...surroundings.optionNames, ...NAMES]);
  const {
    method = 'GET',
    lastEventId = '',
    reconnectDelay = 3_000,
    reconnectDelayMax = 30_000,
    maxReconnects = Number.POSITIVE_INFINITY,
    onReconnect = null,
    maxLineBytes,
    maxEventBytes,
    ...request
  } = options;
  checkId(lastEventId);
  checkMilliseconds('reconnectDelay', reconnectDelay);
  checkMilliseconds('reconnectDelayMax', reconnectDelayMax);
  checkBound('maxReconnects', maxReconnects, 0);
  checkFunction('onReconnect', options.onReconnect);
  const events = { maxLineBytes, maxEventBytes };
  checkEventOptions(events);
  const settings = { method, lastEventId, reconnectDelay, reconnectDelayMax, maxReconnects, onReconnect, events };
  const { signal } = request;
  checkSignal(signal);
  const left = new AbortController();
  const either = signal === undefined ? left.signal : AbortSignal.any([left.signal, signal]);
  const headers = headerEntries(request.headers ?? []);
  return leavableLoop(run(settings, { ...request, headers, signal: either }, surroundings), left, 'the event stream');
}

/** How one connection ended, where another may follow. */
interface Ended {
  readonly error: HTTPError | null;
  /** What the server asks to be left alone for, in ms. */
  readonly wait: number;
}

async function* run(
  settings: Settings,
  request: RequestOptions & { readonly signal: AbortSignal },
  surroundings: EventStreamSurroundings,
): AsyncGenerator<ServerSentEvent, void> {
  const { url, calls, clock, random } = surroundings;
  const { method, onReconnect, reconnectDelayMax: max } = settings;
  let { lastEventId, reconnectDelay: base } = settings;
  let failures = 0;
  for (;;) {
    let ended: Ended;
    try {
      const response = await surroundings.stream(method, withFields(request, lastEventId));
      const answer = await answerOf(response, clock.wallNow());
      if (answer === 'no-content') return;
      if (answer === 'events') {
        const begunAt = clock.now();
        const { parser, events } = eventsOf(response, () => response, settings.events, lastEventId);
        try {
          for await (const event of events) {
            failures = 0;
            yield event;
          }
        } finally {
          lastEventId = parser.lastEventId;
          base = parser.retry ?? base;
          if (clock.now() - begunAt >= max) failures = 0;
        }
        failures = 0;
        ended = { error: null, wait: 0 };
      } else {
        ended = answer;
      }
    } catch (error) {
      request.signal.throwIfAborted();
      if (!mayReconnect(error)) throw error;
      ended = { error, wait: 0 };
    }
    if (ended.error !== null && failures++ >= settings.maxReconnects) throw ended.error;
    if (calls.closing) throw closedError({ method, url });
    const delay = Math.max(ended.wait, reconnectDelay(failures, { base, max }, random));
    onReconnect?.({ error: ended.error, failures, delay });
    await pause(delay, { calls, clock }, { method, url, signal: request.signal });
  }
}

function withFields(request: RequestOptions, lastEventId: string): RequestOptions {
  const id = Buffer.from(lastEventId, 'utf8').toString('latin1');
  const sendsId = lastEventId !== '' && isFieldValue(id);
  return {
    ...request,
    headers: overlaid(request.headers, {
      defaults: { Accept: TYPE, 'Cache-Control': 'no-store' },
      forced: sendsId ? { 'Last-Event-ID': id } : {},
    }),
  };
}

/**
 * What a response means for the stream (WHATWG HTML §9.2.2).
 *
 * @throws {StatusError} for a status that no later connection would mend.
 * @throws {DecodeError} `ERR_EVENT_STREAM` for another media type.
 */
async function answerOf(response: StreamedResponse, now: number): Promise<'events' | 'no-content' | Ended> {
  const { method, url, status, mediaType, connection, reason, headers, history } = response;
  if (status === 200 && mediaType === TYPE) return 'events';
  await response.dispose();
  if (status === 204) return 'no-content';
  if (status === 200) {
    const type = headers.get('content-type');
    const came = type === null ? 'it has no Content-Type' : `its Content-Type is ${JSON.stringify(type)}`;
    const message = `Cannot read ${method} ${url} as a stream of events: ${came}, and it has to be ${TYPE}`;
    throw new DecodeError(message, { code: 'ERR_EVENT_STREAM', phase: 'head', method, url, connection });
  }
  const error = new StatusError({ method, url, connection, status, reason, fields: headers }, response, history);
  if (!isPassing(status)) throw error;
  const retryAfter = headers.get('retry-after');
  // None counts beyond what a Retry would wait.
  const wait = retryAfter === null ? 0 : Math.min(retryAfterWait(retryAfter, now) ?? 0, Retry.DEFAULT.retryAfterMax);
  return { error, wait };
}

function checkId(value: string): void {
  if (typeof value === 'string' && !/[\0\r\n]/.test(value)) return;
  throw invalidOption('lastEventId', value, 'give the id of an event');
}
