import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assign } from '../../src/pool/assign.ts';

const LIMITS = { maxSize: 2 };

// name, counts, step
const CASES = [
  ['uses a ready connection before all else', { ready: 1, barred: 1, dialling: 1, open: 1, waiting: 5 }, 'use'],
  ['dials while there is room', { ready: 0, barred: 0, dialling: 0, open: 1, waiting: 1 }, 'dial'],
  ['dials again for a second waiter', { ready: 0, barred: 0, dialling: 1, open: 0, waiting: 2 }, 'dial'],
  ['starts no second dial for one waiter', { ready: 0, barred: 0, dialling: 1, open: 0, waiting: 1 }, 'wait'],
  ['waits at the limit', { ready: 0, barred: 0, dialling: 0, open: 2, waiting: 1 }, 'wait'],
  ['waits at the limit, dials counted', { ready: 0, barred: 0, dialling: 1, open: 1, waiting: 3 }, 'wait'],
  ['waits at the limit when all places are dials', { ready: 0, barred: 0, dialling: 2, open: 0, waiting: 3 }, 'wait'],
  ['dials rather than replace while there is room', { ready: 0, barred: 1, dialling: 0, open: 1, waiting: 1 }, 'dial'],
  ['replaces a barred connection at the limit', { ready: 0, barred: 1, dialling: 0, open: 2, waiting: 1 }, 'replace'],
  ['replaces none for a waiter that has a dial', { ready: 0, barred: 1, dialling: 1, open: 1, waiting: 1 }, 'wait'],
] as const;

for (const [name, counts, step] of CASES) {
  test(`assign() ${name}`, () => assert.equal(assign(counts, LIMITS), step));
}
