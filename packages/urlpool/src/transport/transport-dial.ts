// Opens one transport to an origin: look the name up, race its addresses, speak TLS with the one that answers first where
// the scheme says so. It tells each step's start and end, and can be given up at any moment.

import { connect, type Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { ConnectError } from '../errors/connect-error.ts';
import { HTTPError } from '../errors/http-error.ts';
import { RequestError } from '../errors/request-error.ts';
import type { Origin } from '../message/origin.ts';
import { originText } from '../message/origin.ts';
import { socketText } from '../message/socket-path.ts';
import { IGNORED, type Transport } from '../message/transport.ts';
import type { Guard } from '../policy/address-guard.ts';
import type { TunnelEnd, TunnelTalk } from '../route/tunnel-talk.ts';
import type { Clock } from '../util/clock.ts';
import { inOrder, type Names } from './address-book.ts';
import { ConnectionRace, type FailedAttempt, type RaceHandler, type Runner } from './connection-race.ts';
import type { DialTrace } from './dial-trace.ts';
import { endpoint, knownAddresses, type LookupFunction, type ResolveMap } from './name-lookup.ts';
import { codeOf, connectError, type FailedEndpoint, lookupError, raceError, tlsError } from './network-error.ts';
import { openingError } from './socket-error.ts';
import { ofFamily, placeOf, type SocketSettings, setOptions } from './socket-options.ts';
import type { SocketTransport } from './socket-transport.ts';
import { connectTLS, handshakeOf } from './tls-connect.ts';
import type { TLSSettings } from './tls-settings.ts';
import { UNSET_OPTIONS } from './unset-options.ts';

/** Where to, and how. */
export interface DialTarget {
  readonly origin: Origin;
  readonly names: Names;
  /** The caller's own, for a connector. */
  readonly lookup: LookupFunction | undefined;
  /** Addresses in place of a look-up, by `host:port`. */
  readonly resolve: ResolveMap | undefined;
  /** Which addresses may be connected to; null for any. */
  readonly guard: Guard | null;
  /** How the socket is opened; of a path no name is looked up. */
  readonly socket: SocketSettings;
  /** Null for plain TCP. */
  readonly tls: TLSSettings | null;
  /** The proxy that opens a tunnel to it; null where it is connected to directly. */
  readonly tunnel: TunnelRoute | null;
  /** As text, where it is a proxy; null for an origin. */
  readonly proxy: string | null;
}

/** A proxy that opens tunnels. */
export interface TunnelRoute {
  /** The proxy as an origin: what to connect to, and whether by TLS. */
  readonly hop: DialTarget;
  /** The proxy as text, without credentials. */
  readonly text: string;
  /** Whether names are looked up here, and the proxy is told addresses. */
  readonly looksUp: boolean;
  /** Whether it can be told no other addresses. */
  readonly isOfIPv4: boolean;
  /** A conversation for one tunnel. */
  talk(end: TunnelEnd): TunnelTalk;
}

export interface DialContext {
  /** The id that the connection will have. */
  readonly connection: number;
  readonly clock: Clock;
  /** Told of its steps. */
  readonly trace: DialTrace;
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
  /**
   * Whether it keeps the process alive: it does at first. A look-up under way, and a TCP handshake, do in any case: Node
   * counts them as work. What a connector does is its own.
   */
  ref(): void;
  unref(): void;
  /** Gives it up: no callback follows. `error` is what its open steps end with. */
  abandon(error: HTTPError): void;
}

/** How a transport is opened. */
export type OpenTransport = (target: DialTarget, context: DialContext, handler: DialHandler) => PendingTransport;

type Step =
  /** `isKnown`: the addresses need no look-up. */
  | { readonly is: 'resolving'; readonly isKnown: boolean }
  | { readonly is: 'connecting'; readonly race: ConnectionRace }
  | { readonly is: 'securing'; readonly socket: Socket; readonly at: string; readonly others: readonly string[] }
  /** The guard lets no address pass: that is told in a moment. */
  | { readonly is: 'refused' }
  /** One step has ended, the next has not begun: a listener is told, and may give all of it up. */
  | { readonly is: 'between' }
  | { readonly is: 'over' };

/** One dial under way. */
export class TransportDial implements PendingTransport {
  readonly #target: DialTarget;
  readonly #context: DialContext;
  readonly #handler: DialHandler;
  #step: Step = { is: 'resolving', isKnown: false };
  /** Says that the addresses are not waited for any more. */
  #stopAsking: (() => void) | null = null;
  /** What failed after it had connected, so that the other addresses were tried. */
  readonly #failedBefore: FailedEndpoint[] = [];
  #isRefd = true;

  constructor(target: DialTarget, context: DialContext, handler: DialHandler) {
    this.#target = target;
    this.#context = context;
    this.#handler = handler;
    const { path } = target.socket;
    const known = path === null ? knownAddresses(target.origin, target.resolve) : [path];
    if (known === null) this.#lookUp();
    else this.#race(inOrder(known));
  }

  get doing(): string {
    switch (this.#step.is) {
      case 'resolving':
        return `looking up "${this.#target.origin.host}"`;
      case 'connecting':
        return this.#connecting(this.#step.race);
      case 'securing':
        return `in the TLS handshake with ${this.#step.at}`;
      default:
        return 'done';
    }
  }

  ref(): void {
    this.#hold(true);
  }

  unref(): void {
    this.#hold(false);
  }

  abandon(error: HTTPError): void {
    const step = this.#step;
    this.#step = { is: 'over' };
    this.#stopAsking?.();
    if (step.is === 'resolving' && !step.isKnown) this.#context.trace.dnsEnd([], error);
    if (step.is === 'connecting') step.race.abandon(error);
    if (step.is === 'securing') {
      this.#context.trace.tlsEnd(step.at, null, error);
      step.socket.destroy();
    }
  }

  /** Whether it was given up, or has told its end. */
  get #isOver(): boolean {
    return this.#step.is === 'over';
  }

  #hold(isRefd: boolean): void {
    this.#isRefd = isRefd;
    const step = this.#step;
    const sockets = step.is === 'connecting' ? step.race.sockets : step.is === 'securing' ? [step.socket] : [];
    for (const socket of sockets) hold(socket, isRefd);
  }

  #lookUp(): void {
    const { origin, names } = this.#target;
    this.#stopAsking = names.ask(origin.host, (cause, addresses, isWhole) => {
      const error = cause === null ? null : lookupError(origin, cause);
      if (this.#step.is === 'resolving') this.#onAddresses(addresses, error, isWhole);
      else if (this.#step.is === 'connecting' && isWhole) this.#addTo(this.#step.race, addresses);
    });
    const isKnown = this.#stopAsking === null;
    this.#step = { is: 'resolving', isKnown };
    if (!isKnown) this.#context.trace.dnsStart(origin.host);
  }

  #onAddresses(addresses: readonly string[], error: HTTPError | null, isWhole: boolean): void {
    // Those that the guard refuses may not be all there are.
    if (!isWhole && allowedOf(addresses, this.#target) instanceof HTTPError) return;
    this.#step = { is: 'between' };
    if (this.#stopAsking !== null) this.#context.trace.dnsEnd(addresses, error);
    if (this.#isOver) return;
    if (error === null) this.#race(addresses, isWhole);
    else this.#fail(error);
  }

  /** Where asking for the others failed, there are none. */
  #addTo(race: ConnectionRace, addresses: readonly string[]): void {
    const allowed = allowedOf(addresses, this.#target);
    race.add(allowed instanceof HTTPError ? [] : allowed);
  }

  #race(given: readonly string[], isWhole: boolean = true): void {
    const target = this.#target;
    const addresses = allowedOf(given, target);
    if (addresses instanceof HTTPError) {
      this.#step = { is: 'refused' };
      queueMicrotask(() => {
        if (this.#step.is === 'refused') this.#fail(addresses);
      });
      return;
    }
    const handler: RaceHandler = {
      connect: (address, transport) => this.#connect(address, transport),
      onStart: (address) => this.#context.trace.connectStart(this.#endpoint(address)),
      onError: (address, cause) => this.#onAttemptError(address, cause),
      onGivenUp: (address, error) => this.#onAttemptGivenUp(address, error),
      onWin: (winner, others) => this.#onConnect(winner, others),
      onFailure: (failed) => this.#fail(raceError(target.origin, [...this.#failedBefore, ...this.#endpoints(failed)])),
    };
    const race = new ConnectionRace(addresses, this.#context.clock, handler, isWhole);
    this.#step = { is: 'connecting', race };
    race.start();
  }

  #connect(address: string, { onread }: SocketTransport): Socket {
    const { origin, tls, socket } = this.#target;
    const place = placeOf(socket, address, origin.port);
    const options = { ...UNSET_OPTIONS, ...place, allowHalfOpen: true, onread };
    const opened = tls === null ? connect(options) : connectTLS(options, tls, origin.host);
    if (!this.#isRefd) hold(opened, false);
    return opened;
  }

  #onAttemptError(address: string, cause: Error): HTTPError {
    const { origin, names, socket } = this.#target;
    names.onFailed(origin.host, address);
    const error = openingError(origin, this.#endpoint(address), socket, cause);
    this.#context.trace.connectEnd(this.#endpoint(address), error);
    return error;
  }

  #onAttemptGivenUp(address: string, error: HTTPError | null): void {
    const { origin, names } = this.#target;
    if (error?.code === 'ERR_TIMEOUT') names.onFailed(origin.host, address);
    this.#context.trace.connectEnd(this.#endpoint(address), error ?? lostError(origin, this.#endpoint(address)));
  }

  #onConnect({ address, socket, transport }: Runner, others: readonly string[]): void {
    if (!this.#isOver) this.#step = { is: 'between' };
    this.#target.names.onConnected(this.#target.origin.host, address);
    setOptions(socket, this.#target.socket);
    this.#context.trace.connectEnd(this.#endpoint(address), null);
    if (this.#isOver) {
      socket.destroy();
      return;
    }
    transport.address = this.#endpoint(address);
    if (this.#target.tls === null) {
      this.#open(transport, false);
      return;
    }
    const at = transport.address;
    this.#step = { is: 'securing', socket, at, others };
    this.#context.trace.tlsStart(at);
    const onClose = (cause: Error | null): void => this.#onTLSError(socket, cause ?? closedEarly());
    transport.handler = { ...IGNORED, onEnd: () => onClose(null), onClose };
    socket.once('secureConnect', () => this.#onSecure(socket as TLSSocket, transport));
  }

  #onSecure(socket: TLSSocket, transport: SocketTransport): void {
    const step = this.#step;
    // One whose certificate is not accepted is destroyed by now.
    if (step.is !== 'securing' || step.socket !== socket || socket.destroyed) return;
    const resumed = socket.isSessionReused();
    this.#step = { is: 'between' };
    this.#context.trace.tlsEnd(step.at, socket, null);
    if (this.#isOver) socket.destroy();
    else this.#open(transport, resumed);
  }

  #onTLSError(socket: Socket, cause: Error): void {
    const step = this.#step;
    if (step.is !== 'securing' || step.socket !== socket) return;
    const { origin, tls } = this.#target;
    socket.destroy();
    const error = tlsError(origin, step.at, cause, handshakeOf(socket, tls));
    tls?.tickets.clear();
    this.#step = { is: 'between' };
    this.#context.trace.tlsEnd(step.at, null, error);
    if (this.#isOver) return;
    // A middlebox or a server that is going down closes in the handshake; a certificate is as wrong everywhere.
    if (codeOf(cause) === 'ECONNRESET' && step.others.length > 0) {
      this.#failedBefore.push({ endpoint: step.at, error: connectError(origin, step.at, cause) });
      this.#race(step.others);
    } else {
      this.#fail(error);
    }
  }

  #endpoint(address: string): string {
    const { socket, origin } = this.#target;
    return socket.path === null ? endpoint(address, origin.port) : socketText(socket.path);
  }

  #endpoints(failed: readonly FailedAttempt[]): FailedEndpoint[] {
    return failed.map(({ address, error }) => ({ endpoint: this.#endpoint(address), error }));
  }

  /** What it is connecting to, and what of that has failed already. */
  #connecting({ running, failures }: ConnectionRace): string {
    const text = `connecting to ${running.map((address) => this.#endpoint(address)).join(', ')}`;
    if (failures.length === 0) return text;
    const failed = this.#endpoints(failures).map(({ endpoint, error }) => `${endpoint}: ${codeOf(error.cause)}`);
    return `${text} (failed: ${failed.join(', ')})`;
  }

  #open(transport: Transport, resumed: boolean): void {
    this.#step = { is: 'over' };
    this.#stopAsking?.();
    this.#handler.onOpen(transport, resumed);
  }

  #fail(error: HTTPError): void {
    this.#step = { is: 'over' };
    this.#handler.onError(error);
  }
}

/** Has something keep the process alive, or not. */
export function hold(held: { ref(): unknown; unref(): unknown }, isRefd: boolean): void {
  if (isRefd) held.ref();
  else held.unref();
}

/** Those of the addresses that the family and the guard let pass, or the error where there is none. */
export function allowedOf(
  given: readonly string[],
  { guard, origin, socket }: DialTarget,
): readonly string[] | HTTPError {
  const addresses = ofFamily(given, socket);
  if ('why' in addresses) {
    const text = `Cannot connect to ${originText(origin)}: ${addresses.why}`;
    return new RequestError(text, { code: 'ERR_ADDRESS_FAMILY', phase: 'connect' });
  }
  if (guard === null) return addresses;
  let why = 'there is no address';
  try {
    const allowed = addresses.filter((address) => {
      const reason = guard(address, origin);
      why = reason ?? why;
      return reason === null;
    });
    if (allowed.length > 0) return allowed;
  } catch (cause) {
    return refusedAddress(
      origin,
      `the guard failed (${cause instanceof Error ? cause.message : String(cause)})`,
      cause,
    );
  }
  return refusedAddress(origin, why);
}

/** It is the caller's own rule: no other attempt would change it. */
function refusedAddress(origin: Origin, why: string, cause?: unknown): HTTPError {
  const text = `Cannot connect to ${originText(origin)}: ${why}; option: guard`;
  return new RequestError(text, { code: 'ERR_ADDRESS_REFUSED', phase: 'connect', cause });
}

/** What the attempts end with that were still under way. */
function lostError(origin: Origin, endpoint: string): HTTPError {
  const text = `The attempt to connect to ${originText(origin)} at ${endpoint} was given up: another address answered first`;
  return new ConnectError(text, { code: 'ERR_CANCELLED', phase: 'connect' });
}

/** What a peer did that closed a connection before its time. */
export function closedEarly(): Error {
  return Object.assign(new Error('it closed the connection'), { code: 'ECONNRESET' });
}
