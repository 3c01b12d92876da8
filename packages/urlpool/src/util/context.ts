// Contexts of node:async_hooks. A kept connection belongs to no request, so it must be opened outside the context of the
// one that happened to need it first: else that request's store would live as long as the connection, and everything
// that happens on it would seem to be its doing. What is the user's own, a body's source say, runs in its call's context.

import { AsyncLocalStorage } from 'node:async_hooks';

/** Runs a function in a context: what `AsyncLocalStorage.snapshot()` gives. */
export type Context = <Result>(run: () => Result) => Result;

/** The context in which this library was loaded: as good as none. */
export const outside: Context = AsyncLocalStorage.snapshot();

/** The context of whoever calls this. */
export function currentContext(): Context {
  return AsyncLocalStorage.snapshot();
}
