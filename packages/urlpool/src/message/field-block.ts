import type { Fields } from './fields.ts';

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

  constructor(fields: Fields, traits: { readonly close?: boolean; readonly hasIdempotencyKey?: boolean } = {}) {
    this.fields = fields;
    this.close = traits.close ?? false;
    this.hasIdempotencyKey = traits.hasIdempotencyKey ?? false;
  }
}
