// Readers of a body that can be left at any moment. A generator by itself hears of it only where it has given something and
// is asked for no more: left before its first step it runs nothing, and while it waits for its next one it is not told. Its
// body would hold its connection meanwhile.

/** What a reader reads: it can be left whatever it is doing, which ends a wait for its next piece with an error. */
export type Source = AsyncIterator<Buffer, undefined>;

/**
 * The generator of a reader, which leaves its source at once when it is left.
 *
 * @param read Reads pieces, and leaves them when it ends by itself.
 */
export function leavable<T>(
  pieces: AsyncIterable<Buffer, undefined>,
  read: (pieces: AsyncIterable<Buffer, undefined>) => AsyncGenerator<T, void>,
): AsyncGenerator<T, void> {
  const source: Source = pieces[Symbol.asyncIterator]();
  const reader = read({ [Symbol.asyncIterator]: () => source });
  const leave: AsyncGenerator<T, void>['return'] = reader.return.bind(reader);
  const fail: AsyncGenerator<T, void>['throw'] = reader.throw.bind(reader);
  reader.return = async (value) => {
    await source.return?.();
    return await leave(value);
  };
  reader.throw = async (error) => {
    await source.return?.();
    return await fail(error);
  };
  return reader;
}
