import type { Duplex } from 'node:stream';
import type { Transport } from '../message/transport.ts';
import { BaseResponse, type ResponseParts } from './base-response.ts';
import { UpgradedStream } from './upgraded-stream.ts';

/**
 * The answer to a request for another protocol (101, RFC 9110 §7.8) or for a tunnel (2xx to CONNECT, §9.3.6): from here on
 * the connection is its caller's, and no pool's.
 *
 * @example
 * const { stream } = await http.upgrade('http://localhost:8080/chat', { protocol: 'websocket', headers });
 * stream.on('data', (bytes) => console.log(bytes));
 */
export class UpgradedResponse extends BaseResponse {
  /**
   * The connection, both ways. It keeps the process alive until both sides have ended it, or it is destroyed. An error of it
   * that nobody listens to is no uncaught one: 'close' follows, and `errored` holds it.
   */
  readonly stream: Duplex;

  constructor(parts: ResponseParts, transport: Transport) {
    super(parts);
    this.stream = new UpgradedStream(transport);
  }

  /** The protocol that the server chose, in its words; null for a tunnel. */
  get protocol(): string | null {
    return this.headers.get('upgrade');
  }
}
