import type { Fields } from './fields.ts';

/** The head of a response: its status line and header fields (RFC 9112 §4, §5). */
export interface Head {
  /** As on the wire; a minor version above 1 is still read as 1.1 (RFC 9110 §2.5). */
  readonly version: '1.0' | '1.1' | '2';
  readonly status: number;
  /** Empty where the server gave none. */
  readonly reason: string;
  readonly fields: Fields;
  /** The length of the body in bytes where the head declares it; null where only its end will tell. */
  readonly bodyLength: number | null;
}
