// The inspector of a recorded trace.

import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { traceLine } from 'urlpool';
import { openBrowser } from './browser-command.ts';
import { EventLog } from './event-log.ts';
import { invalid, type ServeOptions, serveSettings } from './inspect-options.ts';
import { Inspector } from './inspector.ts';
import { InspectorError } from './inspector-error.ts';
import { InspectorPage } from './inspector-page.ts';
import { InspectorServer } from './inspector-server.ts';
import { readTraceLine, TraceFormatError } from './model/read-trace.ts';
import type { SeenEvent } from './model/seen-event.ts';

/**
 * Serves a page that shows a trace that `recordTrace()` has written, or the page's own download. The whole file is read
 * and checked first, and held in memory.
 *
 * @example
 * const inspector = await inspectTrace('trace.ndjson', { open: true });
 *
 * @throws {InspectorError} `ERR_TRACE_FILE` where it cannot be read or is empty, `ERR_INVALID_OPTION`, `ERR_PORT`, `ERR_PAGE_MISSING`
 * @throws {TraceFormatError} `ERR_TRACE_FORMAT`: which line is wrong, and how. A last line that was cut off is left out.
 */
export async function inspectTrace(path: string, options: ServeOptions = {}): Promise<Inspector> {
  if (typeof path !== 'string' || path === '') throw invalid('path', path, 'give the path of a recorded trace');
  const settings = serveSettings(options);
  const log = await readLog(path);
  const server = await InspectorServer.listen(log, await InspectorPage.load(), settings);
  if (settings.open) openBrowser(server.url);
  return new Inspector(server.url, () => server.close());
}

async function readLog(path: string): Promise<EventLog> {
  let log: EventLog | null = null;
  let number = 0;
  // A line is taken when the next one is there: the last one may have been cut off.
  let bad: TraceFormatError | null = null;
  try {
    for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })) {
      number++;
      if (line.trim() === '') continue;
      if (bad !== null) throw bad;
      const event = read(line, number);
      if (event instanceof TraceFormatError) {
        bad = event;
        continue;
      }
      log ??= new EventLog(event.type === 'trace' ? line : headerFor(event), {
        most: Number.POSITIVE_INFINITY,
        mostCharacters: Number.POSITIVE_INFINITY,
      });
      if (event.type !== 'trace') log.append(line, event.at);
    }
  } catch (error) {
    if (error instanceof TraceFormatError) throw error;
    throw new InspectorError(
      `Cannot read the trace ${JSON.stringify(path)}: ${reasonOf(error)}`,
      'ERR_TRACE_FILE',
      error,
    );
  }
  // Of a cut line something is there before it, and it is no JSON.
  if (bad !== null && (log === null || !bad.isCut)) throw bad;
  if (log === null) {
    throw new InspectorError(`Cannot read the trace ${JSON.stringify(path)}: it is empty`, 'ERR_TRACE_FILE');
  }
  log.end();
  return log;
}

function read(line: string, number: number): SeenEvent | TraceFormatError {
  try {
    return readTraceLine(line, number);
  } catch (error) {
    if (error instanceof TraceFormatError) return error;
    throw error;
  }
}

/** A part of a trace has no header: its times are not known by the time of day then. */
function headerFor({ at }: SeenEvent): string {
  return traceLine({ type: 'gap', at, events: 0 }).trimEnd();
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EISDIR') return 'it is a directory';
  if (code === 'EACCES') return 'this user may not read it';
  return error instanceof Error ? error.message : String(error);
}
