// What must be so whenever everything has come to rest for a moment. What the library says of itself must agree with what
// it told by events and with what the network sees, and nobody waits who need not.

import type { ManagerSnapshot, PoolSnapshot } from 'urlpool';
import { auditCalls } from './audit-calls.ts';
import type { World } from './world.ts';

/** For how long a dial goes on that nobody wants, in ms. */
const UNWANTED_MS = 1_000;

/** Notes every fault. */
export function audit(world: World): void {
  const { ledger, network } = world;
  const snapshot = world.sites.snapshot();
  ledger.rest();
  for (const [name, counted, said] of levels(world, snapshot)) {
    if (counted !== said) ledger.fault(`${name}: ${counted} were counted, ${said} are said`);
  }
  for (const pool of snapshot.pools) auditPool(pool, snapshot, world);
  auditCalls(world);
  if (world.isClosed && network.used > 0) ledger.fault(`${network.used} connections or dials after close()`);
}

/** Name, what was counted, what the library says. */
function levels(world: World, said: ManagerSnapshot): readonly (readonly [string, number, number])[] {
  const { ledger, network, room } = world;
  return [
    ['dials', ledger.dials.started, said.numConnections],
    ['dials that became a connection', ledger.dials.succeeded, said.created],
    [
      'dials, by what became of them',
      ledger.dials.succeeded + ledger.dials.failed + network.dials.length,
      said.numConnections,
    ],
    ['requests', ledger.connections.served, said.numRequests],
    ['requests on a used connection', ledger.connections.reuses, said.reused],
    ['connections open', network.transports.length, said.open],
    ['dials under way', network.dials.length, said.dialling],
    ['connections open, idle and active', said.idle + said.active, said.open],
    ['places taken', network.used, room.used],
    ['waiting', ledger.waiting, said.queued],
    ['closed, open and dialling', said.numConnections, sum(said.closed) + said.open + said.dialling],
    ...[...ledger.closed].map(([reason, count]) => {
      // Dials that close() gave up have the same reason.
      const counted = said.closed[reason] ?? 0;
      return [`closed (${reason})`, count, reason === 'closed' ? Math.min(count, counted) : counted] as const;
    }),
    ['bytes in', bytes(world, 'bytesIn'), said.bytesIn],
    ['bytes out', bytes(world, 'bytesOut'), said.bytesOut],
  ];
}

function bytes({ network }: World, direction: 'bytesIn' | 'bytesOut'): number {
  let total = 0;
  for (const transport of network.all.values()) total += transport[direction];
  return total;
}

function sum(counts: ManagerSnapshot['closed']): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}

function auditPool(pool: PoolSnapshot, all: ManagerSnapshot, world: World): void {
  const { ledger, limits, network, room, clock } = world;
  const { origin, open, idle, dialling, queued, connections } = pool;
  const fault = (what: string): void => ledger.fault(`${origin}: ${what}`);
  const { maxSize, maxIdle, block, maxConnections, idleTimeout, maxAge } = limits;
  const used = network.usedBy(origin);
  if (used !== open + dialling) fault(`${used} are open or being opened, ${open} + ${dialling} are said`);
  if (block && used > maxSize) fault(`${used} connections`);
  if (idle > Math.min(maxIdle, maxSize)) fault(`${idle} idle connections`);
  if (open + dialling + sum(pool.closed) !== pool.numConnections) fault('the counters do not add up');
  const line = ledger.line(origin);
  if (line.size !== queued) fault(`${line.size} wait, ${queued} are said`);
  const isWarmed = limits.minIdle > 0 || world.preconnecting(origin) > 0;
  const nobody =
    !isWarmed && line.size === 0 && clock.now() >= Math.max(line.leftAt, world.warmedUntil(origin)) + UNWANTED_MS;
  if (nobody && dialling > 0) fault(`${dialling} dials go on for nobody`);
  for (const { id, idleFor, age, state } of connections) {
    if (state !== 'idle') continue;
    const waiting = line.whoCouldTake(ledger.connections.idleSince(id));
    if (waiting !== null) fault(`call ${waiting.call} waits, connection ${id} is idle`);
    if (clock.nextAt !== null && clock.nextAt <= clock.now()) continue;
    if ((idleFor ?? 0) >= idleTimeout) fault(`connection ${id} idles for ${idleFor} ms`);
    if (age >= maxAge * 1.1) fault(`connection ${id} is ${age} ms old`);
  }
  const isShort = queued > dialling && (!block || open + dialling < maxSize);
  const wantsOne = isShort && !ledger.dials.mayFollow(origin);
  if (wantsOne && room.used < maxConnections) fault(`${queued} wait for ${dialling} dials though there is room`);
  if (wantsOne && all.idle > idle) fault(`${queued} wait for ${dialling} dials though others have idle connections`);
}
