// What has happened so far, told by the library's events alone: who waits where, how often what was done, and what was
// wrong in the order of it. What the library says of itself in snapshots must agree with this.

import type { CloseReason, TraceEvent } from 'urlpool';
import { unpaired } from '../../trace/event-pairs.ts';
import { ConnectionBook } from './connection-book.ts';
import { DialBook } from './dial-book.ts';
import { WaitingLine } from './waiting-line.ts';

export class Ledger {
  readonly events: TraceEvent[] = [];
  readonly faults: string[] = [];
  readonly dials = new DialBook();
  readonly connections = new ConnectionBook();
  /** Connections that were open, by why they were closed. */
  readonly closed = new Map<CloseReason, number>();
  readonly ended = new Set<number>();
  lastCall = 0;
  readonly #maxQueued: number;
  readonly #lines = new Map<string, WaitingLine>();
  /** Calls whose attempt failed and is replayed, with when it failed. */
  readonly #replays = new Map<number, number>();
  /** Who left a queue just now with a connection. */
  #served: number | null = null;
  /** Origins where more wait than may, for whom a dial must follow. */
  readonly #owing = new Set<string>();

  constructor(maxQueued: number) {
    this.#maxQueued = maxQueued;
  }

  /** Takes an event in. */
  readonly listen = (event: TraceEvent): void => {
    this.events.push(event);
    switch (event.type) {
      case 'call-start':
        this.lastCall = event.call;
        break;
      case 'call-end':
        if (this.ended.has(event.call)) this.fault(`call ${event.call} ended twice`);
        this.ended.add(event.call);
        break;
      case 'replay':
        if (event.willReplay) this.#onReplay(event.call, event.attempt, event.at);
        break;
      case 'retry':
      case 'redirect':
        this.#replays.delete(event.call);
        break;
      case 'dial-start':
        this.dials.start(event, this.line(event.origin));
        this.#owing.delete(event.origin);
        break;
      case 'dial-end':
        this.dials.end(event, this.line(event.origin));
        this.#note(this.connections.take(event));
        break;
      case 'exchange-start':
      case 'connection-idle':
        this.#note(this.connections.take(event));
        break;
      case 'connection-closed':
        this.#note(this.connections.take(event));
        this.closed.set(event.reason, (this.closed.get(event.reason) ?? 0) + 1);
        break;
      default:
        this.#onQueue(event);
    }
  };

  fault(fault: string): void {
    this.faults.push(fault);
  }

  line(origin: string): WaitingLine {
    const known = this.#lines.get(origin);
    if (known !== undefined) return known;
    const line = new WaitingLine();
    this.#lines.set(origin, line);
    return line;
  }

  get lines(): ReadonlyMap<string, WaitingLine> {
    return this.#lines;
  }

  get waiting(): number {
    let waiting = 0;
    for (const line of this.#lines.values()) waiting += line.size;
    return waiting;
  }

  /** What can be told when everything has come to rest for a moment. */
  rest(): void {
    for (const origin of this.#owing) this.fault(`${origin} lets more wait than maxQueued`);
    this.#owing.clear();
    for (const fault of this.dials.rest()) this.fault(fault);
  }

  /** What can be told when everything is over. */
  close(): void {
    for (const fault of unpaired(this.events)) this.fault(fault);
    const closed = [...this.closed.values()].reduce((sum, count) => sum + count, 0);
    const opened = this.dials.succeeded;
    if (closed !== opened) this.fault(`${opened} connections were opened, ${closed} closed`);
  }

  #onReplay(call: number, attempt: number, at: number): void {
    // A redirect begins anew with the same attempt.
    if (this.#replays.has(call)) this.fault(`attempt ${attempt} of call ${call} was replayed twice`);
    this.#replays.set(call, at);
  }

  #onQueue(event: TraceEvent): void {
    if (event.type === 'queue-start') {
      const { call, attempt, origin, at, queued } = event;
      const line = this.line(origin);
      const notKeptBefore = this.#replays.get(call) ?? null;
      line.join({ call, attempt, notKeptBefore, since: at });
      if (queued !== line.size) this.fault(`${origin} has ${line.size} waiting and says ${queued}`);
      const unserved = queued - this.dials.underWay(origin);
      // A dial that is left for the next turn may find its place taken; an attempt of a call that was let in before always is.
      const mustDial = notKeptBefore === null && attempt === 1 && !this.dials.mayFollow(origin);
      if (mustDial && unserved > this.#maxQueued) this.#owing.add(origin);
    } else if (event.type === 'queue-end') {
      const { call, attempt, origin, connection } = event;
      const line = this.line(origin);
      line.leftAt = event.at;
      this.#owing.delete(origin);
      if (connection === null) {
        if (!line.leave(call, attempt)) this.fault(`call ${call} left a queue in which it did not wait`);
        return;
      }
      this.#served = call;
      this.#note(line.serve(call, attempt, this.connections.idleSince(connection)));
    } else if (event.type === 'acquired') {
      const { call, origin, connection } = event;
      this.#note(this.connections.take(event));
      if (this.#served !== call) {
        const notKeptBefore = this.#replays.get(call) ?? null;
        this.#note(this.line(origin).pass(call, notKeptBefore, this.connections.idleSince(connection)));
      }
      this.#served = null;
    }
  }

  #note(fault: string | null): void {
    if (fault !== null) this.fault(fault);
  }
}
