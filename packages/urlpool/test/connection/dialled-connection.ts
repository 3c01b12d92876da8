// A connection without a pool around it, and a sink that remembers what it was told.

import type { TestContext } from 'node:test';
import { DEFAULT_LIMITS, systemClock, Timeout, type TraceListener } from 'urlpool';
import { Dial } from '../../src/connection/dial.ts';
import type { Http1Connection } from '../../src/connection/http1-connection.ts';
import { PollGate } from '../../src/connection/poll-gate.ts';
import { LineMemo } from '../../src/http1/line-memo.ts';
import { FieldBlock } from '../../src/message/field-block.ts';
import type { Fields } from '../../src/message/fields.ts';
import type { Head } from '../../src/message/head.ts';
import { originText } from '../../src/message/origin.ts';
import type { Transport } from '../../src/message/transport.ts';
import type { Failure } from '../../src/policy/failure.ts';
import type { WireRequest } from '../../src/request/wire-request.ts';
import type { ResponseSink } from '../../src/response/response-sink.ts';
import { uncached } from '../../src/transport/address-book.ts';
import { USUAL_SOCKET } from '../../src/transport/socket-options.ts';
import { TLSContext, TLSSettings } from '../../src/transport/tls-settings.ts';
import { Alarms } from '../../src/util/alarms.ts';

export interface DialChoices {
  /** Speak TLS, trusting this authority. */
  readonly ca?: string;
  readonly trace?: TraceListener;
}

/** Opens a connection to a port of this machine; it is destroyed after the test. */
export async function dialled(t: TestContext, port: number, { ca, trace }: DialChoices = {}): Promise<Http1Connection> {
  const scheme = ca === undefined ? ('http' as const) : ('https' as const);
  const origin = { scheme, host: ca === undefined ? '127.0.0.1' : 'localhost', port };
  const target = {
    origin,
    tls: ca === undefined ? null : new TLSSettings({}, new TLSContext({ ca })),
    names: uncached(() => {}, systemClock),
    lookup: undefined,
    guard: null,
    socket: USUAL_SOCKET,
    tunnel: null,
    proxy: null,
    resolve: { [`localhost:${port}`]: '127.0.0.1' },
  };
  const settings = {
    origin: originText(origin),
    limits: DEFAULT_LIMITS,
    idleTimeout: 50_000,
    maxRequests: Number.POSITIVE_INFINITY,
    clock: systemClock,
    alarms: new Alarms(systemClock),
    gate: new PollGate(systemClock),
    trace: trace ?? null,
    forward: null,
    isSecure: false,
    lines: new LineMemo(),
  };
  const connection = await new Promise<Http1Connection>((resolve, reject) => {
    new Dial(target, settings, { onConnection: resolve, onDialFailure: reject }).start(5_000);
  });
  t.after(() => connection.destroy('closed'));
  return connection;
}

/** A request without a body. */
export function wireRequest(choices: Partial<WireRequest> = {}): WireRequest {
  const method = choices.method ?? 'GET';
  const target = choices.target ?? '/';
  return {
    method,
    target,
    url: `http://127.0.0.1${target}`,
    fields: new FieldBlock(['Host', '127.0.0.1']),
    body: null,
    trailers: null,
    expectContinue: null,
    onUploadProgress: null,
    repeatable: true,
    upgrade: false,
    timeout: Timeout.DEFAULT,
    trace: null,
    call: 1,
    attempt: 1,
    ...choices,
  };
}

/** What a sink is told last. */
export type SinkEnd =
  | { readonly is: 'end'; readonly trailers: Fields }
  | { readonly is: 'failure'; readonly failure: Failure }
  | { readonly is: 'upgrade'; readonly head: Head; readonly stream: Transport };

export class RecordedSink implements ResponseSink {
  readonly informational: Head[] = [];
  head: Head | null = null;
  readonly pieces: Buffer[] = [];
  /** Everything told, in order. */
  readonly told: string[] = [];
  readonly ended: Promise<SinkEnd>;
  /** Asked after each piece: whether more is wanted now. */
  wantsMore: () => boolean = () => true;
  /** Done at once when the transport is handed over. */
  onStream: (stream: Transport) => void = () => {};
  #end: (end: SinkEnd) => void = () => {};

  constructor() {
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  get body(): Buffer {
    return Buffer.concat(this.pieces);
  }

  onInformational(head: Head): void {
    this.told.push('informational');
    this.informational.push(head);
  }

  onHead(head: Head): void {
    this.told.push('head');
    this.head = head;
  }

  onBody(view: Uint8Array): boolean {
    this.pieces.push(Buffer.from(view));
    return this.wantsMore();
  }

  memory(_left: number): Buffer | null {
    return null;
  }

  onUpgrade(head: Head, stream: Transport): void {
    this.told.push('upgrade');
    this.onStream(stream);
    this.#end({ is: 'upgrade', head, stream });
  }

  onEnd(trailers: Fields): void {
    this.told.push('end');
    this.#end({ is: 'end', trailers });
  }

  onFailure(failure: Failure): void {
    this.told.push('failure');
    this.#end({ is: 'failure', failure });
  }
}
