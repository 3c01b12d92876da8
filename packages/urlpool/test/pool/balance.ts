// What must hold of every snapshot, whatever happened before: nothing is lost, and nothing is counted twice.

import assert from 'node:assert/strict';
import type { PoolCounters, PoolLevels, PoolSnapshot } from 'urlpool';

/** Fails unless every dial is open, under way or closed for a reason. */
export function assertBalanced({
  open,
  idle,
  active,
  dialling,
  numConnections,
  closed,
}: PoolLevels & PoolCounters): void {
  const gone = Object.values(closed).reduce((sum, count) => sum + count, 0);
  assert.equal(numConnections, open + dialling + gone, 'numConnections is open + dialling + closed');
  assert.equal(open, idle + active, 'open is idle + active');
}

/** A pool at rest: nobody waits, nothing is dialled, and every connection is idle. */
export function assertResting(snapshot: PoolSnapshot, open: number): void {
  assertBalanced(snapshot);
  const { active, dialling, queued, idle } = snapshot;
  assert.deepEqual({ idle, active, dialling, queued }, { idle: open, active: 0, dialling: 0, queued: 0 });
}
