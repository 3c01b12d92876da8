import { invalidOption } from '../errors/invalid-option.ts';
import type { TraceListener } from '../trace/trace-event.ts';

/** What can be listened to: a PoolManager, a pool, a Session. */
export interface TraceSource {
  subscribe(listener: TraceListener): () => void;
}

/** @throws {RequestError} `ERR_INVALID_OPTION` for what cannot be listened to. */
export function checkSource(source: unknown): asserts source is TraceSource {
  const isOne =
    typeof source === 'object' && source !== null && 'subscribe' in source && typeof source.subscribe === 'function';
  if (!isOne) throw invalidOption('the source of events', source, 'give a PoolManager, a pool or a Session');
}
