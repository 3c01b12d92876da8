// A byte stream to a peer, plain or TLS. The interface stands here so that the codec's users and an upgraded response
// can name it; only transport/ implements it and knows of sockets.

/** What a transport tells its one user. Nothing is called from within a method of the transport. */
export interface TransportHandler {
  /**
   * Bytes came: the first `length` of `bytes`. They are valid during the call only, since every transport of the
   * thread reads into the same memory, save where `readInto()` gave other. After `pause()` one more call may follow.
   */
  onData(bytes: Buffer, length: number): void;
  /** The peer sent FIN: nothing more will come, but it may still read. */
  onEnd(): void;
  /** All that was written has left; after a `write` that returned false. */
  onDrain(): void;
  /** Writing failed; reading goes on, since a response may be on its way. Only after `outliveWriteErrors()`. */
  onWriteError(error: Error): void;
  /** It is gone. `error` is null where it was closed from here or both sides had ended. */
  onClose(error: Error | null): void;
}

/** A connected byte stream. */
export interface Transport {
  /** The peer, e.g. `127.0.0.1:8080` or `[::1]:8080`. */
  readonly address: string;
  readonly bytesIn: number;
  readonly bytesOut: number;
  handler: TransportHandler;
  /** Writes text as latin1, or bytes. False asks to wait for `onDrain`. */
  write(data: string | Uint8Array): boolean;
  /** Collects writes into as few packets as possible until `uncork()`. */
  cork(): void;
  uncork(): void;
  /** Sends FIN once everything is written; reading goes on. */
  end(): void;
  pause(): void;
  resume(): void;
  /** Where the next bytes are read to: memory of the caller's, the shared memory, or (at first) a small part of it. */
  readInto(target: Buffer | 'all' | 'small'): void;
  /** Whether it keeps the process alive. */
  ref(): void;
  unref(): void;
  /** From now on a failed write is told by `onWriteError` and does not close the transport. */
  outliveWriteErrors(): void;
  /** Closes it at once; `onClose` follows. */
  destroy(): void;
}

/** Takes no notice of anything: what a transport has before and after its user. */
export const IGNORED: TransportHandler = {
  onData() {},
  onEnd() {},
  onDrain() {},
  onWriteError() {},
  onClose() {},
};
