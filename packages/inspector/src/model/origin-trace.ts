// What was seen of one origin: its connections, its queue, its totals. The model alone writes it. A proxy that requests
// are forwarded through has a pool of its own, and so stands here as an origin.

import type { Lane } from './lane.ts';
import { QueueDepth } from './queue-depth.ts';
import { Totals } from './totals.ts';

export class OriginTrace {
  /** Scheme, host and port. */
  readonly origin: string;
  readonly totals: Totals = new Totals();
  readonly queue: QueueDepth = new QueueDepth();
  /** What all openings that were seen took, in ms, and how many they were. */
  handshakeTime = 0;
  handshakes = 0;
  #lanes: Lane[] = [];
  #forgotten = 0;

  constructor(origin: string) {
    this.origin = origin;
  }

  /** Its connections, in the order in which they were begun. */
  get lanes(): readonly Lane[] {
    if (this.#forgotten > 0) {
      this.#lanes = this.#lanes.filter((lane) => !lane.isForgotten);
      this.#forgotten = 0;
    }
    return this.#lanes;
  }

  /** What opening a connection took on average, in ms; 0 where none was seen. */
  get meanHandshake(): number {
    return this.handshakes === 0 ? 0 : this.handshakeTime / this.handshakes;
  }

  /** About how long its requests would have waited for connections that they did not need to open, in ms. */
  get saved(): number {
    return this.totals.reused * this.meanHandshake;
  }

  /** Whether nothing is left of it but its totals. */
  get isEmpty(): boolean {
    return this.#lanes.length === this.#forgotten && this.queue.now === 0;
  }

  /** For the model. */
  add(lane: Lane): void {
    this.#lanes.push(lane);
  }

  /** For the model. */
  forget(lane: Lane): void {
    lane.isForgotten = true;
    this.#forgotten++;
    if (this.#forgotten > 1024 && this.#forgotten * 2 > this.#lanes.length) void this.lanes;
  }
}
