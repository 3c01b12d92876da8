import assert from 'node:assert/strict';
import test from 'node:test';
import { unseenEvents } from '../../page/unseen-events.ts';

// Events of a message, its id, the highest id before, what is new.
const CASES = [
  ['the header of the first message', ['trace'], 0, -1, ['trace']],
  ['what follows', ['a', 'b'], 2, 0, ['a', 'b']],
  ['what follows a gap', ['gap', 'x', 'y'], 12, 2, ['gap', 'x', 'y']],
  ['the header, once more', ['trace'], 0, 2, []],
  ['what was seen, once more', ['a', 'b'], 2, 2, []],
  ['a message of which a part was seen', ['a', 'b', 'c'], 3, 2, ['c']],
  ['a message without an id', ['a'], Number.NaN, 2, ['a']],
] as const;

for (const [name, events, id, seen, expected] of CASES) {
  test(`unseenEvents() of ${name}`, () => assert.deepEqual(unseenEvents(events, id, seen), expected));
}
