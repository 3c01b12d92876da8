// The two sides of an HTTP/1.1 exchange as a client sees them (RFC 9112 §9). Every transition is in these tables: no
// other file assigns a state. This file knows no bytes, sockets or timers.

import { LocalFault } from './fault.ts';

/** What we have sent. */
export type ClientState = 'idle' | 'sending' | 'done' | 'abandoned';
export type ClientEvent = 'head' | 'end' | 'abandon' | 'next';

/** What the server has sent. */
export type ServerState = 'idle' | 'awaiting' | 'body' | 'done' | 'switched' | 'broken';
export type ServerEvent = 'request' | 'informational' | 'head' | 'switch' | 'end' | 'break' | 'next';

export type Transitions<State extends string, Event extends string> = Readonly<
  Record<State, Readonly<Partial<Record<Event, State>>>>
>;

export const CLIENT: Transitions<ClientState, ClientEvent> = {
  idle: { head: 'sending' },
  sending: { end: 'done', abandon: 'abandoned' },
  done: { next: 'idle', abandon: 'done' },
  // A request that was not sent to its end leaves the server waiting for the rest: nothing can follow it (§9.5).
  abandoned: { abandon: 'abandoned' },
};

export const SERVER: Transitions<ServerState, ServerEvent> = {
  // The server may answer only after it has seen the request: what comes before is nobody's response.
  idle: { request: 'awaiting', break: 'broken' },
  // Any number of interim responses, then the final one (RFC 9110 §15.2), or another protocol (§7.8, §9.3.6).
  awaiting: { informational: 'awaiting', head: 'body', switch: 'switched', break: 'broken' },
  body: { end: 'done', break: 'broken' },
  done: { next: 'idle', break: 'broken' },
  switched: {},
  broken: { break: 'broken' },
};

/** The state after an event. An event that has no place in a state is a fault of ours. */
export function step<State extends string, Event extends string>(
  table: Transitions<State, Event>,
  state: State,
  event: Event,
): State {
  const next = table[state][event];
  if (next === undefined) throw new LocalFault(`"${event}" cannot follow in state "${state}"`);
  return next;
}
