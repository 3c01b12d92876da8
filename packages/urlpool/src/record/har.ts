// HAR 1.2 (http://www.softwareishard.com/blog/har-12-spec/) from events: one entry for each attempt of a call, so that
// what was redirected, tried again or replayed can be seen. Bodies are not in it, neither `postData` nor the text of a
// response, and credentials are hidden: so the lists of cookies are empty.

import type { Attempt } from '../errors/attempt.ts';
import type { Timings } from '../errors/timings.ts';
import { type Fields, findField } from '../message/fields.ts';
import { parseIP } from '../message/ip-address.ts';
import type { CallEnd, ExchangeStart, ReceiveStart, TraceEvent } from '../trace/trace-event.ts';
import { VERSION } from '../util/version.ts';
import { type TracedError, traced } from './trace-line.ts';

interface NameValue {
  readonly name: string;
  readonly value: string;
}

/** What a request and a response have in common. */
export interface HARMessage {
  /** Empty for a response that did not come. */
  readonly httpVersion: string;
  /** None: their values are credentials. */
  readonly cookies: readonly NameValue[];
  readonly headers: readonly NameValue[];
  /** Not told: -1. */
  readonly headersSize: number;
  /** In bytes, as it was sent, with its codings, and of a request with what frames its chunks; -1 where nothing was. */
  readonly bodySize: number;
}

/** One request and its response. A request that got no answer has status 0, and says why in `_error`. */
export interface HAREntry {
  readonly startedDateTime: string;
  /** In ms: the sum of the timings. */
  readonly time: number;
  readonly request: HARMessage & {
    readonly method: string;
    readonly url: string;
    readonly queryString: readonly NameValue[];
  };
  readonly response: HARMessage & {
    readonly status: number;
    readonly statusText: string;
    readonly content: { readonly size: number; readonly mimeType: string };
    readonly redirectURL: string;
  };
  readonly cache: Readonly<Record<string, never>>;
  /** In ms; -1 for what did not take place. `connect` holds `ssl`. */
  readonly timings: {
    readonly blocked: number;
    readonly dns: number;
    readonly connect: number;
    readonly ssl: number;
    readonly send: number;
    readonly wait: number;
    readonly receive: number;
  };
  readonly serverIPAddress?: string;
  /** The number of the connection. */
  readonly connection?: string;
  /** Why there is no response, or no whole one. */
  readonly _error?: string;
}

/** An HTTP archive. */
export interface HAR {
  readonly log: {
    readonly version: '1.2';
    readonly creator: { readonly name: string; readonly version: string };
    readonly entries: readonly HAREntry[];
  };
}

/** What is known of an exchange before its call is over. */
interface Exchange {
  readonly start: ExchangeStart;
  head: ReceiveStart | null;
  sentBytes: number;
  bodyBytes: number;
}

interface OpenCall {
  readonly startedAt: number;
  readonly exchanges: Exchange[];
}

/** Gathers entries from events. */
export class HARLog {
  readonly #wallOffset: number;
  readonly #maxEntries: number;
  readonly #open = new Map<number, OpenCall>();
  readonly #entries: HAREntry[] = [];

  /**
   * @param wallOffset The time of day less the events' own time, in ms.
   * @param maxEntries Beyond that the oldest are forgotten.
   */
  constructor(wallOffset: number, maxEntries: number) {
    this.#wallOffset = wallOffset;
    this.#maxEntries = maxEntries;
  }

  see(event: TraceEvent): void {
    switch (event.type) {
      case 'call-start':
        this.#open.set(event.call, { startedAt: event.at, exchanges: [] });
        break;
      case 'exchange-start':
        this.#open.get(event.call)?.exchanges.push({ start: event, head: null, sentBytes: -1, bodyBytes: -1 });
        break;
      case 'send-end':
        this.#update(event, (exchange) => {
          exchange.sentBytes = event.bodyBytes;
        });
        break;
      case 'receive-start':
        this.#update(event, (exchange) => {
          exchange.head = event;
        });
        break;
      case 'receive-end':
        this.#update(event, (exchange) => {
          exchange.bodyBytes = event.bytes;
        });
        break;
      case 'call-end':
        this.#finish(event);
        break;
      default:
    }
  }

  toJSON(): HAR {
    const creator = { name: 'urlpool', version: VERSION };
    return { log: { version: '1.2', creator, entries: [...this.#entries] } };
  }

  #update(
    { call, connection }: { readonly call: number; readonly connection: number },
    change: (exchange: Exchange) => void,
  ): void {
    const exchange = this.#open.get(call)?.exchanges.findLast(({ start }) => start.connection === connection);
    if (exchange !== undefined) change(exchange);
  }

  #finish({ call, attempts, error }: CallEnd): void {
    const open = this.#open.get(call);
    if (open === undefined) return;
    this.#open.delete(call);
    const { startedAt, exchanges } = open;
    for (const attempt of attempts) {
      const { timings } = attempt;
      // A replay has the number of the attempt that it replays, but another connection.
      const exchange = exchanges.find(
        (one) => one.start.attempt === timings.attempt && one.start.connection === timings.connection,
      );
      // What ended the call, an abort say, is not the error of an attempt that another one was to follow.
      const failure = traced(attempt.error ?? (attempt.next === null ? error : null));
      this.#entries.push(entryOf(attempt, exchange ?? null, failure, startedAt + this.#wallOffset));
    }
    if (this.#entries.length > this.#maxEntries) this.#entries.splice(0, this.#entries.length - this.#maxEntries);
  }
}

/** @param calledAt The time of day at which the call began. */
function entryOf(attempt: Attempt, exchange: Exchange | null, failure: TracedError | null, calledAt: number): HAREntry {
  const { method, url, connection } = attempt;
  const timings = timingsOf(attempt.timings);
  const { blocked, dns, connect, send, wait, receive } = timings;
  const time = [blocked, dns, connect, send, wait, receive].reduce((sum, ms) => sum + Math.max(0, ms), 0);
  const head = exchange?.head ?? null;
  const fields = head?.fields ?? [];
  const bodyBytes = exchange?.bodyBytes ?? -1;
  const ip = connection === null ? null : ipOf(connection.address);
  return {
    startedDateTime: new Date(calledAt + attempt.timings.total - time).toISOString(),
    time,
    request: {
      method,
      url,
      queryString: queryOf(url),
      ...message(exchange?.start.fields ?? [], 'HTTP/1.1'),
      bodySize: exchange?.sentBytes ?? -1,
    },
    response: {
      status: head?.status ?? 0,
      statusText: head?.reason ?? '',
      ...message(fields, head === null ? '' : `HTTP/${head.version}`),
      content: { size: Math.max(0, bodyBytes), mimeType: findField(fields, 'content-type') ?? 'x-unknown' },
      redirectURL: findField(fields, 'location') ?? '',
      bodySize: bodyBytes,
    },
    cache: {},
    timings,
    ...(ip === null ? {} : { serverIPAddress: ip }),
    ...(exchange === null ? {} : { connection: String(exchange.start.connection) }),
    ...(failure === null ? {} : { _error: failure.message || failure.name }),
  };
}

/** What opens a connection is all in `connect`: TCP, the tunnel of a proxy, TLS. */
function timingsOf({ queue, dns, connect, proxy, tls, send, wait, receive }: Timings): HAREntry['timings'] {
  const opening = connect + proxy + tls;
  return {
    blocked: queue,
    dns: dns > 0 ? dns : -1,
    connect: opening > 0 ? opening : -1,
    ssl: tls > 0 ? tls : -1,
    send,
    wait,
    receive,
  };
}

function message(fields: Fields, httpVersion: string): Omit<HARMessage, 'bodySize'> {
  const headers: NameValue[] = [];
  for (let i = 0; i < fields.length; i += 2) headers.push({ name: fields[i] ?? '', value: fields[i + 1] ?? '' });
  return { httpVersion, cookies: [], headers, headersSize: -1 };
}

function queryOf(url: string): NameValue[] {
  return URL.canParse(url) ? Array.from(new URL(url).searchParams, ([name, value]) => ({ name, value })) : [];
}

/** The IP address in an address with a port, without brackets; null for a socket's path. */
function ipOf(address: string): string | null {
  const host = address.replace(/:\d+$/, '').replace(/^\[|\]$/g, '');
  return parseIP(host) === null ? null : host;
}
