import type { TraceEvent, TraceListener, TraceSource } from 'urlpool';

/** Passes on what is told to it, so that the events of a manager can be listened to before the manager is there. */
export class EventRelay implements TraceSource {
  readonly #listeners = new Set<TraceListener>();

  /** For the option of the same name. */
  readonly onEvent: TraceListener = (event: TraceEvent): void => {
    for (const listener of this.#listeners) listener(event);
  };

  subscribe(listener: TraceListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
