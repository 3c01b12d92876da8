// The fold of a trace: events in, the state that the page draws out. It reads no clock and knows neither Node nor a
// browser. It may begin in the middle, where ends come without their starts: what is not known is NaN or null, and
// nothing is counted that was not seen. What it holds is bounded: the oldest exchanges, calls and closed connections are
// forgotten, and the totals kept.

import { Bars } from './bars.ts';
import { CallTrace } from './call-trace.ts';
import { Fifo } from './fifo.ts';
import { Lane, type StepKind } from './lane.ts';
import { OriginTrace } from './origin-trace.ts';
import type { SeenError, SeenEvent, SeenOf, TraceGap, TraceHeader } from './seen-event.ts';
import { countUp, Totals } from './totals.ts';

/** Closed connections without an exchange to remember: those that could not be opened, mostly. */
const MOST_EMPTY_LANES = 10_000;
/** The number of what waits for a connection without a request to send: a `connect()`. */
const NO_CALL = 0;
const MOST_WARNINGS = 1000;
const MOST_GAPS = 1000;

export interface TraceModelOptions {
  /** Exchanges, and calls, to remember. @default 200000 */
  readonly maxRequests?: number;
}

export class TraceModel {
  /** By their text, in the order in which they were first heard of. */
  readonly origins: Map<string, OriginTrace> = new Map();
  readonly calls: Map<number, CallTrace> = new Map();
  readonly bars: Bars;
  readonly totals: Totals = new Totals();
  readonly warnings: SeenOf<'warning'>[] = [];
  readonly gaps: TraceGap[] = [];
  /** Calls begun. */
  numCalls = 0;
  /** Calls that failed. */
  failedCalls = 0;
  /** Events that are missing. */
  missing = 0;
  /** Events seen: what changes with every one of them. */
  seen = 0;
  header: TraceHeader | null = null;
  readonly #most: number;
  readonly #lanes = new Map<number, Lane>();
  readonly #emptyLanes = new Fifo<Lane>();
  readonly #callIds = new Fifo<number>();
  /** Calls that were seen to begin, and not to end. */
  readonly #underWay = new Set<number>();
  #firstAt = Number.NaN;
  #lastAt = Number.NaN;
  #savedByForgotten = 0;

  constructor({ maxRequests = 200_000 }: TraceModelOptions = {}) {
    this.#most = maxRequests;
    this.bars = new Bars(maxRequests);
  }

  /** When the first of what is held happened; NaN before any event. */
  get from(): number {
    const { bars } = this;
    return bars.first === 0 ? this.#firstAt : (bars.from[bars.slotOf(bars.first)] ?? this.#firstAt);
  }

  /** When the last event happened, or the time of `passTo()`; NaN before any. */
  get to(): number {
    return this.#lastAt;
  }

  /** The time of day less the events' own time, in ms; NaN where no header said so. */
  get wallOffset(): number {
    return this.header === null ? Number.NaN : this.header.wallTime - this.header.at;
  }

  /** About how long requests would have waited for connections that they did not need to open, in ms. */
  get saved(): number {
    let saved = this.#savedByForgotten;
    for (const origin of this.origins.values()) saved += origin.saved;
    return saved;
  }

  /** A connection by its number. */
  lane(id: number): Lane | undefined {
    return this.#lanes.get(id);
  }

  /** Takes an event in. */
  see(event: SeenEvent): void {
    this.seen++;
    const { at } = event;
    if (!(at <= this.#lastAt)) this.#lastAt = at;
    // Between the header and the first request there may be hours.
    if (event.type !== 'trace' && !(at >= this.#firstAt)) this.#firstAt = at;
    switch (event.type) {
      case 'trace':
        this.header = event;
        break;
      case 'gap':
        this.#onGap(event);
        break;
      case 'call-start': {
        const call = this.#call(event.call);
        call.from = at;
        call.method = event.method;
        call.url = event.url;
        this.#underWay.add(event.call);
        break;
      }
      case 'call-end':
        this.#endCall(event);
        break;
      case 'redirect':
        this.#onRedirect(event);
        break;
      case 'retry':
        this.#onRetry(event);
        break;
      case 'replay':
        this.#onReplay(event);
        break;
      case 'queue-start':
        this.#enterQueue(event);
        break;
      case 'queue-end':
        this.#leaveQueue(event);
        break;
      case 'acquired':
        this.#lane(event).served = event.served;
        break;
      case 'dial-start': {
        const lane = this.#lane(event);
        lane.dialFrom = at;
        lane.why = event.why ?? null;
        lane.via = event.via ?? null;
        break;
      }
      case 'dial-end':
        this.#endDial(event);
        break;
      case 'dns-start':
        this.#beginStep(event, 'dns', event.host);
        break;
      case 'connect-start':
        this.#beginStep(event, 'connect', event.address);
        break;
      case 'proxy-start':
        this.#beginStep(event, 'proxy', event.proxy);
        break;
      case 'tls-start':
        this.#beginStep(event, 'tls', event.address);
        break;
      case 'dns-end':
        this.#endStep(event, 'dns', null);
        break;
      case 'connect-end':
        this.#endStep(event, 'connect', event.address);
        break;
      case 'proxy-end':
        this.#endStep(event, 'proxy', event.proxy);
        break;
      case 'tls-end':
        this.#endStep(event, 'tls', event.address);
        break;
      case 'exchange-start':
        this.#beginExchange(event);
        break;
      case 'exchange-end':
        this.#endExchange(event);
        break;
      case 'send-end': {
        const slot = this.#slotOf(event);
        if (slot < 0) break;
        this.bars.sentAt[slot] = at;
        this.bars.bytesSent[slot] = event.bytes; // of one that goes on, until its end says it
        break;
      }
      case 'receive-start': {
        const slot = this.#slotOf(event);
        if (slot < 0) break;
        this.bars.headAt[slot] = at;
        this.bars.status[slot] = event.status;
        this.bars.reason[slot] = event.reason;
        this.bars.responseFields[slot] = event.fields.join('\n');
        const { origin } = this.bars.lane[slot] ?? {};
        countUp(this.totals.statuses, event.status);
        if (origin !== undefined) countUp(origin.totals.statuses, event.status);
        break;
      }
      case 'connection-idle':
        this.#lane(event).served = event.served;
        break;
      case 'connection-closed':
        this.#closeLane(event);
        break;
      case 'warning':
        keepLast(this.warnings, event, MOST_WARNINGS);
        break;
      default: // send-start, receive-end, informational and pool-evicted change nothing that is drawn
    }
  }

  /** Lets time pass without an event: while a call is under way, it takes longer. Where nothing goes on, time stands still. */
  passTo(now: number): void {
    if (this.#underWay.size > 0 && now > this.#lastAt) this.#lastAt = now;
  }

  /** The ends of what was under way may be among what is missing: nothing waits for them. */
  #onGap(event: TraceGap): void {
    if (event.events === 0) return;
    this.missing += event.events;
    keepLast(this.gaps, event, MOST_GAPS);
    this.#underWay.clear();
    for (const { queue } of this.origins.values()) queue.forget(event.at);
  }

  #call(id: number): CallTrace {
    const known = this.calls.get(id);
    if (known !== undefined) return known;
    const call = new CallTrace(id);
    this.numCalls++;
    this.calls.set(id, call);
    this.#callIds.push(id);
    if (this.#callIds.size > this.#most) this.calls.delete(this.#callIds.shift() ?? -1);
    return call;
  }

  #endCall(event: SeenOf<'call-end'>): void {
    const call = this.#call(event.call);
    this.#underWay.delete(event.call);
    call.to = event.at;
    call.status = event.status;
    call.timings = event.timings;
    call.attempts = event.attempts;
    if (Number.isNaN(call.from)) {
      call.from = event.at - event.timings.total;
      call.method = event.attempts[0]?.method ?? '';
      call.url = event.attempts[0]?.url ?? '';
    }
    if (event.status !== null) return;
    call.error = errorOf(event.error);
    this.failedCalls++;
  }

  #onRedirect(event: SeenOf<'redirect'>): void {
    const { at, status, from, to, followed: done, why, dropped } = event;
    const call = this.#call(event.call);
    call.decisions.push({ is: 'redirect', at, status, done, from, to, why, dropped });
    if (!done) return;
    call.mark = 'redirect';
    this.totals.redirects++;
    const origin = this.#originOf(call);
    if (origin !== undefined) origin.totals.redirects++;
  }

  #onRetry(event: SeenOf<'retry'>): void {
    const { at, attempt, willRetry: done, because, refused, delay } = event;
    const call = this.#call(event.call);
    call.decisions.push({ is: 'retry', at, attempt, done, because, refused, delay });
    if (!done) return;
    call.mark = 'retry';
    this.totals.retries++;
    const origin = this.#originOf(call);
    if (origin !== undefined) origin.totals.retries++;
  }

  #onReplay(event: SeenOf<'replay'>): void {
    const { at, attempt, willReplay: done, connection, because, why } = event;
    const call = this.#call(event.call);
    call.decisions.push({ is: 'replay', at, attempt, done, connection, because, why });
    if (!done) return;
    call.mark = 'replay';
    this.totals.replays++;
    const origin = this.#originOf(call);
    if (origin !== undefined) origin.totals.replays++;
  }

  #enterQueue(event: SeenOf<'queue-start'>): void {
    const { at, attempt, origin, queued } = event;
    this.#origin(origin).queue.enter(at, queued);
    if (event.call === NO_CALL) return;
    const call = this.#call(event.call);
    call.origin = origin;
    call.waits.push({ attempt, origin, from: at, to: Number.NaN, connection: null });
  }

  #leaveQueue(event: SeenOf<'queue-end'>): void {
    const { at, attempt, origin, connection } = event;
    this.#origin(origin).queue.leave(at);
    if (event.call === NO_CALL) return;
    const call = this.#call(event.call);
    call.origin = origin;
    const last = call.waits.at(-1);
    if (last !== undefined && Number.isNaN(last.to)) {
      last.to = at;
      last.connection = connection;
    } else {
      call.waits.push({ attempt, origin, from: Number.NaN, to: at, connection });
    }
  }

  #endDial(event: SeenOf<'dial-end'>): void {
    const lane = this.#lane(event);
    lane.dialTo = event.at;
    lane.address = event.address ?? lane.address;
    if (event.error !== null) {
      lane.dialError = event.error;
      lane.closedAt = event.at;
      lane.origin.totals.dialFailures++;
      this.totals.dialFailures++;
      this.#letEmptyGo(lane);
      return;
    }
    this.#countLane(lane);
    if (Number.isNaN(lane.dialFrom)) return;
    lane.origin.handshakes++;
    lane.origin.handshakeTime += lane.handshake;
  }

  #beginStep(event: { at: number; connection: number; origin: string }, kind: StepKind, about: string): void {
    const step = {
      kind,
      about,
      from: event.at,
      to: Number.NaN,
      ok: false,
      resumed: false,
      protocol: null,
      error: null,
    };
    this.#lane(event).steps.push(step);
  }

  /** @param about Null where there can be only one. */
  #endStep(
    event: SeenOf<'dns-end' | 'connect-end' | 'proxy-end' | 'tls-end'>,
    kind: StepKind,
    about: string | null,
  ): void {
    const step = this.#lane(event).steps.findLast(
      (one) => one.kind === kind && (about === null || one.about === about) && Number.isNaN(one.to),
    );
    if (step === undefined) return;
    step.to = event.at;
    step.ok = event.error === null;
    step.error = event.error;
    if (event.type !== 'tls-end') return;
    step.resumed = event.resumed;
    step.protocol = event.protocol;
  }

  #beginExchange(event: SeenOf<'exchange-start'>): void {
    if (this.bars.isFull) this.#forgetFirst();
    const { at: from, attempt, method, url, fields: requestFields } = event;
    const call = this.#call(event.call);
    if (call.method === '') {
      // Its beginning was not seen.
      call.method = method;
      call.url = url;
    }
    const lane = this.#lane({ ...event, origin: call.origin ?? originOfUrl(url) });
    lane.address ??= event.peer ?? null;
    this.#countLane(lane); // where it was open before the trace began
    if (this.missing > 0) this.#endMissed(lane, from);
    const reused = lane.served > 0;
    const { mark } = call;
    call.mark = 'none';
    const id = this.bars.add({ lane, call: event.call, attempt, method, url, mark, reused, from, requestFields });
    lane.add(id);
    lane.served++;
    call.exchanges.push(id);
    for (const totals of [this.totals, lane.origin.totals]) {
      totals.requests++;
      totals.running++;
      if (reused) totals.reused++;
    }
  }

  /** A connection carries one exchange at a time: where the next one begins, the end of the one before is missing. */
  #endMissed(lane: Lane, at: number): void {
    for (const id of lane.running) {
      this.bars.to[this.bars.slotOf(id)] = at;
      this.totals.running--;
      lane.origin.totals.running--;
    }
    lane.running.length = 0;
  }

  #endExchange(event: SeenOf<'exchange-end'>): void {
    const { at, bytesSent, bytesReceived, error } = event;
    const lane = this.#lanes.get(event.connection);
    const slot = this.#slotOf(event);
    if (lane === undefined || slot < 0) return;
    const { bars } = this;
    bars.to[slot] = at;
    bars.bytesSent[slot] = bytesSent;
    bars.bytesReceived[slot] = bytesReceived;
    bars.error[slot] = error;
    bars.failed[slot] = error === null ? 0 : 1;
    lane.running.splice(
      lane.running.findIndex((id) => bars.slotOf(id) === slot),
      1,
    );
    for (const totals of [this.totals, lane.origin.totals]) {
      totals.running--;
      totals.bytesSent += bytesSent;
      totals.bytesReceived += bytesReceived;
      if (error !== null) totals.failed++;
    }
  }

  #countLane(lane: Lane): void {
    if (lane.isCounted) return;
    lane.isCounted = true;
    for (const totals of [this.totals, lane.origin.totals]) {
      totals.connections++;
      totals.open++;
    }
  }

  #closeLane(event: SeenOf<'connection-closed'>): void {
    const lane = this.#lane(event);
    const wasOpen = lane.isCounted && !lane.isClosed;
    lane.closedAt = event.at;
    lane.reason = event.reason;
    lane.served = event.served;
    for (const totals of [this.totals, lane.origin.totals]) {
      countUp(totals.closed, event.reason);
      if (wasOpen) totals.open--;
    }
    this.#letEmptyGo(lane);
  }

  /** The oldest exchange makes room, and with the last one of a closed connection the connection. */
  #forgetFirst(): void {
    const { bars } = this;
    const wasRunning = Number.isNaN(bars.to[bars.slotOf(bars.first)]);
    const lane = bars.forgetFirst();
    if (lane === undefined) return;
    lane.forgetFirst();
    if (wasRunning) {
      this.totals.running--;
      lane.origin.totals.running--;
    }
    if (lane.count === 0 && lane.isClosed) this.#forgetLane(lane);
  }

  #letEmptyGo(lane: Lane): void {
    if (lane.count > 0) return;
    this.#emptyLanes.push(lane);
    if (this.#emptyLanes.size <= MOST_EMPTY_LANES) return;
    const oldest = this.#emptyLanes.shift();
    if (oldest !== undefined) this.#forgetLane(oldest);
  }

  #forgetLane(lane: Lane): void {
    if (lane.isForgotten) return;
    this.#lanes.delete(lane.id);
    const { origin } = lane;
    origin.forget(lane);
    if (!origin.isEmpty) return;
    this.#savedByForgotten += origin.saved;
    this.origins.delete(origin.origin);
  }

  #origin(text: string): OriginTrace {
    const known = this.origins.get(text);
    if (known !== undefined) return known;
    const origin = new OriginTrace(text);
    this.origins.set(text, origin);
    return origin;
  }

  #originOf(call: CallTrace): OriginTrace | undefined {
    return call.origin === null ? undefined : this.origins.get(call.origin);
  }

  #lane({ at, connection, origin }: { at: number; connection: number; origin: string }): Lane {
    const known = this.#lanes.get(connection);
    if (known !== undefined) return known;
    const lane = new Lane(connection, this.#origin(origin), at);
    this.#lanes.set(connection, lane);
    lane.origin.add(lane);
    return lane;
  }

  /** Where in the columns an exchange under way stands; -1 where its beginning was not seen. */
  #slotOf({ connection, call }: { connection: number; call: number }): number {
    const { bars } = this;
    const running = this.#lanes.get(connection)?.running ?? [];
    for (let i = running.length - 1; i >= 0; i--) {
      const slot = bars.slotOf(running[i] ?? 0);
      if (bars.call[slot] === call) return slot;
    }
    return -1;
  }
}

function keepLast<T>(list: T[], item: T, most: number): void {
  list.push(item);
  if (list.length > most) list.shift();
}

/** What a call failed with is an error, or any value that its signal was aborted with. */
function errorOf(value: unknown): SeenError {
  if (typeof value === 'object' && value !== null && 'name' in value && 'message' in value) {
    const code = 'code' in value && typeof value.code === 'string' ? value.code : null;
    return { name: String(value.name), code, message: String(value.message) };
  }
  const message = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'aborted without a reason');
  return { name: 'Aborted', code: null, message };
}

function originOfUrl(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : url;
}
