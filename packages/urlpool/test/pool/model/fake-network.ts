// All connections of a run and those being opened, none of them real. It sees what is open at any moment, whatever the
// library believes, and delivers what servers sent when it is told to.

import type { HTTPError } from '../../../src/errors/http-error.ts';
import { type Origin, originText } from '../../../src/message/origin.ts';
import { connectError } from '../../../src/transport/network-error.ts';
import type { DialHandler, OpenTransport } from '../../../src/transport/transport-dial.ts';
import { FakeTransport } from './fake-transport.ts';
import type { SeenRequest, TransportSurroundings } from './transport-surroundings.ts';

/** A connection that is being opened, until the test lets it succeed or fail. */
export interface FakeDial {
  readonly connection: number;
  readonly origin: Origin;
  readonly handler: DialHandler;
}

/** What a network tells. */
export interface NetworkEvents {
  now(): number;
  /** One more is being opened. */
  onDial(origin: string): void;
  onFault(fault: string): void;
}

export class FakeNetwork implements TransportSurroundings {
  /** Being opened, the oldest first. */
  readonly dials: FakeDial[] = [];
  /** Open as far as the client knows, the oldest first. */
  readonly transports: FakeTransport[] = [];
  /** Every connection that ever was. */
  readonly all = new Map<number, FakeTransport>();
  /** Origins to which a dial has failed. */
  readonly failed = new Set<string>();
  /** Turns of the event loop so far. */
  turns = 0;
  readonly #events: NetworkEvents;
  /** Requests that must not be sent twice, by where they were sent and for what. */
  readonly #posts = new Map<string, SeenRequest>();
  /** Closed by the client, which has not been told of it yet. */
  #closing: FakeTransport[] = [];

  constructor(events: NetworkEvents) {
    this.#events = events;
  }

  readonly open: OpenTransport = ({ origin }, { connection }, handler) => {
    const dial: FakeDial = { connection, origin, handler };
    this.dials.push(dial);
    this.#events.onDial(originText(origin));
    return {
      doing: 'connecting to nowhere',
      ref() {},
      unref() {},
      abandon: (_error: HTTPError) => {
        if (!this.#takeOut(dial)) this.#events.onFault(`dial ${connection} was given up after it was over`);
      },
    };
  };

  /** Connections and dials. */
  get used(): number {
    return this.transports.length + this.dials.length;
  }

  /** Connections and dials of one origin. */
  usedBy(origin: string): number {
    const open = this.transports.filter((transport) => transport.origin === origin).length;
    return open + this.dials.filter((dial) => originText(dial.origin) === origin).length;
  }

  succeed(dial: FakeDial): void {
    if (!this.#takeOut(dial)) return;
    const { connection } = dial;
    const transport = new FakeTransport(connection, originText(dial.origin), this);
    this.transports.push(transport);
    this.all.set(connection, transport);
    dial.handler.onOpen(transport, false);
  }

  fail(dial: FakeDial): void {
    if (!this.#takeOut(dial)) return;
    this.failed.add(originText(dial.origin));
    const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    dial.handler.onError(connectError(dial.origin, '192.0.2.1:80', refused));
  }

  /**
   * Delivers what has come, as an event loop's poll phase does: one thing after the other, the microtasks in between.
   *
   * @param from With which connection it begins.
   */
  async poll(from: number, rest: () => Promise<void>): Promise<void> {
    const closing = this.#closing;
    this.#closing = [];
    for (const transport of closing) {
      transport.buried = true;
      transport.handler.onClose(null);
    }
    const { length } = this.transports;
    const transports = this.transports.map((_, i) => this.transports[(from + i) % length]);
    for (const transport of transports) {
      while (transport?.hasNews) {
        transport.deliver();
        await rest();
      }
    }
  }

  // As its connections see it.

  now(): number {
    return this.#events.now();
  }

  onRequest({ origin, connection }: FakeTransport, request: SeenRequest): void {
    if (request.method !== 'POST') return;
    const key = `${origin}${request.target}`;
    const before = this.#posts.get(key);
    if (before?.answered === false) this.onFault(`POST ${key} was sent again, on connection ${connection}`);
    this.#posts.set(key, request);
  }

  onGone(transport: FakeTransport, byClient: boolean): void {
    const at = this.transports.indexOf(transport);
    if (at >= 0) this.transports.splice(at, 1);
    if (byClient) this.#closing.push(transport);
  }

  onFault(fault: string): void {
    this.#events.onFault(fault);
  }

  #takeOut(dial: FakeDial): boolean {
    const at = this.dials.indexOf(dial);
    if (at >= 0) this.dials.splice(at, 1);
    return at >= 0;
  }
}
