// Where events come from: the program that is inspected, by server-sent events, or the trace in a page that was saved.

import { END_EVENT, EVENTS_PATH, NOW_EVENT, SAVED_AT_ATTRIBUTE, TRACE_ELEMENT } from '../src/model/page-contract.ts';
import { readTrace } from '../src/model/read-trace.ts';
import type { SeenEvent } from '../src/model/seen-event.ts';
import type { Inspection } from './inspection.ts';
import { unseenEvents } from './unseen-events.ts';

/** The least time between two looks at what has come, in ms: more where a look takes long. */
const REFRESH = 100;

/** When the program is asked again after it has refused, in ms. */
const RETRY = 3000;

/** Begins to take events in. */
export function feed(inspection: Inspection): void {
  const saved = document.getElementById(TRACE_ELEMENT);
  if (saved === null) listen(inspection);
  else readSaved(inspection, saved);
}

function readSaved(inspection: Inspection, element: HTMLElement): void {
  const at = Date.parse(element.getAttribute(SAVED_AT_ATTRIBUTE) ?? '');
  inspection.see([...readTrace(element.textContent ?? '')]);
  inspection.feed = { is: 'saved', at: Number.isNaN(at) ? null : at };
  inspection.isFollowing = false;
  inspection.refresh();
}

/** @param from The highest id of the messages that were seen before; -1 for none. */
function listen(inspection: Inspection, from: number = -1): void {
  let seen = from;
  const source = new EventSource(EVENTS_PATH);
  const refresh = throttled(() => inspection.refresh());
  source.addEventListener('message', ({ data, lastEventId }) => {
    const events: unknown = JSON.parse(String(data));
    // The server is this page's own, and has checked each of them.
    const id = lastEventId === '' ? Number.NaN : Number(lastEventId);
    if (Array.isArray(events)) inspection.see(unseenEvents(events as SeenEvent[], id, seen));
    if (id > seen) seen = id;
    refresh();
  });
  source.addEventListener(NOW_EVENT, ({ data }) => {
    if (inspection.passTo(Number(data))) refresh();
  });
  source.addEventListener('open', () => inspection.setFeed({ is: 'live' }));
  source.addEventListener('error', () => {
    if (inspection.feed.is === 'ended') return;
    if (inspection.feed.is !== 'lost') inspection.setFeed({ is: 'lost', since: Date.now() });
    // The browser gives up where the answer was an error, as of another program at the same port.
    if (source.readyState !== EventSource.CLOSED) return;
    source.close();
    setTimeout(() => listen(inspection, seen), RETRY);
  });
  source.addEventListener(END_EVENT, () => {
    source.close();
    inspection.setFeed({
      is: 'ended',
      why: 'No more events come: the program closed the inspector, or all of the file is read.',
    });
    inspection.refresh();
  });
}

/** Calls a function at most every so often, more seldom where it takes long. */
function throttled(work: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | null = null;
  let pause = 0;
  return () => {
    if (timer !== null) return;
    timer = setTimeout(() => {
      timer = null;
      const begun = performance.now();
      work();
      pause = Math.max(REFRESH, (performance.now() - begun) * 5);
    }, pause);
  };
}
