/**
 * Where the time of a call went, in ms. The phases are those of its last attempt, one after the other; what the attempts
 * before it took, and the waits between them, is in `total` alone. A phase that did not take place is 0.
 */
export interface Timings {
  /** Until it had a connection, apart from the time in which that one was opened. */
  readonly queue: number;
  /** The look-up of the host's name. */
  readonly dns: number;
  /** TCP, from the first address that was tried to the one that answered. */
  readonly connect: number;
  /** Until the proxy had opened a tunnel. */
  readonly proxy: number;
  /** The TLS handshake; that with an https proxy counts too. */
  readonly tls: number;
  /** From the first byte of the request to its last. */
  readonly send: number;
  /** From there to the end of the response's head. */
  readonly wait: number;
  /** From there to the end of the body, or to what has come of it so far. */
  readonly receive: number;
  /** The whole call, from its beginning. */
  readonly total: number;
  /** Whether the connection had served an exchange before. */
  readonly reused: boolean;
  /** The number of the connection, or of the one that could not be opened; null where the attempt had none. */
  readonly connection: number | null;
  /** The addresses that were tried for the connection, in the order of their beginning. */
  readonly addresses: readonly string[];
  /** Which attempt of the call it was, from 1. */
  readonly attempt: number;
}
