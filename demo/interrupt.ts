// Ctrl-C: the first stops the job, a later one ends the process. npm passes on to its script the SIGINT that the
// terminal has already delivered to it, so one press may arrive twice: what comes at once after the first is its echo.

import { EXIT } from './exit-code.ts';

const ECHO_MS = 300;

/**
 * What a SIGINT asks for.
 *
 * @param sinceFirst Milliseconds since the first one; null if this is it.
 */
export function answerToInterrupt(sinceFirst: number | null): 'stop' | 'ignore' | 'quit' {
  if (sinceFirst === null) return 'stop';
  return sinceFirst < ECHO_MS ? 'ignore' : 'quit';
}

/** A signal that the first Ctrl-C aborts. */
export function interruptSignal(): AbortSignal {
  const controller = new AbortController();
  let first: number | null = null;
  process.on('SIGINT', () => {
    const now = performance.now();
    const answer = answerToInterrupt(first === null ? null : now - first);
    first ??= now;
    if (answer === 'stop') controller.abort();
    if (answer === 'quit') process.exit(EXIT.interrupted);
  });
  return controller.signal;
}
