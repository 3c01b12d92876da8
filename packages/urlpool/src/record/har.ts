// HAR 1.2 (http://www.softwareishard.com/blog/har-12-spec/) from events: one entry for each attempt of a call, so that
// what was redirected, tried again or replayed can be seen. Bodies are not in it, and credentials are hidden.

import type { Attempt } from '../errors/attempt.ts';
import { findField } from '../message/fields.ts';
import type { CallEnd, CallStart, ExchangeEnd, ExchangeStart, ReceiveStart, TraceEvent } from '../trace/trace-event.ts';
import { VERSION } from '../util/version.ts';

interface NameValue {
  readonly name: string;
  readonly value: string;
}

export interface HARMessage {
  readonly httpVersion: string;
  readonly cookies: readonly NameValue[];
  readonly headers: readonly NameValue[];
  /** Not told: -1. */
  readonly headersSize: number;
  /** In bytes, as sent; -1 where it is not known. */
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
  readonly _error?: string;
}

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
  bodyBytes: number;
  end: ExchangeEnd | null;
}

interface OpenCall {
  readonly start: CallStart;
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
        this.#open.set(event.call, { start: event, exchanges: [] });
        break;
      case 'exchange-start':
        this.#open.get(event.call)?.exchanges.push({ start: event, head: null, bodyBytes: -1, end: null });
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
      case 'exchange-end':
        this.#update(event, (exchange) => {
          exchange.end = event;
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

  #finish({ call, attempts }: CallEnd): void {
    const open = this.#open.get(call);
    if (open === undefined) return;
    this.#open.delete(call);
    const { start, exchanges } = open;
    for (const attempt of attempts) {
      const exchange = exchanges.find((one) => one.start.connection === attempt.connection?.id) ?? null;
      if (exchange !== null) exchanges.splice(exchanges.indexOf(exchange), 1);
      this.#entries.push(entryOf(attempt, exchange, start.at + this.#wallOffset));
    }
    if (this.#entries.length > this.#maxEntries) this.#entries.splice(0, this.#entries.length - this.#maxEntries);
  }
}

/** @param calledAt The time of day at which the call began. */
function entryOf(attempt: Attempt, exchange: Exchange | null, calledAt: number): HAREntry {
  const { method, url, connection, error, timings: spent } = attempt;
  const { queue, dns, connect, proxy, tls, send, wait, receive, total } = spent;
  const opening = connect + proxy + tls;
  const time = queue + dns + opening + send + wait + receive;
  const responseFields = exchange?.head?.fields ?? [];
  return {
    startedDateTime: new Date(calledAt + total - time).toISOString(),
    time,
    request: { method, url, queryString: queryOf(url), ...message(exchange?.start.fields ?? [], '1.1'), bodySize: -1 },
    response: {
      status: exchange?.head?.status ?? 0,
      statusText: exchange?.head?.reason ?? '',
      ...message(responseFields, exchange?.head?.version ?? '1.1'),
      content: {
        size: Math.max(0, exchange?.bodyBytes ?? 0),
        mimeType: findField(responseFields, 'content-type') ?? 'x-unknown',
      },
      redirectURL: findField(responseFields, 'location') ?? '',
      bodySize: exchange?.bodyBytes ?? -1,
    },
    cache: {},
    timings: {
      blocked: queue,
      dns: dns > 0 ? dns : -1,
      connect: opening > 0 ? opening : -1,
      ssl: tls > 0 ? tls : -1,
      send,
      wait,
      receive,
    },
    ...(connection === null ? {} : { serverIPAddress: hostOf(connection.address), connection: String(connection.id) }),
    ...(error === null ? {} : { _error: error.message }),
  };
}

function message(fields: readonly string[], version: string): Omit<HARMessage, 'bodySize'> {
  const headers: NameValue[] = [];
  for (let i = 0; i < fields.length; i += 2) headers.push({ name: fields[i] ?? '', value: fields[i + 1] ?? '' });
  return { httpVersion: `HTTP/${version}`, cookies: [], headers, headersSize: -1 };
}

function queryOf(url: string): NameValue[] {
  return URL.canParse(url) ? Array.from(new URL(url).searchParams, ([name, value]) => ({ name, value })) : [];
}

/** An address without its port, and without brackets. */
function hostOf(address: string): string {
  return address.replace(/:\d+$/, '').replace(/^\[|\]$/g, '');
}
