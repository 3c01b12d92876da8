import assert from 'node:assert/strict';
import test from 'node:test';
import { countColumns } from '../../page/timeline/activity.ts';
import {
  laneHeightFor,
  layOut,
  type Row,
  rowAt,
  visibleGroups,
  visibleLanes,
} from '../../page/timeline/lane-layout.ts';

const LAYOUT = layOut([
  { lanes: 2, hasQueue: true, isCollapsed: false },
  { lanes: 3, hasQueue: false, isCollapsed: false },
  { lanes: 1, hasQueue: true, isCollapsed: true },
]);

test('layOut() puts heading, queue and lanes below each other', () => {
  assert.deepEqual(LAYOUT, {
    laneHeight: 36,
    groups: [
      { top: 0, queueTop: 32, lanesTop: 58, lanes: 2, bottom: 138 },
      { top: 138, queueTop: 170, lanesTop: 170, lanes: 3, bottom: 286 },
      { top: 286, queueTop: 318, lanesTop: 318, lanes: 0, bottom: 326 },
    ],
    height: 326,
  });
});

// Height, what is there.
const ROWS: readonly (readonly [number, Row | null])[] = [
  [-1, null],
  [0, { is: 'heading', group: 0 }],
  [31, { is: 'heading', group: 0 }],
  [32, { is: 'queue', group: 0 }],
  [58, { is: 'lane', group: 0, lane: 0 }],
  [94, { is: 'lane', group: 0, lane: 1 }],
  [135, null],
  [138, { is: 'heading', group: 1 }],
  [170, { is: 'lane', group: 1, lane: 0 }],
  [320, null],
  [5000, null],
];

for (const [y, row] of ROWS) test(`rowAt() ${y}`, () => assert.deepEqual(rowAt(LAYOUT, y), row));

// Top and bottom of the window, the groups in it.
const WINDOWS = [
  [0, 10, 0, 1],
  [0, 400, 0, 3],
  [137, 139, 0, 2],
  [138, 139, 1, 2],
  [400, 500, 3, 3],
] as const;

for (const [top, bottom, first, end] of WINDOWS) {
  test(`visibleGroups() from ${top} to ${bottom}`, () =>
    assert.deepEqual(visibleGroups(LAYOUT, top, bottom), [first, end]));
}

test('visibleLanes() gives those of which something is seen', () => {
  const [group = assert.fail()] = LAYOUT.groups;
  assert.deepEqual(visibleLanes(group, 36, 0, 58), [0, 0]);
  assert.deepEqual(visibleLanes(group, 36, 60, 61), [0, 1]);
  assert.deepEqual(visibleLanes(group, 36, 93, 95), [0, 2]);
  assert.deepEqual(visibleLanes(group, 36, 200, 300), [2, 2]);
});

for (const [lanes, height] of [
  [1, 36],
  [6, 36],
  [7, 26],
  [17, 18],
  [61, 12],
  [3000, 8],
] as const) {
  test(`laneHeightFor() ${lanes} lanes`, () => assert.equal(laneHeightFor(lanes), height));
}

test('countColumns() counts what begins in each column', () => {
  assert.deepEqual(countColumns([-5, 0, 1, 10, 19, 20, 39.9, 40], 0, 40, 4), [2, 2, 1, 1]);
  assert.deepEqual(countColumns([], 0, 40, 2), [0, 0]);
});
