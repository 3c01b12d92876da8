// The only file that reads time or schedules anything. Everything else takes a Clock, so that tests turn it by hand.

/** A scheduled callback that has not run yet. */
export interface Timer {
  /** Takes the callback back. Does nothing once it has run. */
  cancel(): void;
}

/** Where time comes from. All durations are milliseconds. */
export interface Clock {
  /** Monotonic time, with fractions of a millisecond: for durations and deadlines. */
  now(): number;
  /** Time of day since the Unix epoch: it goes on while the machine is suspended. */
  wallNow(): number;
  /** Runs `callback` once, not before `ms` have passed. Only with `keepAlive` does it keep the process alive. */
  setTimer(ms: number, callback: () => void, keepAlive?: boolean): Timer;
  /**
   * Runs `callback` once in the event loop's next check phase. With `keepAlive` the loop does not block before that;
   * without, the callback runs after whatever poll comes next.
   */
  atNextCheck(callback: () => void, keepAlive: boolean): void;
}

/** The longest delay of Node's timers, 24.8 days; longer ones would fire at once. What takes longer is waited for in steps. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** The process's own clocks. */
export const systemClock: Clock = {
  now: () => performance.now(),
  wallNow: () => Date.now(),
  setTimer(ms, callback, keepAlive = false) {
    let timer: NodeJS.Timeout;
    const wait = (left: number): void => {
      const step = Math.min(Math.max(0, Math.ceil(left)), LONGEST_TIMER);
      timer = setTimeout(left > step ? () => wait(left - step) : callback, step);
      if (!keepAlive) timer.unref();
    };
    wait(ms);
    return { cancel: () => clearTimeout(timer) };
  },
  atNextCheck(callback, keepAlive) {
    const immediate = setImmediate(callback);
    if (!keepAlive) immediate.unref();
  },
};
