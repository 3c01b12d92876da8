import type { Duplex } from 'node:stream';

/** From now on the failed writes of a stream are told, and the stream is left as it is. */
export function tellWriteErrors(stream: Duplex, told: (error: Error) => void): void {
  const settle = (done: (error?: Error | null) => void) => (error?: Error | null) => {
    done(null);
    if (error) queueMicrotask(() => told(error));
  };
  const write = stream._write;
  stream._write = (chunk: unknown, encoding, done) => write.call(stream, chunk, encoding, settle(done));
  const writev = stream._writev;
  if (writev) stream._writev = (chunks, done) => writev.call(stream, chunks, settle(done));
}
