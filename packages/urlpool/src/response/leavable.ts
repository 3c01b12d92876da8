// Readers of a body that can be left at any moment. A generator by itself hears of it only where it has given something and
// is asked for no more: left before its first step it runs nothing, and while it waits for its next one it is not told. Its
// body would hold its connection meanwhile.

/**
 * The generator of a reader, which leaves the pieces at once when it is left: that ends a wait for the next one with an error.
 *
 * @param read Reads pieces, and leaves them when it ends by itself.
 */
export function leavable<T>(
  pieces: AsyncIterable<Buffer, undefined>,
  read: (pieces: AsyncIterable<Buffer, undefined>) => AsyncGenerator<T, void>,
): AsyncGenerator<T, void> {
  const source = pieces[Symbol.asyncIterator]();
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
