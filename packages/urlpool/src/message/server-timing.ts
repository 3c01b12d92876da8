// Server-Timing fields (W3C Server Timing §3): what a server says of its own time. No text can make the reader fail: what
// is no metric is passed over.

import { isTokenCode } from './characters.ts';
import { readParameters, skipBlanks } from './parameters.ts';

/** One metric of a server's. */
export interface ServerTiming {
  readonly name: string;
  /** In ms; 0 where none is given. */
  readonly duration: number;
  /** Empty where none is given. */
  readonly description: string;
}

/**
 * The metrics of one Server-Timing field.
 *
 * @example
 * parseServerTiming('db;dur=53, cache;desc="Cache Read";dur=23.2');
 * // [{ name: 'db', duration: 53, description: '' }, { name: 'cache', duration: 23.2, description: 'Cache Read' }]
 */
export function parseServerTiming(value: string): ServerTiming[] {
  const timings: ServerTiming[] = [];
  let i = 0;
  while (i < value.length) {
    const from = skipBlanks(value, i);
    let nameEnd = from;
    while (nameEnd < value.length && isTokenCode(value.charCodeAt(nameEnd))) nameEnd++;
    const { parameters, end } = readParameters(value, nameEnd);
    if (nameEnd > from) timings.push(metric(value.slice(from, nameEnd), parameters));
    i = end + 1; // behind the comma
  }
  return timings;
}

function metric(name: string, parameters: ReadonlyMap<string, string>): ServerTiming {
  const duration = Number.parseFloat(parameters.get('dur') ?? '');
  return { name, duration: Number.isFinite(duration) ? duration : 0, description: parameters.get('desc') ?? '' };
}
