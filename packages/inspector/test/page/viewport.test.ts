import assert from 'node:assert/strict';
import test from 'node:test';
import { follow, pan, pinch, SHORTEST, type Span, show, whole, zoom } from '../../page/viewport.ts';

const ALL: Span = { from: 0, to: 1000 };
const VIEW: Span = { from: 400, to: 500 };

// What is done, what is shown then.
const CASES: readonly (readonly [string, Span, Span])[] = [
  ['zoom() keeps what is in the middle there', zoom(VIEW, 0.5, 0.5, ALL), { from: 425, to: 475 }],
  ['zoom() keeps what is at the left edge there', zoom(VIEW, 2, 0, ALL), { from: 400, to: 600 }],
  ['zoom() shows no more than all', zoom(VIEW, 100, 0.5, ALL), ALL],
  ['zoom() shows no less than the shortest', zoom(VIEW, 1e-9, 0, ALL), { from: 400, to: 400 + SHORTEST }],
  ['zoom() stays within the trace', zoom({ from: 0, to: 100 }, 2, 1, ALL), { from: 0, to: 200 }],
  ['pan() moves by a share of what is shown', pan(VIEW, 0.5, ALL), { from: 450, to: 550 }],
  ['pan() stops at the end', pan(VIEW, 100, ALL), { from: 900, to: 1000 }],
  ['pan() stops at the beginning', pan(VIEW, -100, ALL), { from: 0, to: 100 }],
  [
    'pinch() with fingers twice as far apart shows half',
    pinch(VIEW, [0.4, 0.6], [0.3, 0.7], ALL),
    { from: 425, to: 475 },
  ],
  ['pinch() moves with both fingers', pinch(VIEW, [0.4, 0.6], [0.5, 0.7], ALL), { from: 390, to: 490 }],
  ['follow() ends with the newest', follow(VIEW, ALL), { from: 900, to: 1000 }],
  ['follow() shows no more than there is', follow({ from: -500, to: 5000 }, ALL), ALL],
  ['show() brings into the middle', show(VIEW, { from: 700, to: 704 }, ALL), { from: 652, to: 752 }],
  [
    'show() of something short shows less, with what is around it',
    show(ALL, { from: 500, to: 500 }, ALL),
    { from: 490, to: 510 },
  ],
  ['show() of something long shows all of it', show(VIEW, { from: 200, to: 700 }, ALL), { from: 190, to: 710 }],
  ['whole() has room on both sides', whole(0, 100), { from: -2, to: 102 }],
  ['whole() of a moment is a span', whole(5, 5), { from: 4.98, to: 6.02 }],
];

for (const [name, shown, expected] of CASES) {
  test(name, () => {
    assert.ok(
      Math.abs(shown.from - expected.from) < 1e-6 && Math.abs(shown.to - expected.to) < 1e-6,
      JSON.stringify(shown),
    );
  });
}
