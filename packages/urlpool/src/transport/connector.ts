// Connections that somebody else opens: a function in place of the network, for tunnels, for what is no TCP, and for
// tests without any network. This file calls it, maps what it fails with, and makes a Transport of the stream it gives.

import type { Duplex } from 'node:stream';
import type { SecureContext } from 'node:tls';
import { ConnectError } from '../errors/connect-error.ts';
import type { HTTPError } from '../errors/http-error.ts';
import { RequestError } from '../errors/request-error.ts';
import { type Origin, originText } from '../message/origin.ts';
import type { Timer } from '../util/clock.ts';
import { holdProcess } from './hold-process.ts';
import { endpoint, type LookupOptions } from './name-lookup.ts';
import { codeOf, connectError, lookupError, tlsError } from './network-error.ts';
import { StreamTransport } from './stream-transport.ts';
import { isTLSFault } from './tls-failure.ts';
import type { CheckServerIdentity } from './tls-options.ts';
import { peerFault } from './tls-peer.ts';
import type { DialContext, DialHandler, DialTarget, OpenTransport, PendingTransport } from './transport-dial.ts';

/** What a connector connects to. */
export interface ConnectorTarget extends Origin {
  /** Scheme, host and port as text, e.g. `https://example.org`. */
  readonly origin: string;
  /** Of an https origin, what `tls.connect()` takes; null for http. */
  readonly tls: ConnectorTLS | null;
  /** The options of the pool, as they were given. */
  readonly lookup: LookupOptions['lookup'];
  readonly resolve: LookupOptions['resolve'];
}

/** The TLS options of a pool, as `tls.connect()` takes them. */
export interface ConnectorTLS {
  /** The name to send and to verify. */
  readonly servername: string;
  readonly rejectUnauthorized: boolean;
  /** Judges names and pins; `tls.connect()` obeys it only where `rejectUnauthorized` is true. */
  readonly checkServerIdentity: CheckServerIdentity;
  /** Made of `ca`, `cert`, `key` and the like, when it is first asked for. */
  readonly secureContext: SecureContext;
}

/**
 * Opens a connection in place of the network. What it gives is spoken HTTP over as it is: for https, TLS is the
 * connector's to speak. Where it fails with an error of Node's (`ECONNREFUSED`, `ENOTFOUND`, a certificate's), the call
 * fails as it would by itself. An error with the code `ERR_CONNECTOR`, thrown here or given to `stream.destroy()`,
 * ends the call at once, whatever its Retry allows.
 *
 * @example
 * const http = new PoolManager({ connector: () => connect('/var/run/docker.sock') });
 * await http.request('GET', 'http://docker/containers/json');
 *
 * @param signal Aborted where the connection is not wanted any more.
 */
export type Connector = (target: ConnectorTarget, signal: AbortSignal) => Duplex | Promise<Duplex>;

/** The code of a connector's own refusal. */
export const CONNECTOR_CODE = 'ERR_CONNECTOR';

/** Opens transports by a connector. */
export function openBy(connector: Connector): OpenTransport {
  return (target, context, handler) => new ConnectorDial(connector, target, context, handler);
}

/** One dial by a connector. */
class ConnectorDial implements PendingTransport {
  readonly #target: DialTarget;
  readonly #context: DialContext;
  readonly #handler: DialHandler;
  readonly #at: string;
  readonly #controller = new AbortController();
  #over = false;
  /** Keeps the process alive, as a socket that connects does: what the connector waits for may not. */
  #hold: Timer | null = null;

  constructor(connector: Connector, target: DialTarget, context: DialContext, handler: DialHandler) {
    this.#target = target;
    this.#context = context;
    this.#handler = handler;
    const { origin } = target;
    this.#at = endpoint(origin.host, origin.port);
    context.trace.connectStart(this.#at);
    this.ref();
    const given = new Promise<unknown>((resolve) => resolve(connector(targetOf(target), this.#controller.signal)));
    given.then(
      (stream) => this.#onStream(stream),
      (reason: unknown) => this.#onError(reason),
    );
  }

  get doing(): string {
    return `waiting for the connector to connect to ${this.#at}`;
  }

  ref(): void {
    if (!this.#over) this.#hold ??= holdProcess(this.#context.clock);
  }

  unref(): void {
    this.#hold?.cancel();
    this.#hold = null;
  }

  abandon(error: HTTPError): void {
    this.#end(error);
    this.#controller.abort(error);
  }

  #onStream(stream: unknown): void {
    const fault = faultOf(stream);
    if (!isDuplex(stream) || fault !== null) {
      if (!this.#over) this.#onError(refusal(`the connector gave ${fault}`));
      return;
    }
    const { remoteAddress, remotePort } = stream as { remoteAddress?: unknown; remotePort?: unknown };
    const isSocket = typeof remoteAddress === 'string' && typeof remotePort === 'number';
    const transport = new StreamTransport(stream, isSocket ? endpoint(remoteAddress, remotePort) : this.#at);
    if (this.#over) {
      transport.destroy();
      return;
    }
    if (stream.destroyed) {
      this.#onError(stream.errored ?? new Error('the connector gave a stream that was destroyed already'));
      return;
    }
    this.#end(null);
    this.#handler.onOpen(transport, false);
  }

  #onError(reason: unknown): void {
    if (this.#over) return;
    const error = errorOf(this.#target.origin, this.#at, reason);
    this.#end(error);
    this.#handler.onError(error);
  }

  #end(error: HTTPError | null): void {
    if (this.#over) return;
    this.#over = true;
    this.unref();
    this.#context.trace.connectEnd(this.#at, error);
  }
}

function targetOf({ origin, tls, lookup, resolve }: DialTarget): ConnectorTarget {
  return {
    ...origin,
    origin: originText(origin),
    lookup,
    resolve,
    tls:
      tls === null
        ? null
        : {
            servername: tls.servername ?? origin.host,
            rejectUnauthorized: tls.rejectUnauthorized,
            checkServerIdentity: (host, certificate) =>
              peerFault(tls, host, { isResumed: false, protocol: null, certificate }) ?? undefined,
            get secureContext() {
              return tls.context;
            },
          },
  };
}

/** What a connector failed with may be anything. */
function errorOf(origin: Origin, at: string, reason: unknown): HTTPError {
  const cause = reason instanceof Error ? reason : new Error(String(reason));
  const code = codeOf(cause);
  if (code === CONNECTOR_CODE) {
    const message = `Cannot connect to ${originText(origin)}: ${cause.message}`;
    return new RequestError(message, { code: CONNECTOR_CODE, phase: 'connect', cause });
  }
  if (code === 'ENOTFOUND' || code === 'ENODATA' || code.startsWith('EAI_')) return lookupError(origin, cause);
  if (isTLSFault(cause)) return tlsError(origin, at, cause);
  // An error of an engine's own layer, where a connector is made of another client.
  return cause instanceof ConnectError ? cause : connectError(origin, at, cause);
}

function refusal(message: string): Error {
  return Object.assign(new Error(message), { code: CONNECTOR_CODE });
}

function isDuplex(stream: unknown): stream is Duplex {
  if (typeof stream !== 'object' || stream === null) return false;
  return ['read', 'write', 'end', 'on', 'destroy'].every((name) => typeof Reflect.get(stream, name) === 'function');
}

/** Why HTTP cannot be spoken over it; null where it can. */
function faultOf(stream: unknown): string | null {
  if (!isDuplex(stream)) {
    const kind = typeof stream === 'object' && stream !== null ? 'an object' : String(stream);
    return `${kind.slice(0, 60)}; give a Duplex of node:stream, or a promise of one`;
  }
  if (stream.readableObjectMode || stream.writableObjectMode) return 'a stream of objects; give one of bytes';
  return stream.readableEncoding === null ? null : 'a stream of text; give one without setEncoding()';
}
