// What the server with the slow handshake and its client agree on.

/** Length of every answer's body. */
export const ANSWER_BYTES = 2;

/** Answered, not counted. */
export const PRACTICE_PATH = '/practice';

/** Gives the {@link Waits} since it was last asked for. */
export const REPORT_PATH = '/report';

const CALL = '/call/';

/** The path of a request called at this time of the machine's monotonic clock, in ns. */
export function callPath(time: bigint): string {
  return CALL + time;
}

/** The time in a path; null of another path. */
export function callTime(path: string): bigint | null {
  return path.startsWith(CALL) ? BigInt(path.slice(CALL.length)) : null;
}

/** How long requests took from their call to the server, in ms. */
export interface Waits {
  readonly count: number;
  readonly mean: number;
  readonly max: number;
}
