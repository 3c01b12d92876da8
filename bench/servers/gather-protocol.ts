// What the gathering server and its client agree on.

/** Length of every answer's body. */
export const ANSWER_BYTES = 2;

/** Tells how many connections are open, that of the question not counted. */
export const CONNECTIONS_PATH = '/connections';

/** Answered when `count` such requests have come. */
export function gatherPath(count: number): string {
  return `/gather/${count}`;
}
