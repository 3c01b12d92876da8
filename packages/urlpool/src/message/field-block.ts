import type { Fields } from './fields.ts';
import { tokenList } from './token-list.ts';

/**
 * The header fields of a request, finished: in wire order, defaults included, without those that frame its body. Most
 * requests of a pool share one, so a codec keeps with it what it made of it.
 */
export class FieldBlock {
  readonly fields: Fields;
  /** The fields as HTTP/1.1 writes them, once a codec has checked and written them. */
  text: string | null = null;
  /** Whether the caller asked, by a Connection field, to close the connection after the exchange. */
  readonly close: boolean;
  /** Whether an Idempotency-Key is among them. */
  readonly hasIdempotencyKey: boolean;
  /** Whether a Proxy-Authorization is among them. */
  readonly hasProxyAuthorization: boolean;

  constructor(fields: Fields) {
    this.fields = fields;
    let close = false;
    let hasIdempotencyKey = false;
    let hasProxyAuthorization = false;
    for (let i = 0; i < fields.length; i += 2) {
      const name = fields[i]?.toLowerCase();
      if (name === 'connection') close ||= tokenList(fields[i + 1] ?? '').includes('close');
      else if (name === 'idempotency-key' || name === 'x-idempotency-key') hasIdempotencyKey = true;
      else if (name === 'proxy-authorization') hasProxyAuthorization = true;
    }
    this.close = close;
    this.hasIdempotencyKey = hasIdempotencyKey;
    this.hasProxyAuthorization = hasProxyAuthorization;
  }

  /** What an origin is sent: Proxy-Authorization is for a proxy alone (RFC 9110 §11.7.2). */
  forOrigin(): FieldBlock {
    if (!this.hasProxyAuthorization) return this;
    const isKept = (i: number): boolean => this.fields[i - (i % 2)]?.toLowerCase() !== 'proxy-authorization';
    return new FieldBlock(this.fields.filter((_, i) => isKept(i)));
  }
}
