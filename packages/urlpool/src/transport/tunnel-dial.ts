// Opens a transport through a proxy: connects to the proxy, has it open a tunnel, and speaks TLS with the origin through
// that where the scheme says so.

import { isIP } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { HTTPError } from '../errors/http-error.ts';
import { ProxyError } from '../errors/proxy-error.ts';
import { originText } from '../message/origin.ts';
import { IGNORED } from '../message/transport.ts';
import { TunnelFault, type TunnelTalk } from '../route/tunnel-talk.ts';
import { endpoint, knownAddresses } from './name-lookup.ts';
import { codeOf, lookupError, tlsError } from './network-error.ts';
import { proxyUnreached } from './proxy-unreached.ts';
import { SocketTransport } from './socket-transport.ts';
import { connectTLS, handshakeOf } from './tls-connect.ts';
import { isTLSFault } from './tls-failure.ts';
import {
  allowedOf,
  closedEarly,
  type DialContext,
  type DialHandler,
  type DialTarget,
  hold,
  type PendingTransport,
  TransportDial,
  type TunnelRoute,
} from './transport-dial.ts';

type Step =
  | { readonly is: 'resolving' }
  | { readonly is: 'reaching'; readonly dial: PendingTransport; readonly talk: TunnelTalk }
  | { readonly is: 'asking'; readonly transport: SocketTransport; readonly talk: TunnelTalk }
  | { readonly is: 'securing'; readonly socket: TLSSocket; readonly at: string }
  /** No address can be used: that is told in a moment. */
  | { readonly is: 'refused' }
  /** One step has ended, the next has not begun: a listener is told, and may give all of it up. */
  | { readonly is: 'between' }
  | { readonly is: 'over' };

export class TunnelDial implements PendingTransport {
  readonly #target: DialTarget;
  readonly #route: TunnelRoute;
  readonly #context: DialContext;
  readonly #handler: DialHandler;
  #step: Step;
  /** Addresses that the proxy has not been asked for yet. */
  #others: readonly string[] = [];
  /** Says that the addresses are not waited for any more. */
  #stopAsking: (() => void) | null = null;
  #isRefd = true;
  /** Why it was given up. */
  #givenUp: HTTPError | null = null;

  constructor(target: DialTarget, route: TunnelRoute, context: DialContext, handler: DialHandler) {
    this.#target = target;
    this.#route = route;
    this.#context = context;
    this.#handler = handler;
    this.#step = { is: 'resolving' };
    const { origin, resolve } = target;
    const known = knownAddresses(origin, resolve);
    if (known !== null) this.#reachAllowed(known);
    else if (route.looksUp || target.guard !== null) this.#lookUp();
    else this.#reach(origin.host);
  }

  get doing(): string {
    const { text } = this.#route;
    switch (this.#step.is) {
      case 'resolving':
        return `looking up "${this.#target.origin.host}"`;
      case 'reaching':
        return `${this.#step.dial.doing}, the proxy ${text}`;
      case 'asking':
        return `waiting for the proxy ${text} to open a tunnel`;
      case 'securing':
        return `in the TLS handshake through the proxy ${text}`;
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
    this.#givenUp = error;
    this.#stopAsking?.();
    if (step.is === 'resolving') this.#context.trace.dnsEnd([], error);
    if (step.is === 'reaching') step.dial.abandon(error);
    if (step.is === 'asking') {
      this.#context.trace.proxyEnd(this.#route.text, error);
      step.transport.destroy();
    }
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
    if (step.is === 'reaching') hold(step.dial, isRefd);
    if (step.is === 'asking') hold(step.transport, isRefd);
    if (step.is === 'securing') hold(step.socket, isRefd);
  }

  #lookUp(): void {
    const { origin, names } = this.#target;
    this.#context.trace.dnsStart(origin.host);
    this.#stopAsking = names.ask(origin.host, (cause, addresses, isWhole) => {
      if (this.#step.is !== 'resolving') return;
      // Those that cannot be used may not be all there are.
      if (!isWhole && this.#allowed(addresses) instanceof HTTPError) return;
      const error = cause === null ? null : lookupError(origin, cause);
      this.#step = { is: 'between' };
      this.#context.trace.dnsEnd(addresses, error);
      if (this.#isOver) return;
      if (error === null) this.#reachAllowed(addresses);
      else this.#fail(error);
    });
  }

  /** Those of the addresses that the guard lets pass and that the proxy can be told, or the error where there is none. */
  #allowed(addresses: readonly string[]): readonly string[] | HTTPError {
    const allowed = allowedOf(addresses, this.#target);
    if (allowed instanceof HTTPError || !this.#route.isOfIPv4) return allowed;
    const known = allowed.filter((address) => isIP(address) !== 6);
    return known.length > 0 ? known : this.#refusal(new TunnelFault('refused', 'SOCKS4 knows no IPv6 address'));
  }

  /** Has the proxy connect to the first address that can be used. */
  #reachAllowed(addresses: readonly string[]): void {
    const allowed = this.#allowed(addresses);
    if (!(allowed instanceof HTTPError)) {
      const [first = this.#target.origin.host, ...others] = allowed;
      this.#others = others;
      this.#reach(first);
      return;
    }
    this.#step = { is: 'refused' };
    queueMicrotask(() => {
      if (this.#step.is === 'refused') this.#fail(allowed);
    });
  }

  /** @param host What the proxy is told: a name, or an address. */
  #reach(host: string): void {
    this.#reachFor(this.#route.talk({ host, port: this.#target.origin.port }));
  }

  #reachFor(talk: TunnelTalk): void {
    const { hop } = this.#route;
    const dial = new TransportDial(hop, this.#context, {
      onOpen: (transport) => this.#onReached(transport as SocketTransport, talk),
      onError: (error) => this.#fail(proxyUnreached(error, hop, originText(this.#target.origin))),
    });
    // What it has told as it began may have had all of it given up.
    if (this.#givenUp !== null) {
      dial.abandon(this.#givenUp);
      return;
    }
    this.#step = { is: 'reaching', dial, talk };
    if (!this.#isRefd) dial.unref();
  }

  #onReached(transport: SocketTransport, talk: TunnelTalk): void {
    this.#step = { is: 'asking', transport, talk };
    this.#context.trace.proxyStart(this.#route.text);
    if (this.#isOver) return;
    const onClose = (cause: Error | null): void => this.#onClosed(cause ?? closedEarly());
    transport.handler = {
      ...IGNORED,
      onData: (bytes, length) => this.#onAnswer(Buffer.from(bytes.subarray(0, length))),
      onEnd: () => onClose(null),
      onClose,
    };
    this.#say(transport, () => talk.begin());
  }

  #onAnswer(bytes: Buffer): void {
    const step = this.#step;
    if (step.is !== 'asking') return;
    try {
      const next = step.talk.read(bytes);
      if (next.is === 'say') this.#say(step.transport, () => next.bytes);
      if (next.is === 'anew') this.#startAnew(new TunnelFault('auth', 'it asks for other credentials'));
      if (next.is === 'open') this.#onOpen(step.transport, next.rest);
    } catch (fault) {
      this.#onRefused(errorFrom(fault));
    }
  }

  #onClosed(cause: Error): void {
    if (this.#step.is === 'asking' && this.#step.talk.mayStartAnew) this.#startAnew(cause);
    else this.#onRefused(cause);
  }

  /** The proxy has to be asked again, and not on this connection. */
  #startAnew(cause: Error): void {
    const step = this.#step;
    if (step.is !== 'asking') return;
    step.transport.handler = IGNORED;
    step.transport.destroy();
    this.#step = { is: 'between' };
    this.#context.trace.proxyEnd(this.#route.text, this.#refusal(cause));
    if (!this.#isOver) this.#reachFor(step.talk);
  }

  #say(transport: SocketTransport, bytes: () => Buffer): void {
    try {
      transport.write(bytes());
    } catch (fault) {
      queueMicrotask(() => this.#onRefused(errorFrom(fault)));
    }
  }

  #onOpen(transport: SocketTransport, rest: Buffer): void {
    // A server speaks when it is spoken to: what comes before is the proxy's, or an attacker's.
    if (rest.length > 0) {
      this.#onRefused(new TunnelFault('protocol', 'it sent more than its answer'));
      return;
    }
    this.#step = { is: 'between' };
    this.#context.trace.proxyEnd(this.#route.text, null);
    if (this.#isOver) {
      transport.destroy();
      return;
    }
    const { tls, origin } = this.#target;
    if (tls === null) {
      this.#open(transport, false);
      return;
    }
    const at = transport.address;
    const socket = connectTLS({ socket: transport.detach() }, tls, origin.host);
    if (!this.#isRefd) socket.unref();
    this.#step = { is: 'securing', socket, at };
    this.#context.trace.tlsStart(at);
    const secured = new SocketTransport();
    secured.attachPushing(socket, at);
    const onClose = (cause: Error | null): void => this.#onTLSError(socket, cause ?? closedEarly());
    secured.handler = { ...IGNORED, onEnd: () => onClose(null), onClose };
    socket.once('secureConnect', () => this.#onSecure(socket, secured));
  }

  #onSecure(socket: TLSSocket, transport: SocketTransport): void {
    const step = this.#step;
    // One whose certificate is not accepted is destroyed by now.
    if (step.is !== 'securing' || socket.destroyed) return;
    const resumed = socket.isSessionReused();
    this.#step = { is: 'between' };
    this.#context.trace.tlsEnd(step.at, socket, null);
    if (this.#isOver) socket.destroy();
    else this.#open(transport, resumed);
  }

  #onRefused(cause: Error): void {
    const step = this.#step;
    if (step.is !== 'asking') return;
    step.transport.handler = IGNORED;
    step.transport.destroy();
    const error = this.#refusal(cause);
    this.#step = { is: 'between' };
    this.#context.trace.proxyEnd(this.#route.text, error);
    if (!this.#isOver) this.#reachNext(cause, error);
  }

  /** Where the proxy cannot connect to an address, it is asked for the next one. */
  #reachNext(cause: Error, error: HTTPError): void {
    const [next, ...others] = this.#others;
    if (next === undefined || !isOfAddress(cause)) {
      this.#fail(error);
      return;
    }
    this.#others = others;
    this.#reach(next);
  }

  #onTLSError(socket: TLSSocket, cause: Error): void {
    const step = this.#step;
    if (step.is !== 'securing') return;
    const { origin, tls } = this.#target;
    socket.destroy();
    const at = `${step.at}, the proxy ${this.#route.text}`;
    const error = tlsError(origin, at, cause, handshakeOf(socket, tls));
    tls?.tickets.clear();
    this.#step = { is: 'between' };
    this.#context.trace.tlsEnd(step.at, null, error);
    if (!this.#isOver) this.#fail(error);
  }

  #refusal(cause: Error): HTTPError {
    const { hop } = this.#route;
    if (isTLSFault(cause)) {
      // In TLS 1.3 the proxy says only after the handshake that it wants another certificate.
      const occasion = { certificate: null, hasClientCertificate: hop.tls?.hasClientCertificate ?? false };
      const at = endpoint(hop.origin.host, hop.origin.port);
      const error = tlsError(hop.origin, at, cause, { ...occasion, prefix: hop.tls?.prefix ?? '' });
      return proxyUnreached(error, hop, originText(this.#target.origin));
    }
    const kind = cause instanceof TunnelFault ? cause.kind : null;
    const isSystems = 'syscall' in cause;
    const broke =
      codeOf(cause) === 'ECONNRESET' ? 'it reset the connection' : `its connection broke (${cause.message})`;
    const why = isSystems ? broke : cause.message;
    const where = `Cannot connect to ${originText(this.#target.origin)} through the proxy ${this.#route.text}`;
    return new ProxyError(`${where}: ${why}`, {
      code: kind === 'auth' ? 'ERR_PROXY_AUTH' : 'ERR_PROXY',
      phase: 'proxy',
      status: cause instanceof TunnelFault ? (cause.answer?.status ?? null) : null,
      cause,
    });
  }

  #open(transport: SocketTransport, resumed: boolean): void {
    this.#step = { is: 'over' };
    this.#handler.onOpen(transport, resumed);
  }

  #fail(error: HTTPError): void {
    this.#step = { is: 'over' };
    this.#handler.onError(error);
  }
}

/** Whether another address may do: SOCKS has no word that is sure to mean it, and HTTP has the statuses of a gateway. */
function isOfAddress(cause: Error): boolean {
  if (!(cause instanceof TunnelFault) || cause.kind !== 'refused') return false;
  return cause.answer === null || cause.answer.status >= 500;
}

/** Nothing that is thrown here may leave the handler of a socket: it would end the process. */
function errorFrom(fault: unknown): Error {
  return fault instanceof Error ? fault : new Error(String(fault));
}
