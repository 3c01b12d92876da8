// What is wrong with a list of events: starts that never ended, ends of nothing, and starts of what had begun already.

import { EVENT_PAIRS, type TraceEvent } from 'urlpool';

const IDS = ['call', 'attempt', 'connection', 'address', 'proxy'] as const;

/** The ids of a start, as text: its end has the same. */
function idsOf(event: TraceEvent, names: readonly string[]): string {
  const fields: Readonly<Record<string, unknown>> = { ...event };
  return names.map((name) => `${name} ${fields[name]}`).join(', ');
}

/** One line for each fault; none where every start has exactly one end after it, and every end one start before it. */
export function unpaired(events: readonly TraceEvent[]): string[] {
  const faults: string[] = [];
  const open = new Map<string, Set<string>>();
  /** What identifies a pair: the ids that its start has. */
  const names = new Map<string, readonly string[]>();
  for (const event of events) {
    const end = EVENT_PAIRS[event.type];
    if (end !== undefined) {
      const ids = IDS.filter((name) => name in event);
      names.set(end, ids);
      const begun = open.get(end) ?? new Set();
      open.set(end, begun);
      const key = idsOf(event, ids);
      if (begun.has(key)) faults.push(`${event.type} (${key}) came twice without an end`);
      begun.add(key);
    } else if (event.type.endsWith('-end')) {
      const key = idsOf(event, names.get(event.type) ?? []);
      if (open.get(event.type)?.delete(key) !== true) faults.push(`${event.type} (${key}) ends nothing`);
    }
  }
  for (const [end, begun] of open) for (const key of begun) faults.push(`${end} (${key}) never came`);
  return faults;
}
