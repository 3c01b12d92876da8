import type { Clock, Timer } from '../util/clock.ts';
import { outside } from '../util/context.ts';

/** In ms: longer than anybody waits. */
const HOLD_MS = 1_000_000_000;

/** Keeps the process alive until it is cancelled, as a socket under way does: what code of the caller's waits for may not do so. */
export function holdProcess(clock: Clock): Timer {
  return outside(() => clock.setTimer(HOLD_MS, () => {}, true));
}
