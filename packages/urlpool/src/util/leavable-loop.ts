// Loops that can be left while they wait. A generator by itself hears of it only when what it waits for is over.

/**
 * A generator that is left at once: what it waits for is aborted.
 *
 * @param steps What gives the values.
 * @param left The controller of the signal that ends what `steps` waits for.
 * @param what Its name, for the reason of that signal.
 */
export function leavableLoop<T>(
  steps: AsyncGenerator<T, void>,
  left: AbortController,
  what: string,
): AsyncGenerator<T, void> & AsyncDisposable {
  const leave = (): void => left.abort(new DOMException(`${what} was left`, 'AbortError'));
  const done = { done: true, value: undefined } as const;
  const loop: AsyncGenerator<T, void> & AsyncDisposable = {
    async next() {
      try {
        return await steps.next();
      } catch (error) {
        if (left.signal.aborted) return done;
        throw error;
      }
    },
    async return() {
      leave();
      await steps.return().catch(() => {});
      return done;
    },
    async throw(error) {
      leave();
      await steps.return().catch(() => {});
      throw error;
    },
    async [Symbol.asyncDispose]() {
      await loop.return();
    },
    [Symbol.asyncIterator]: () => loop,
  };
  return loop;
}
