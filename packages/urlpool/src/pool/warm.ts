// How many connections are opened before anybody asks for one: pure functions of counts. What is warm is free, or on its
// way and promised to nobody.

/** The connections of one pool, counted. */
export interface WarmCounts {
  /** Free connections. */
  readonly idle: number;
  /** Dials under way that nobody waits for. */
  readonly spare: number;
  /** Connections open, busy and idle. */
  readonly open: number;
  /** Dials under way. */
  readonly dialling: number;
  /** Attempts that wait for a connection. */
  readonly waiting: number;
}

export interface WarmLimits {
  /** Connections to have warm. */
  readonly wanted: number;
  /** Connections at once, dials under way included. */
  readonly maxSize: number;
  /** Idle connections to keep. */
  readonly maxIdle: number;
  /** Connections that the manager has room for without closing another. */
  readonly room: number;
  /** Dials that nobody waits for at once. */
  readonly atOnce: number;
}

/** How many dials to start now. Those that wait come first: while one of them has no dial, there is none for warmth. */
export function warmDials(counts: WarmCounts, limits: WarmLimits): number {
  const { idle, spare, open, dialling, waiting } = counts;
  const { wanted, maxSize, maxIdle, room, atOnce } = limits;
  if (waiting > dialling) return 0;
  const lacking = Math.min(wanted, maxIdle, maxSize) - idle - spare;
  const places = Math.min(maxSize - open - dialling, room);
  return Math.max(0, Math.min(lacking, places, atOnce - spare));
}

/** The first pause after a failure, and the longest, in ms: those of gRPC's connection back-off, but for a shorter longest. */
export const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;

/** Pauses are spread by up to a fifth, so that many clients do not come back to a server at one moment. */
const JITTER = 0.2;

/**
 * For how long nothing is opened for warmth, in ms, after so many failures in a row: it doubles with each. `random` is from 0
 * to 1.
 */
export function warmPause(failures: number, random: number): number {
  const pause = Math.min(FIRST_PAUSE_MS * 2 ** (failures - 1), LONGEST_PAUSE_MS);
  return pause * (1 + JITTER * (2 * random - 1));
}

/** How the opening of connections for warmth goes. */
export type WarmState = 'calm' | 'pausing' | 'trying';

/** Dials for warmth at once: none in the pause after a failure, then one, until one has succeeded. */
export const WARM_AT_ONCE: Readonly<Record<WarmState, number>> = {
  calm: Number.POSITIVE_INFINITY,
  pausing: 0,
  trying: 1,
};
