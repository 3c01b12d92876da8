// Two kinds of error, never mixed: the peer's (it sent what RFC 9112 does not allow, or more than we hold) and our own
// (this library called the codec out of order, or was asked to write what must not be written).

/** The peer's fault. The connection cannot be used any further: where its next message begins is unknown. */
export class PeerFault extends Error {
  override readonly name: string = 'PeerFault';
  readonly kind: 'protocol' | 'incomplete';

  constructor(kind: 'protocol' | 'incomplete', message: string) {
    super(message);
    this.kind = kind;
  }
}

/** The peer sent more than a limit allows. */
export class LimitFault extends Error {
  override readonly name: string = 'LimitFault';
  /** The option that sets it. */
  readonly limit: string;

  constructor(message: string, limit: string) {
    super(message);
    this.limit = limit;
  }
}

/** Our own fault: nothing was written. */
export class LocalFault extends Error {
  override readonly name: string = 'LocalFault';
}

/** Bytes of a peer as they may stand in a message: quoted, control characters visible, short. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}
