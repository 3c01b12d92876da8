import type { Names } from './address-book.ts';

/** For what is no host, a socket say: nobody asks, and no answer ever changes. */
export const NO_NAMES: Names = {
  ask: () => null,
  onConnected() {},
  onFailed() {},
  refresh() {},
  watch: () => () => {},
};
