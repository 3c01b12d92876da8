import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AssignLimits, assign, type Counts, type Step } from '../../src/pool/assign.ts';

const NONE: Counts = { ready: 0, barred: 0, dialling: 0, open: 0, waiting: 1, perDial: 1 };
const LIMITS: AssignLimits = { maxSize: 2, block: true, maxQueued: 2, room: 10 };

// name, counts, limits, step
const CASES: readonly (readonly [string, Partial<Counts>, Partial<AssignLimits>, Step])[] = [
  ['uses a ready connection before all else', { ready: 1, barred: 1, dialling: 1, open: 1, waiting: 5 }, {}, 'use'],
  ['uses a ready connection where there is no room', { ready: 1, open: 2 }, { room: 0 }, 'use'],
  ['dials where nothing is open', {}, {}, 'dial'],
  ['dials while there is room', { open: 1 }, {}, 'dial'],
  ['dials again for a second waiter', { dialling: 1, waiting: 2 }, {}, 'dial'],
  ['starts no second dial for one waiter', { dialling: 1 }, {}, 'wait'],
  [
    'starts no second dial for as many waiters as a dial will serve',
    { dialling: 1, waiting: 10, perDial: 10 },
    {},
    'wait',
  ],
  ['dials for the waiter that a dial will not serve', { dialling: 1, waiting: 11, perDial: 10 }, {}, 'dial'],
  ['waits at the limit', { open: 2 }, {}, 'wait'],
  ['waits at the limit, dials counted', { dialling: 1, open: 1, waiting: 3 }, {}, 'wait'],
  ['waits at the limit when all places are dials', { dialling: 2, waiting: 3 }, {}, 'wait'],
  ['waits where the manager has no room', { open: 1 }, { room: 0 }, 'wait'],
  ['overflows the limit where it must not wait', { open: 2 }, { block: false }, 'overflow'],
  ['overflows it as often as there are waiters', { open: 5, dialling: 1, waiting: 2 }, { block: false }, 'overflow'],
  ['does not overflow for a waiter that has a dial', { open: 5, dialling: 1 }, { block: false }, 'wait'],
  ['never overflows the room', { open: 2 }, { block: false, room: 0 }, 'wait'],
  ['dials rather than overflow while there is room', { open: 1 }, { block: false }, 'dial'],
  ['dials rather than replace while there is room', { barred: 1, open: 1 }, {}, 'dial'],
  ['replaces a barred connection at the limit', { barred: 1, open: 2 }, {}, 'replace'],
  ['replaces a barred connection where the manager has no room', { barred: 1, open: 1 }, { room: 0 }, 'replace'],
  ['replaces none for a waiter that has a dial', { barred: 1, dialling: 1, open: 1 }, {}, 'wait'],
  ['overflows rather than replace', { barred: 1, open: 2 }, { block: false }, 'overflow'],
  ['lets as many wait as may', { open: 2, waiting: 2 }, {}, 'wait'],
  ['refuses one more', { open: 2, waiting: 3 }, {}, 'refuse'],
  ['counts no waiter that has a dial as queued', { open: 1, dialling: 1, waiting: 3 }, {}, 'wait'],
  ['refuses one more than those that have a dial and may wait', { open: 1, dialling: 1, waiting: 4 }, {}, 'refuse'],
  ['refuses at once where none may wait', { open: 2 }, { maxQueued: 0 }, 'refuse'],
  ['refuses none while it can dial', { open: 1 }, { maxQueued: 0 }, 'dial'],
];

for (const [name, counts, limits, step] of CASES) {
  test(`assign() ${name}`, () => assert.equal(assign({ ...NONE, ...counts }, { ...LIMITS, ...limits }), step));
}
