// The sessions that a server has offered to resume (RFC 8446 §4.6.1), of one pool: a resumed handshake costs neither side
// a signature, and no certificate is sent. The newest is taken first, and each but the last is used once: RFC 8446 §C.4
// asks for that, so that nobody on the wire can tell that two connections are one client's. The last is used again rather
// than none: connections of a pool lead from one machine to one origin, and are known by that already. A server that
// takes each ticket once alone does a full handshake instead, which is no fault.

/** OpenSSL's servers send two with a full handshake, and one with a resumed one. */
const MAX_TICKETS = 4;

export class TLSTickets {
  readonly #tickets: Buffer[] = [];

  /** One to resume; null where there is none. */
  take(): Buffer | null {
    const ticket = this.#tickets.length > 1 ? this.#tickets.pop() : this.#tickets[0];
    return ticket ?? null;
  }

  /** A connection whose certificate was accepted has got one. */
  add(ticket: Buffer): void {
    this.#tickets.push(ticket);
    if (this.#tickets.length > MAX_TICKETS) this.#tickets.shift();
  }

  /** A handshake has failed: the next one is a full one. */
  clear(): void {
    this.#tickets.length = 0;
  }
}
