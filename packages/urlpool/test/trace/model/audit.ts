// What must be true of all that was told from the making of a manager until it was closed, whatever happened to it.

import type { Attempt, TraceEvent } from 'urlpool';
import type { CallEnd } from '../../../src/trace/trace-event.ts';
import { unpaired } from '../event-pairs.ts';

/** How far sums of times may be off, in ms: they are of floating point. */
const TOLERANCE = 1e-6;

/** By how much a timer of Node's may be early, in ms. */
const EARLY_MS = 1;

/** The attempts that a call remembers. */
const MOST_ATTEMPTS = 100;

type OfCall = Extract<TraceEvent, { call: number }>;

export interface Audited {
  /** Whether nothing but waits and attempts took time: no hooks of a session. */
  readonly isGapless: boolean;
  /** Whether each origin has one pool: then its events tell how long its queue is. @default true */
  readonly hasOnePoolEach?: boolean;
}

/** One line for each fault. */
export function faultsOf(events: readonly TraceEvent[], audited: Audited): string[] {
  const faults = [...unpaired(events), ...timeFaults(events), ...queueFaults(events, audited)];
  const calls = grouped(events.filter(isOfCall), ({ call }) => call);
  for (const [call, told] of calls) {
    if (call !== 0) faults.push(...callFaults(told, audited).map((fault) => `call ${call} ${fault}`));
  }
  const lives = grouped(events, (event) => ('connection' in event ? event.connection : null));
  for (const [id, told] of lives)
    if (id !== null) faults.push(...lifeFaults(told).map((fault) => `connection ${id} ${fault}`));
  return faults;
}

function grouped<Event, Key>(events: readonly Event[], keyOf: (event: Event) => Key): Map<Key, Event[]> {
  const groups = new Map<Key, Event[]>();
  for (const event of events) {
    const key = keyOf(event);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [event]);
    else group.push(event);
  }
  return groups;
}

function isOfCall(event: TraceEvent): event is OfCall {
  return 'call' in event;
}

/** Events come in the order of their time. */
function timeFaults(events: readonly TraceEvent[]): string[] {
  return events.flatMap(({ at, type }, i) => {
    const before = events[i - 1];
    return before !== undefined && before.at > at ? [`${type} at ${at} came after ${before.type} at ${before.at}`] : [];
  });
}

/** The depth of a queue is what its events make of it. */
function queueFaults(events: readonly TraceEvent[], { hasOnePoolEach = true }: Audited): string[] {
  const faults: string[] = [];
  const depths = new Map<string, number>();
  for (const event of events) {
    if (event.type !== 'queue-start' && event.type !== 'queue-end') continue;
    const { type, origin, queued } = event;
    const depth = (depths.get(origin) ?? 0) + (type === 'queue-start' ? 1 : -1);
    depths.set(origin, depth);
    if (depth < 0 || queued < 0 || (hasOnePoolEach && queued !== depth))
      faults.push(`${type} says ${queued} for ${origin}, ${depth} were counted`);
  }
  return faults;
}

function callFaults(told: readonly OfCall[], { isGapless }: Audited): string[] {
  const faults: string[] = [];
  const types = told.map(({ type }) => type);
  if (types[0] !== 'call-start') faults.push(`begins with ${types[0]}`);
  const end = told.at(-1);
  if (end?.type !== 'call-end') return [...faults, `ends with ${types.at(-1)}`];
  if ((end.status === null) === (end.error === null)) faults.push('ends with a status and an error, or with neither');
  faults.push(...attemptFaults(told, end), ...timingFaults(end, isGapless));
  for (const [i, event] of told.entries()) {
    if (event.type !== 'exchange-start') continue;
    const acquired = told.slice(0, i).findLast(({ type }) => type === 'acquired');
    if (acquired?.type !== 'acquired' || acquired.connection !== event.connection) {
      faults.push(`sends on connection ${event.connection} without having acquired it`);
    }
  }
  return faults;
}

/** One attempt more for each that was to follow; one at least. A call that was ended meanwhile may lack the last of them. */
function attemptFaults(told: readonly OfCall[], { attempts, error }: CallEnd): string[] {
  const faults: string[] = [];
  const next = told.filter(
    (event) =>
      (event.type === 'retry' && event.willRetry) ||
      (event.type === 'replay' && event.willReplay) ||
      (event.type === 'redirect' && event.followed),
  ).length;
  const least = error === null ? next + 1 : next;
  if (attempts.length < Math.min(least, MOST_ATTEMPTS) || attempts.length > next + 1) {
    faults.push(`has ${attempts.length} attempts, and told of ${next} that were to follow`);
  }
  const sent = told.filter(({ type }) => type === 'exchange-start').length;
  if (sent > attempts.length) faults.push(`has ${attempts.length} attempts, and was sent ${sent} times`);
  const [last, ...before] = [...attempts].reverse();
  if (last?.next !== null) faults.push(`is followed by a ${last?.next}`);
  if (before.some((attempt) => attempt.next === null)) faults.push('has a last attempt before others');
  for (const { connection, served, timings } of attempts) {
    if (connection !== null && timings.connection !== connection.id) faults.push('has timings of another connection');
    if (timings.reused !== served > 0)
      faults.push(`says reused ${timings.reused} of a connection used ${served} times`);
  }
  return faults;
}

function timingFaults({ attempts, timings: last }: CallEnd, isGapless: boolean): string[] {
  const faults: string[] = [];
  let over = 0;
  for (const [i, { timings, delay }] of attempts.entries()) {
    const { queue, dns, connect, proxy, tls, send, wait, receive, total } = timings;
    const phases = { queue, dns, connect, proxy, tls, send, wait, receive };
    for (const [phase, ms] of Object.entries(phases)) if (!(ms >= 0)) faults.push(`has ${phase} ${ms}`);
    const sum = Object.values(phases).reduce((one, other) => one + other, 0);
    // One that the call did not live to begin took no time, though the wait before it was longer.
    const own = Math.max(0, total - over);
    const isRight = isGapless ? Math.abs(sum - own) < TOLERANCE : sum < own + EARLY_MS;
    if (!isRight) faults.push(`took ${own} ms for attempt ${i + 1}, whose phases are ${JSON.stringify(phases)}`);
    over = total + delay;
  }
  const end: Attempt | undefined = attempts.at(-1);
  if (end === undefined || end.timings.total !== last.total || end.timings.attempt !== last.attempt) {
    faults.push('has timings that are not those of its last attempt');
  }
  return faults;
}

/** A connection is dialled, carries one exchange at a time, and is closed once, when that is over. */
function lifeFaults(told: readonly TraceEvent[]): string[] {
  const faults: string[] = [];
  let state: 'new' | 'dialling' | 'failed' | 'open' | 'exchanging' | 'closed' = 'new';
  let served = 0;
  const expect = (type: string, ...states: readonly (typeof state)[]): void => {
    if (!states.includes(state)) faults.push(`told ${type} while it was ${state}`);
  };
  for (const event of told) {
    const { type } = event;
    switch (type) {
      case 'dial-start':
        expect(type, 'new');
        state = 'dialling';
        break;
      case 'dial-end':
        expect(type, 'dialling');
        state = event.error === null ? 'open' : 'failed';
        break;
      case 'dns-start':
      case 'dns-end':
      case 'connect-start':
      case 'connect-end':
      case 'tls-start':
      case 'tls-end':
      case 'proxy-start':
      case 'proxy-end':
        expect(type, 'dialling');
        break;
      case 'acquired':
        expect(type, 'open');
        if (event.reused !== event.served > 0) faults.push('is reused, or is not, though it has served');
        if (event.idleFor < 0) faults.push(`was idle for ${event.idleFor} ms`);
        if (event.served < served) faults.push(`has served ${served}, then ${event.served}`);
        served = event.served;
        break;
      case 'exchange-start':
        expect(type, 'open');
        state = 'exchanging';
        break;
      case 'exchange-end':
        expect(type, 'exchanging');
        state = 'open';
        break;
      case 'send-start':
      case 'send-end':
      case 'informational':
      case 'receive-start':
      case 'receive-end':
        expect(type, 'exchanging');
        break;
      case 'connection-idle':
        expect(type, 'open');
        break;
      case 'connection-closed':
        expect(type, 'open');
        state = 'closed';
        if (event.age < 0) faults.push(`is ${event.age} ms old`);
        break;
      case 'queue-end':
        expect(type, 'open');
        break;
      default:
        break;
    }
  }
  if (state !== 'closed' && state !== 'failed') faults.push(`is ${state} in the end`);
  return faults;
}
