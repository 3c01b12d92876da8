import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  CLIENT,
  type ClientEvent,
  type ClientState,
  SERVER,
  type ServerEvent,
  type ServerState,
  step,
} from '../../src/http1/exchange-state.ts';
import { LocalFault } from '../../src/http1/fault.ts';

const CLIENT_STATES: readonly ClientState[] = ['idle', 'sending', 'done', 'abandoned'];
const CLIENT_EVENTS: readonly ClientEvent[] = ['head', 'end', 'abandon', 'next'];
const SERVER_STATES: readonly ServerState[] = ['idle', 'awaiting', 'body', 'done', 'switched', 'broken'];
const SERVER_EVENTS: readonly ServerEvent[] = ['request', 'informational', 'head', 'switch', 'end', 'break', 'next'];

// state, event, next state: all there are
const CLIENT_STEPS: readonly (readonly [ClientState, ClientEvent, ClientState])[] = [
  ['idle', 'head', 'sending'],
  ['sending', 'end', 'done'],
  ['sending', 'abandon', 'abandoned'],
  ['done', 'next', 'idle'],
  ['done', 'abandon', 'done'],
  ['abandoned', 'abandon', 'abandoned'],
];

const SERVER_STEPS: readonly (readonly [ServerState, ServerEvent, ServerState])[] = [
  ['idle', 'request', 'awaiting'],
  ['idle', 'break', 'broken'],
  ['awaiting', 'informational', 'awaiting'],
  ['awaiting', 'head', 'body'],
  ['awaiting', 'switch', 'switched'],
  ['awaiting', 'break', 'broken'],
  ['body', 'end', 'done'],
  ['body', 'break', 'broken'],
  ['done', 'next', 'idle'],
  ['done', 'break', 'broken'],
  ['broken', 'break', 'broken'],
];

for (const [state, event, next] of CLIENT_STEPS) {
  test(`step() leads the client from ${state} by ${event} to ${next}`, () => {
    assert.equal(step(CLIENT, state, event), next);
  });
}

for (const [state, event, next] of SERVER_STEPS) {
  test(`step() leads the server from ${state} by ${event} to ${next}`, () => {
    assert.equal(step(SERVER, state, event), next);
  });
}

test('step() refuses the client every other event', () => {
  for (const state of CLIENT_STATES) {
    for (const event of CLIENT_EVENTS) {
      if (CLIENT_STEPS.some(([from, by]) => from === state && by === event)) continue;
      assert.throws(() => step(CLIENT, state, event), LocalFault, `${event} in ${state}`);
    }
  }
});

test('step() refuses the server every other event', () => {
  for (const state of SERVER_STATES) {
    for (const event of SERVER_EVENTS) {
      if (SERVER_STEPS.some(([from, by]) => from === state && by === event)) continue;
      assert.throws(() => step(SERVER, state, event), LocalFault, `${event} in ${state}`);
    }
  }
});

test('step() names the event and the state', () => {
  assert.throws(() => step(CLIENT, 'idle', 'end'), { message: '"end" cannot follow in state "idle"' });
});

test('step() never leaves the tables, whatever happens', () => {
  const walk = fc.array(fc.constantFrom(...SERVER_EVENTS));
  fc.assert(
    fc.property(walk, fc.array(fc.constantFrom(...CLIENT_EVENTS)), (serverEvents, clientEvents) => {
      let server: ServerState = 'idle';
      for (const event of serverEvents) if (event in SERVER[server]) server = step(SERVER, server, event);
      let client: ClientState = 'idle';
      for (const event of clientEvents) if (event in CLIENT[client]) client = step(CLIENT, client, event);
      return Object.hasOwn(SERVER, server) && Object.hasOwn(CLIENT, client);
    }),
  );
});
