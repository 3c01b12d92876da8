// A job under the inspector: its page is there before the job begins, and stays until Ctrl-C. A Ctrl-C before that ends
// both.

import { once } from 'node:events';
import type { TraceListener } from 'urlpool';
import { EventRelay } from './event-relay.ts';
import { EXIT } from './exit-code.ts';
import type { Screen } from './screen.ts';

/**
 * @param job Is given what must be told of its events; gives its exit code.
 * @returns The exit code.
 */
export async function inspected(
  job: (onEvent: TraceListener) => Promise<number>,
  signal: AbortSignal,
  screen: Screen,
): Promise<number> {
  const { inspect, InspectorError } = await import('urlpool-inspector');
  const relay = new EventRelay();
  try {
    await using inspector = await inspect(relay);
    screen.write([`Inspector, while it runs and after: ${inspector.url}`, '']);
    const code = await job(relay.onEvent);
    if (!signal.aborted) {
      screen.write(['', 'The inspector stays until Ctrl-C.']);
      await once(signal, 'abort');
    }
    return code;
  } catch (error) {
    if (!(error instanceof InspectorError)) throw error;
    screen.complain(error.message);
    return EXIT.failed;
  }
}
