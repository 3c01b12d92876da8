// How a connection was opened: a root span of its own, since a connection belongs to no request, with a child for each step.
// The requests that it serves are linked to it. Names as .NET has them; `proxy tunnel` is of this package.

import {
  type Attributes,
  type Context,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import type { HTTPError, TraceEvent } from 'urlpool';
import type { Instruments } from './instruments.ts';
import { type Peer, peerAttributes, peerOf } from './peer.ts';
import { addressAttributes, type Server, serverAttributes, serverOf } from './server.ts';
import type { Settings } from './settings.ts';

type EventOf<Type extends TraceEvent['type']> = Extract<TraceEvent, { type: Type }>;

/** What happens while a connection is opened. */
export type SetupStep = EventOf<
  'dns-start' | 'dns-end' | 'connect-start' | 'connect-end' | 'tls-start' | 'tls-end' | 'proxy-start' | 'proxy-end'
>;

/** A step under way. */
interface OpenStep {
  readonly span: Span | null;
  readonly startedAt: number;
  /** What it looks up, for a look-up. */
  readonly host: string | null;
}

export class ConnectionSetup {
  readonly #settings: Settings;
  readonly #instruments: Instruments;
  readonly #server: Server;
  readonly #wallOffset: number;
  readonly #span: Span | null;
  readonly #context: Context;
  readonly #steps = new Map<string, OpenStep>();

  /** @param isSilent Whether to make no spans of it. */
  constructor({ at, origin }: EventOf<'dial-start'>, settings: Settings, isSilent: boolean) {
    this.#settings = settings;
    this.#instruments = settings.instruments.get();
    this.#wallOffset = Date.now() - at;
    this.#server = serverOf(origin);
    this.#span = isSilent
      ? null
      : settings.tracer.startSpan(
          `HTTP connection_setup ${hostAndPort(this.#server)}`,
          {
            kind: SpanKind.INTERNAL,
            attributes: serverAttributes(this.#server),
            startTime: this.#wallOffset + at,
          },
          ROOT_CONTEXT,
        );
    this.#context = this.#span === null ? ROOT_CONTEXT : trace.setSpan(ROOT_CONTEXT, this.#span);
  }

  see(event: SetupStep): void {
    switch (event.type) {
      case 'dns-start': {
        const attributes = { 'dns.question.name': event.host };
        this.#begin('dns', `DNS lookup ${event.host}`, { at: event.at, host: event.host, attributes });
        break;
      }
      case 'dns-end': {
        const { at, error, addresses } = event;
        this.#end('dns', { at, error, attributes: error === null ? { 'dns.answers': [...addresses] } : {} });
        break;
      }
      case 'connect-start': {
        const attributes = socketAttributes(peerOf(event.address));
        this.#begin(`connect ${event.address}`, `socket connect ${event.address}`, { at: event.at, attributes });
        break;
      }
      case 'connect-end':
        this.#end(`connect ${event.address}`, event);
        break;
      case 'tls-start': {
        const { address } = this.#server;
        const attributes = { 'server.address': address };
        this.#begin(`tls ${event.address}`, `TLS client handshake ${address}`, { at: event.at, attributes });
        break;
      }
      case 'tls-end': {
        const { at, error, protocol } = event;
        this.#end(`tls ${event.address}`, { at, error, attributes: tlsAttributes(protocol) });
        break;
      }
      case 'proxy-start': {
        const proxy = serverOf(event.proxy);
        const attributes = addressAttributes(proxy);
        this.#begin('proxy', `proxy tunnel ${hostAndPort(proxy)}`, { at: event.at, attributes });
        break;
      }
      case 'proxy-end':
        this.#end('proxy', event);
        break;
      default:
    }
  }

  /** It is open, or never will be. Gives what the requests that it serves are linked to; null for nothing. */
  end({ at, address, error }: EventOf<'dial-end'>): SpanContext | null {
    if (this.#span === null) return null;
    if (address !== null) this.#span.setAttribute('network.peer.address', peerOf(address).address);
    finish(this.#span, error, this.#wallOffset + at);
    const context = this.#span.spanContext();
    return trace.isSpanContextValid(context) ? context : null;
  }

  #begin(
    key: string,
    name: string,
    {
      at,
      attributes,
      host = null,
    }: { readonly at: number; readonly attributes: Attributes; readonly host?: string | null },
  ): void {
    const options = { kind: SpanKind.INTERNAL, attributes, startTime: this.#wallOffset + at };
    const span = this.#span === null ? null : this.#settings.tracer.startSpan(name, options, this.#context);
    this.#steps.set(key, { span, startedAt: at, host });
  }

  #end(
    key: string,
    {
      at,
      error,
      attributes = {},
    }: { readonly at: number; readonly error: HTTPError | null; readonly attributes?: Attributes },
  ): void {
    const step = this.#steps.get(key);
    if (step === undefined) return;
    this.#steps.delete(key);
    if (step.host !== null) {
      const failure = error === null ? {} : { 'error.type': error.code };
      const seconds = Math.max(0, at - step.startedAt) / 1000;
      this.#instruments.dnsLookupDuration.record(seconds, { 'dns.question.name': step.host, ...failure });
    }
    if (step.span === null) return;
    step.span.setAttributes(attributes);
    finish(step.span, error, this.#wallOffset + at);
  }
}

function finish(span: Span, error: HTTPError | null, at: number): void {
  if (error !== null) {
    span.setAttribute('error.type', error.code);
    // What was given up, for another address that answered first say, is no failure.
    if (error.code !== 'ERR_CANCELLED') span.setStatus({ code: SpanStatusCode.ERROR });
  }
  span.end(at);
}

function hostAndPort({ address, port }: Server): string {
  if (port === null) return address;
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

function socketAttributes(peer: Peer): Attributes {
  return {
    ...peerAttributes(peer),
    ...(peer.type === null ? {} : { 'network.type': peer.type }),
    ...(peer.port === null ? { 'network.transport': 'unix' } : {}),
  };
}

/** @param protocol As TLS libraries tell it: `TLSv1.3`. */
function tlsAttributes(protocol: string | null): Attributes {
  const [, name, version] = /^(TLS|SSL)v([\d.]+)$/.exec(protocol ?? '') ?? [];
  if (name === undefined || version === undefined) return {};
  return { 'tls.protocol.name': name.toLowerCase(), 'tls.protocol.version': version };
}
