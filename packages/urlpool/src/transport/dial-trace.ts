// The steps of opening one connection: when they began and ended is noted for its timings, and told to whoever listens.

import type { TLSSocket } from 'node:tls';
import type { HTTPError } from '../errors/http-error.ts';
import type { OpeningTimes } from '../trace/opening-times.ts';
import type { TraceListener } from '../trace/trace-event.ts';
import type { Clock } from '../util/clock.ts';

export class DialTrace {
  readonly #times: OpeningTimes;
  readonly #origin: string;
  readonly #clock: Clock;
  readonly #listener: TraceListener | null;

  /** @param origin The origin that it is for, as text. */
  constructor(times: OpeningTimes, origin: string, clock: Clock, listener: TraceListener | null) {
    this.#times = times;
    this.#origin = origin;
    this.#clock = clock;
    this.#listener = listener;
  }

  dnsStart(host: string): void {
    const at = this.#clock.now();
    this.#times.begin('dns', at);
    this.#listener?.({ type: 'dns-start', ...this.#ids(at), host });
  }

  dnsEnd(addresses: readonly string[], error: HTTPError | null): void {
    const at = this.#clock.now();
    this.#times.end('dns', at);
    this.#listener?.({ type: 'dns-end', ...this.#ids(at), addresses, error });
  }

  connectStart(address: string): void {
    const at = this.#clock.now();
    this.#times.begin('connect', at);
    this.#times.addresses.push(address);
    this.#listener?.({ type: 'connect-start', ...this.#ids(at), address });
  }

  connectEnd(address: string, error: HTTPError | null): void {
    const at = this.#clock.now();
    this.#times.end('connect', at);
    this.#listener?.({ type: 'connect-end', ...this.#ids(at), address, error });
  }

  proxyStart(proxy: string): void {
    const at = this.#clock.now();
    this.#times.begin('proxy', at);
    this.#listener?.({ type: 'proxy-start', ...this.#ids(at), proxy });
  }

  proxyEnd(proxy: string, error: HTTPError | null): void {
    const at = this.#clock.now();
    this.#times.end('proxy', at);
    this.#listener?.({ type: 'proxy-end', ...this.#ids(at), proxy, error });
  }

  tlsStart(address: string): void {
    const at = this.#clock.now();
    this.#times.begin('tls', at);
    this.#listener?.({ type: 'tls-start', ...this.#ids(at), address });
  }

  /** @param socket What TLS is spoken on now; null where the handshake failed. */
  tlsEnd(address: string, socket: TLSSocket | null, error: HTTPError | null): void {
    const at = this.#clock.now();
    this.#times.end('tls', at);
    if (this.#listener === null) return;
    const protocol = socket?.getProtocol() ?? null;
    const cipher = socket?.getCipher().standardName ?? null;
    const resumed = socket?.isSessionReused() ?? false;
    this.#listener({ type: 'tls-end', ...this.#ids(at), address, protocol, cipher, resumed, error });
  }

  #ids(at: number) {
    return { at, connection: this.#times.connection, origin: this.#origin };
  }
}
