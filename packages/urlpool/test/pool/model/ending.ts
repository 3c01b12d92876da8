// How a run ends: everything is answered and every call settles; then each origin still has all its places; then close()
// leaves nothing behind.

import { HTTPResponse } from 'urlpool';
import { audit } from './audit.ts';
import { answer } from './fake-server.ts';
import type { TrackedCall } from './tracked-call.ts';
import type { World } from './world.ts';

/** More turns than any run can need. */
const MANY = 400;
/** For how long it may go on that calls wait before they try again, in ms. */
const PATIENCE_MS = 20_000;

/** Throws the first fault. */
export async function end(world: World): Promise<void> {
  // What is still on its way arrives.
  await world.turn(0);
  await settle(world);
  if (!world.sites.closed) {
    for (let origin = 0; origin < world.limits.origins; origin++) await usePlaces(world, origin);
    world.close(1_000);
    await settle(world);
  }
  audit(world);
  await world.pass(1_000_000);
  auditEnd(world);
  check(world);
}

/** Answers everything until every call is over. */
async function settle(world: World): Promise<void> {
  const { network, clock } = world;
  const patience = clock.now() + PATIENCE_MS;
  for (let turn = 0; turn < MANY && !isSettled(world); turn++) {
    const idle = network.dials.length === 0 && network.transports.every(({ request }) => request === null);
    for (const dial of [...network.dials]) network.succeed(dial);
    for (const transport of [...network.transports]) answer(transport, 'whole', []);
    for (const call of world.calls) takeBody(call, world);
    await world.turn(turn);
    audit(world);
    check(world);
    // What still goes on by itself waits for the clock: a pause before another attempt, say.
    if (idle && !isSettled(world) && clock.nextAt !== null && clock.nextAt < patience) {
      await world.pass(clock.nextAt - clock.now());
    }
  }
  for (const { target, id } of world.calls) {
    if (!world.ledger.ended.has(id)) world.ledger.fault(`${target} never ends`);
  }
  if (world.pending > 0) world.ledger.fault('close() or connect() never settles');
  check(world);
}

function isSettled({ calls, ledger, pending }: World): boolean {
  return (
    pending === 0 && calls.every(({ id, settled, pending: steps }) => settled && steps === 0 && ledger.ended.has(id))
  );
}

/** Half of the streams are read, the others given up at last. */
function takeBody(call: TrackedCall, world: World): void {
  if (call.untouched === null) return;
  if (call.id % 2 === 0) call.dispose(0, world.clock.now());
  else
    call.read(
      () => world.circumstances,
      (fault) => world.ledger.fault(fault),
    );
}

/** As many requests at once as an origin may have: none of them waits for another. */
async function usePlaces(world: World, origin: number): Promise<void> {
  const { network, limits } = world;
  // Dials that nobody waits for any more take places too, for a while.
  for (const dial of [...network.dials]) network.succeed(dial);
  await world.turn(0);
  const count = Math.min(limits.maxSize, limits.maxConnections);
  const calls: TrackedCall[] = [];
  for (let i = 0; i < count; i++) {
    const call = world.send({
      origin,
      method: 'GET',
      body: 'none',
      streams: false,
      timeout: {},
      retries: false,
      signal: 'own',
      followers: 0,
    });
    if (call !== null) calls.push(call);
    // One at a time, so that maxQueued refuses none.
    for (let turn = 0; turn < 4; turn++) {
      for (const dial of [...network.dials]) network.succeed(dial);
      await world.turn(turn);
    }
  }
  const asked = network.transports.filter(({ request }) => calls.some(({ target }) => target === request?.target));
  if (asked.length < count)
    world.ledger.fault(`origin ${origin} has lost places: ${asked.length} of ${count} requests were sent`);
  await settle(world);
  for (const { outcome, target } of calls) {
    if (!(outcome instanceof HTTPResponse)) world.ledger.fault(`${target} failed though nothing went wrong`);
  }
}

function auditEnd({ sites, network, ledger, clock, room }: World): void {
  const { open, idle, active, dialling, queued } = sites.snapshot();
  const left = { open, idle, active, dialling, queued, room: room.used, connections: network.used };
  for (const [name, count] of Object.entries(left)) {
    if (count !== 0) ledger.fault(`${name} is ${count} after close()`);
  }
  if (clock.pending > 0) ledger.fault(`${clock.pending} timers are left after close()`);
  ledger.close();
}

function check({ ledger }: World): void {
  const [fault] = ledger.faults;
  if (fault !== undefined) throw new Error(fault);
}
