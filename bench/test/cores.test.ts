import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseCores, parseList } from '../cores.ts';

// allowed, thread siblings of the first, chosen
const CASES = [
  ['takes the first two cores', [0, 1], [0], { are: 'pinned', server: 0, client: 1 }],
  ['takes no second thread of the same core', [0, 1, 2, 3], [0, 1], { are: 'pinned', server: 0, client: 2 }],
  ['takes a second thread where there is nothing else', [0, 1], [0, 1], { are: 'pinned', server: 0, client: 1 }],
  ['takes only cores it may use', [4, 7], [4], { are: 'pinned', server: 4, client: 7 }],
  ['pins nothing on one core', [0], [0], { are: 'not pinned', reason: 'there is only one core' }],
] as const;

for (const [name, allowed, siblings, chosen] of CASES) {
  test(`chooseCores() ${name}`, () => {
    assert.deepEqual(
      chooseCores(allowed, () => siblings),
      chosen,
    );
  });
}

test("parseList() reads the kernel's lists of cores", () => {
  assert.deepEqual(parseList('0-2,8'), [0, 1, 2, 8]);
  assert.deepEqual(parseList('5'), [5]);
  assert.deepEqual(parseList(''), []);
});
