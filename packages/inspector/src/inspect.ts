// The inspector of a running program.

import { createRequire } from 'node:module';
import { performance } from 'node:perf_hooks';
import { recordTrace, type TraceEvent, type TraceSource, traceLine } from 'urlpool';
import { openBrowser } from './browser-command.ts';
import { EventLog } from './event-log.ts';
import { type InspectOptions, inspectSettings, invalid } from './inspect-options.ts';
import { Inspector } from './inspector.ts';
import { InspectorPage } from './inspector-page.ts';
import { InspectorServer } from './inspector-server.ts';

/** By `require`: an import of JSON is still an experiment on Node 20, and warns. */
const manifest: { readonly version: string } = createRequire(import.meta.url)('urlpool/package.json');

/**
 * Serves a page that shows the connections of a PoolManager, a pool or a Session, or of several, and what they carry,
 * while it happens. It is served on 127.0.0.1 alone, and its URL holds a secret. It prints nothing, and keeps the process
 * alive until it is closed, unless `unref` is set.
 *
 * @example
 * const inspector = await inspect(http);
 * console.log(inspector.url);
 * await http.request('GET', 'https://example.org/');
 * await inspector.close();
 *
 * @throws {InspectorError} `ERR_INVALID_OPTION`, `ERR_PORT`, `ERR_PAGE_MISSING`
 */
export async function inspect(
  http: TraceSource | readonly TraceSource[],
  options: InspectOptions = {},
): Promise<Inspector> {
  const settings = inspectSettings(options);
  const source = oneSource(sourcesOf(http));
  const page = await InspectorPage.load();
  const now = performance.now();
  const header = { type: 'trace', version: 1, urlpool: manifest.version, wallTime: Date.now(), at: now } as const;
  const log = new EventLog(lineOf(header), { most: settings.recent });
  const server = await InspectorServer.listen(log, page, settings);
  const ends: (() => void | Promise<void>)[] = [() => server.close()];
  try {
    const recording = settings.trace === null ? null : recordTrace(source, settings.trace);
    if (recording !== null) ends.push(() => recording.close());
    const unsubscribe = source.subscribe((event) => {
      log.append(lineOf(event), event.at);
      server.wake();
    });
    ends.unshift(unsubscribe);
  } catch (error) {
    await server.close(); // a source of another kind, that cannot be listened to
    throw error;
  }
  if (settings.open) openBrowser(server.url);
  return new Inspector(server.url, async () => {
    for (const end of ends) await end();
  });
}

function lineOf(event: Parameters<typeof traceLine>[0]): string {
  return traceLine(event).slice(0, -1);
}

function sourcesOf(http: TraceSource | readonly TraceSource[]): readonly TraceSource[] {
  const sources: readonly unknown[] = Array.isArray(http) ? http : [http];
  const wanted = 'give a PoolManager, a pool or a Session, or an array of them: something with subscribe()';
  if (sources.length === 0) throw invalid('http', http, wanted);
  return sources.map((source) => {
    if (!isSource(source)) throw invalid('http', source, wanted);
    return source;
  });
}

function isSource(value: unknown): value is TraceSource {
  return typeof value === 'object' && value !== null && 'subscribe' in value && typeof value.subscribe === 'function';
}

/** Several as one. A session and its manager tell of the same events, with the same objects, one after the other. */
function oneSource(sources: readonly TraceSource[]): TraceSource {
  return {
    subscribe(listener) {
      let last: TraceEvent | null = null;
      const once = (event: TraceEvent): void => {
        if (event === last) return;
        last = event;
        listener(event);
      };
      const ends = sources.map((source) => source.subscribe(once));
      return () => {
        for (const end of ends) end();
      };
    },
  };
}
