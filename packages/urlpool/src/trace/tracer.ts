// Who is told of events, and when nobody is: the listeners of a manager, which come and go, and the subscribers of the
// process's diagnostics channels. What tells an event asks for `listener` first: where it is null, no event is made.

import { channel } from 'node:diagnostics_channel';
import { invalidOption } from '../errors/invalid-option.ts';
import type { TraceEvent, TraceListener } from './trace-event.ts';

/** The names of the channels of `node:diagnostics_channel`, by what their events are about. Each message is a TraceEvent. */
export const CHANNELS = {
  /** Calls and their exchanges: every event with a `call`. */
  call: 'urlpool:call',
  /** Connections: every event with a `connection` and no `call`. */
  connection: 'urlpool:connection',
  /** Pools, and warnings. */
  pool: 'urlpool:pool',
} as const;

const calls = channel(CHANNELS.call);
const connections = channel(CHANNELS.connection);
const pools = channel(CHANNELS.pool);

export class Tracer {
  /** Told of every event; null where nobody listens. */
  listener: TraceListener | null = null;
  readonly #listeners = new Set<TraceListener>();
  #publishes = false;

  /** @param first Who listens from the beginning. */
  constructor(first?: TraceListener) {
    if (first !== undefined) this.subscribe(first);
  }

  /**
   * Tells a listener of every event from now on, until the function that it returns is called, and of nothing after that.
   * A call that began before is not told of; a connection that was opened before is, from here on.
   *
   * @throws {RequestError} `ERR_INVALID_OPTION`
   */
  subscribe(listener: TraceListener): () => void {
    if (typeof listener !== 'function') throw invalidOption('listener', listener, 'give a function');
    let isWanted = true;
    const safe = safely((event) => {
      if (isWanted) listener(event);
    });
    this.#listeners.add(safe);
    this.#join();
    return () => {
      isWanted = false;
      this.#listeners.delete(safe);
      this.#join();
    };
  }

  /** Sees whether the channels have subscribers: they come and go without a word. */
  look(): void {
    if (hasSubscribers() !== this.#publishes) this.#join();
  }

  #join(): void {
    this.#publishes = hasSubscribers();
    const all = [...this.#listeners, ...(this.#publishes ? [publish] : [])];
    this.listener = all.length === 0 ? null : all.reduce(both);
  }
}

/** Tells the first, then the second. */
export function both(first: TraceListener, second: TraceListener): TraceListener {
  return (event) => {
    first(event);
    second(event);
  };
}

/** A listener that throws has a defect of its own: it is told as such, and the work in whose middle it was called goes on. */
export function safely(listener: TraceListener): TraceListener {
  return (event) => {
    try {
      listener(event);
    } catch (error) {
      queueMicrotask(() => {
        throw error;
      });
    }
  };
}

function hasSubscribers(): boolean {
  return calls.hasSubscribers || connections.hasSubscribers || pools.hasSubscribers;
}

function publish(event: TraceEvent): void {
  if ('call' in event) calls.publish(event);
  else if ('connection' in event) connections.publish(event);
  else pools.publish(event);
}
