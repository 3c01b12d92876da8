import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Linked, LinkedList } from '../../src/util/linked-list.ts';

class Member implements Linked<Member> {
  previous: Member | null = null;
  next: Member | null = null;
  list: object | null = null;
  readonly id: number;

  constructor(id: number) {
    this.id = id;
  }
}

function idsOf(list: LinkedList<Member>): number[] {
  return [...list].map(({ id }) => id);
}

/** A list of members with ids from 1. */
function listOf(size: number): { list: LinkedList<Member>; members: Member[] } {
  const list = new LinkedList<Member>();
  const members = Array.from({ length: size }, (_, i) => new Member(i + 1));
  for (const member of members) list.push(member);
  return { list, members };
}

test('LinkedList is empty at first', () => {
  const list = new LinkedList<Member>();
  assert.deepEqual([list.size, list.first, list.last, list.shift(), [...list]], [0, null, null, null, []]);
});

test('LinkedList.push() adds at the end', () => {
  const { list } = listOf(3);
  assert.deepEqual([idsOf(list), list.size, list.first?.id, list.last?.id], [[1, 2, 3], 3, 1, 3]);
});

test('LinkedList.unshift() adds at the beginning', () => {
  const list = new LinkedList<Member>();
  for (const id of [1, 2, 3]) list.unshift(new Member(id));
  assert.deepEqual([idsOf(list), list.size, list.first?.id, list.last?.id], [[3, 2, 1], 3, 3, 1]);
});

test('LinkedList.delete() is false for a member of no list, and of another', () => {
  const { list } = listOf(1);
  const { members } = listOf(1);
  const results = [new Member(9), ...members].map((member) => list.delete(member));
  assert.deepEqual([results, list.size], [[false, false], 1]);
});

test('LinkedList.delete() takes a member out once', () => {
  const { list, members } = listOf(3);
  const results = [members[1], members[1]].map((member) => member !== undefined && list.delete(member));
  assert.deepEqual(
    [results, idsOf(list)],
    [
      [true, false],
      [1, 3],
    ],
  );
});

test('LinkedList.delete() leaves no link in the member', () => {
  const { list, members } = listOf(3);
  for (const member of members) list.delete(member);
  for (const { previous, next, list: of } of members) assert.deepEqual([previous, next, of], [null, null, null]);
});

test('LinkedList lets a member go to another list', () => {
  const { list, members } = listOf(3);
  const other = new LinkedList<Member>();
  const moved = list.shift();
  if (moved !== null) other.push(moved);
  assert.deepEqual([moved, idsOf(list), idsOf(other)], [members[0], [2, 3], [1]]);
});

test('LinkedList iterates while the member at hand is taken out', () => {
  const { list } = listOf(4);
  const seen: number[] = [];
  for (const member of list) {
    seen.push(member.id);
    list.delete(member);
  }
  assert.deepEqual([seen, list.size], [[1, 2, 3, 4], 0]);
});

type Action = readonly ['push' | 'unshift' | 'shift', 0] | readonly ['delete', number];

const action: fc.Arbitrary<Action> = fc.oneof(
  fc.constantFrom('push', 'unshift', 'shift').map((name) => [name, 0] as const),
  fc.nat({ max: 20 }).map((at) => ['delete', at] as const),
);

test('LinkedList does what an array would, whatever is done to it', () => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
      const list = new LinkedList<Member>();
      const model: Member[] = [];
      for (const [id, [name, at]] of actions.entries()) {
        const member = new Member(id);
        if (name === 'push') list.push(member);
        if (name === 'push') model.push(member);
        if (name === 'unshift') list.unshift(member);
        if (name === 'unshift') model.unshift(member);
        if (name === 'shift') assert.equal(list.shift(), model.shift() ?? null);
        const deleted = name === 'delete' ? model[at] : undefined;
        if (deleted !== undefined) {
          list.delete(deleted);
          model.splice(at, 1);
        }
        assert.deepEqual(
          [idsOf(list), list.size, list.first, list.last],
          [model.map((one) => one.id), model.length, model[0] ?? null, model.at(-1) ?? null],
        );
        for (const [i, one] of model.entries()) {
          assert.equal(one.previous, model[i - 1] ?? null);
          assert.equal(one.next, model[i + 1] ?? null);
        }
      }
    }),
  );
});
