// Opens one transport to an origin: look the name up, connect to its addresses one after the other until one answers,
// speak TLS with it where the scheme says so. It tells each step's start and end, and can be given up at any moment.

import type { Socket } from 'node:net';
import { connect, isIP } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { HTTPError } from '../errors/http-error.ts';
import type { Origin } from '../message/origin.ts';
import { originText } from '../message/origin.ts';
import { IGNORED, type Transport } from '../message/transport.ts';
import type { TraceListener } from '../trace/trace-event.ts';
import type { Clock } from '../util/clock.ts';
import { identityError } from './identity.ts';
import { endpoint, knownAddresses, type LookupOptions, lookUp } from './name-lookup.ts';
import { connectError, lookupError, tlsError } from './network-error.ts';
import { SocketTransport } from './socket-transport.ts';
import type { TLSSettings } from './tls-settings.ts';

/** After how long a silence the kernel asks whether the peer is still there, in ms. */
const KEEP_ALIVE_PROBE_MS = 60_000;

/** Where to, and how. */
export interface DialTarget extends LookupOptions {
  readonly origin: Origin;
  /** Null for plain TCP. */
  readonly tls: TLSSettings | null;
}

export interface DialContext {
  /** The id that the connection will have. */
  readonly connection: number;
  readonly clock: Clock;
  readonly trace: TraceListener | null;
}

/** Exactly one of the two is called, later than the dial's constructor, unless `abandon()` came before. */
export interface DialHandler {
  onOpen(transport: Transport, resumed: boolean): void;
  onError(error: HTTPError): void;
}

/** A transport that is being opened. */
export interface PendingTransport {
  /** What it is doing, for the message of a timeout. */
  readonly doing: string;
  /** Gives it up: no callback follows. `error` is what its open steps end with. */
  abandon(error: HTTPError): void;
}

/** How a transport is opened. */
export type OpenTransport = (target: DialTarget, context: DialContext, handler: DialHandler) => PendingTransport;

/** Over the network. */
export const openTransport: OpenTransport = (target, context, handler) => new TransportDial(target, context, handler);

type Step =
  | { readonly is: 'resolving' }
  | { readonly is: 'connecting' | 'securing'; readonly socket: Socket; readonly at: string }
  | { readonly is: 'over' };

/** One dial under way. */
export class TransportDial implements PendingTransport {
  readonly #target: DialTarget;
  readonly #context: DialContext;
  readonly #handler: DialHandler;
  #step: Step = { is: 'resolving' };
  #addresses: readonly string[] = [];
  #next = 0;

  constructor(target: DialTarget, context: DialContext, handler: DialHandler) {
    this.#target = target;
    this.#context = context;
    this.#handler = handler;
    const known = knownAddresses(target.origin, target.resolve);
    if (known !== null) {
      this.#addresses = known;
      this.#connectToNext(null);
    } else {
      this.#lookUp();
    }
  }

  get doing(): string {
    switch (this.#step.is) {
      case 'resolving':
        return `looking up "${this.#target.origin.host}"`;
      case 'connecting':
        return `connecting to ${this.#step.at}`;
      case 'securing':
        return `in the TLS handshake with ${this.#step.at}`;
      default:
        return 'done';
    }
  }

  abandon(error: HTTPError): void {
    const step = this.#step;
    this.#step = { is: 'over' };
    if (step.is === 'resolving') this.#traceDnsEnd([], error);
    if (step.is === 'connecting') this.#traceConnectEnd(step.at, error);
    if (step.is === 'securing') this.#traceTlsEnd(step.at, null, false, error);
    if (step.is === 'connecting' || step.is === 'securing') step.socket.destroy();
  }

  #lookUp(): void {
    const { origin, lookup } = this.#target;
    const { trace, clock, connection } = this.#context;
    trace?.({ type: 'dns-start', at: clock.now(), connection, origin: originText(origin), host: origin.host });
    let answered = false;
    const onAnswer = (cause: Error | null, addresses: readonly string[]): void => {
      if (answered || this.#step.is !== 'resolving') return;
      answered = true;
      const error = cause === null ? null : lookupError(origin, cause);
      this.#traceDnsEnd(addresses, error);
      if (error !== null) {
        this.#fail(error);
        return;
      }
      this.#addresses = addresses;
      this.#connectToNext(null);
    };
    try {
      lookUp(origin, lookup, onAnswer);
    } catch (cause) {
      queueMicrotask(() => onAnswer(cause instanceof Error ? cause : new Error(String(cause)), []));
    }
  }

  #connectToNext(lastError: HTTPError | null): void {
    const address = this.#addresses[this.#next++];
    if (address === undefined) {
      this.#fail(lastError ?? lookupError(this.#target.origin, new Error('no address')));
      return;
    }
    const { origin, tls } = this.#target;
    const at = endpoint(address, origin.port);
    const transport = new SocketTransport();
    const options = { host: address, port: origin.port, allowHalfOpen: true, onread: transport.onread };
    const socket = tls === null ? connect(options) : this.#connectSecurely(options, tls, transport);
    this.#step = { is: 'connecting', socket, at };
    const { trace, clock, connection } = this.#context;
    trace?.({ type: 'connect-start', at: clock.now(), connection, origin: originText(origin), address: at });
    transport.attach(socket, at);
    transport.handler = {
      ...IGNORED,
      // A peer that ends during the handshake is no error of the socket's where half-open is allowed.
      onEnd: () => this.#onError(socket, closedEarly()),
      onClose: (cause) => this.#onError(socket, cause ?? closedEarly()),
    };
    socket.once('connect', () => this.#onConnect(socket, transport));
  }

  #connectSecurely(options: object, tls: TLSSettings, transport: SocketTransport): TLSSocket {
    const { connect: connectTLS } = process.getBuiltinModule('node:tls');
    const host = tls.servername ?? this.#target.origin.host;
    const socket = connectTLS({
      ...options,
      servername: isIP(host) === 0 ? host : '', // an address is no server name (RFC 6066 §3)
      secureContext: tls.context,
      rejectUnauthorized: tls.rejectUnauthorized,
      checkServerIdentity: (_name: string, certificate) => identityError(host, certificate),
      ALPNProtocols: ['http/1.1'],
      ...(tls.session === null ? {} : { session: tls.session }),
    });
    socket.on('session', (session) => {
      tls.session = session;
    });
    socket.once('secureConnect', () => this.#onSecure(socket, transport));
    return socket;
  }

  #onConnect(socket: Socket, transport: SocketTransport): void {
    const step = this.#step;
    if (step.is !== 'connecting' || step.socket !== socket) return;
    socket.setNoDelay(true);
    socket.setKeepAlive(true, KEEP_ALIVE_PROBE_MS);
    this.#traceConnectEnd(step.at, null);
    if (this.#target.tls === null) {
      this.#open(transport, false);
      return;
    }
    this.#step = { is: 'securing', socket, at: step.at };
    const { trace, clock, connection } = this.#context;
    const origin = originText(this.#target.origin);
    trace?.({ type: 'tls-start', at: clock.now(), connection, origin, address: step.at });
  }

  #onSecure(socket: TLSSocket, transport: SocketTransport): void {
    const step = this.#step;
    if (step.is !== 'securing' || step.socket !== socket) return;
    const resumed = socket.isSessionReused();
    this.#traceTlsEnd(step.at, socket.getProtocol(), resumed, null);
    this.#open(transport, resumed);
  }

  #onError(socket: Socket, cause: Error): void {
    const step = this.#step;
    if ((step.is !== 'connecting' && step.is !== 'securing') || step.socket !== socket) return;
    const { origin, tls } = this.#target;
    socket.destroy();
    if (step.is === 'connecting') {
      const error = connectError(origin, step.at, cause);
      this.#traceConnectEnd(step.at, error);
      this.#connectToNext(error);
      return;
    }
    const error = tlsError(origin, step.at, cause);
    if (tls !== null) tls.session = null;
    this.#traceTlsEnd(step.at, null, false, error);
    this.#fail(error);
  }

  #open(transport: Transport, resumed: boolean): void {
    this.#step = { is: 'over' };
    this.#handler.onOpen(transport, resumed);
  }

  #fail(error: HTTPError): void {
    this.#step = { is: 'over' };
    this.#handler.onError(error);
  }

  #traceDnsEnd(addresses: readonly string[], error: HTTPError | null): void {
    const { trace, clock, connection } = this.#context;
    if (trace === null) return;
    const origin = originText(this.#target.origin);
    trace({ type: 'dns-end', at: clock.now(), connection, origin, addresses, error });
  }

  #traceConnectEnd(address: string, error: HTTPError | null): void {
    const { trace, clock, connection } = this.#context;
    if (trace === null) return;
    const origin = originText(this.#target.origin);
    trace({ type: 'connect-end', at: clock.now(), connection, origin, address, error });
  }

  #traceTlsEnd(address: string, protocol: string | null, resumed: boolean, error: HTTPError | null): void {
    const { trace, clock, connection } = this.#context;
    if (trace === null) return;
    const origin = originText(this.#target.origin);
    trace({ type: 'tls-end', at: clock.now(), connection, origin, address, protocol, resumed, error });
  }
}

function closedEarly(): Error {
  return Object.assign(new Error('it closed the connection'), { code: 'ECONNRESET' });
}
