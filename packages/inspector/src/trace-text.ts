// What is held of a trace, as the text of a file: its header, a note of what is missing, its lines.

import { traceLine } from 'urlpool';
import type { EventLog } from './event-log.ts';

/** How many characters are made at once. */
const PIECE = 256 * 1024;

/** The line that stands for lines that are missing, without its line feed. */
export function gapLine(events: number, at: number): string {
  return traceLine({ type: 'gap', at, events }).trimEnd();
}

/** The lines of the log, as pieces of text; what comes while they are taken is not among them. */
export function* traceText(log: EventLog): Generator<string, void, undefined> {
  const end = log.next;
  yield `${log.header}\n`;
  for (let from = 0; from < end; ) {
    const missing = log.missingFrom(from);
    if (missing !== null) {
      yield `${gapLine(missing.events, missing.at)}\n`;
      from = log.first;
    }
    const batch = from < end ? log.read(from, PIECE) : null;
    if (batch === null) return;
    yield `${batch.lines.slice(0, end - from).join('\n')}\n`;
    from = batch.next;
  }
}
