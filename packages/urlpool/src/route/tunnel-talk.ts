// A conversation with a proxy that opens a tunnel to one host, without a socket: each step takes the bytes that came and
// says what to write next, or that the tunnel is open.

import type { Fields } from '../message/fields.ts';

/** Where a tunnel leads. */
export interface TunnelEnd {
  /** A name, for the proxy to look up, or an IP address without brackets. */
  readonly host: string;
  readonly port: number;
}

/** What follows. */
export type TunnelStep =
  | { readonly is: 'more' }
  | { readonly is: 'say'; readonly bytes: Buffer }
  /** The same is to be begun on a new connection. */
  | { readonly is: 'anew' }
  /** The tunnel is open; `rest` came through it already. */
  | { readonly is: 'open'; readonly rest: Buffer };

export interface TunnelTalk {
  /** Whether, if the proxy closes the connection now, all may be begun on a new one. */
  readonly mayStartAnew: boolean;
  /**
   * What is said first, on a connection.
   *
   * @throws {TunnelFault}
   */
  begin(): Buffer;
  /**
   * Takes in what came.
   *
   * @throws {TunnelFault}
   */
  read(bytes: Buffer): TunnelStep;
}

/** The answer of a proxy over HTTP that opened no tunnel. */
export interface ProxyAnswer {
  readonly status: number;
  readonly reason: string;
  readonly fields: Fields;
}

/** Why a proxy opened no tunnel. */
export class TunnelFault extends Error {
  readonly kind: 'refused' | 'auth' | 'protocol';
  /** Of a proxy that speaks HTTP. */
  readonly answer: ProxyAnswer | null;

  constructor(kind: TunnelFault['kind'], message: string, answer: ProxyAnswer | null = null) {
    super(message);
    this.kind = kind;
    this.answer = answer;
  }
}
