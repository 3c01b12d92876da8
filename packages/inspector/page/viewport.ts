// The span of time that is looked at, and what the wheel, the keys and the fingers make of it. Pure: times are in ms by
// the events' own clock, and places are shares of the width from 0 (left) to 1 (right).

/** A span of time. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** The shortest span that can be looked at, in ms: a microsecond is about a pixel then. */
export const SHORTEST = 0.5;

/** How much longer than what is to be shown the view may be. */
const AROUND = 25;

/** What is brought into view is shown in at least so much time, in ms. */
const LEAST_SHOWN = 20;

/** Room before the first and after the last event, as a share of all. */
const MARGIN = 0.02;

/** All there is, with a little room on both sides. */
export function whole(first: number, last: number): Span {
  const length = Math.max(last - first, 1);
  return { from: first - length * MARGIN, to: first + length * (1 + MARGIN) };
}

/**
 * Longer or shorter by a factor: what is at the place `at` stays there.
 *
 * @param factor Above 1 shows more time, below 1 less.
 */
export function zoom(view: Span, factor: number, at: number, all: Span): Span {
  const length = view.to - view.from;
  const longest = Math.max(all.to - all.from, SHORTEST);
  const next = Math.min(Math.max(length * factor, SHORTEST), longest);
  const pivot = view.from + length * at;
  return within({ from: pivot - next * at, to: pivot + next * (1 - at) }, all);
}

/** The same length, later by a share of it; earlier where that is negative. */
export function pan(view: Span, share: number, all: Span): Span {
  const by = (view.to - view.from) * share;
  return within({ from: view.from + by, to: view.to + by }, all);
}

/** The span of two fingers: what was under them when they came down is under them now. */
export function pinch(start: Span, before: readonly [number, number], now: readonly [number, number], all: Span): Span {
  const [a, b] = before;
  const [c, d] = now;
  const apart = Math.max(Math.abs(d - c), 0.01);
  const factor = Math.max(Math.abs(b - a), 0.01) / apart;
  const length = Math.min(Math.max((start.to - start.from) * factor, SHORTEST), all.to - all.from);
  const middle = start.from + (start.to - start.from) * ((a + b) / 2);
  const from = middle - length * ((c + d) / 2);
  return within({ from, to: from + length }, all);
}

/** The same length with its end where the newest event is, for following. */
export function follow(view: Span, all: Span): Span {
  const length = Math.min(view.to - view.from, all.to - all.from);
  return { from: all.to - length, to: all.to };
}

/** Shows a span of time in the middle: all of it, and shorter where it would be too narrow to be seen, with some of what is around it. */
export function show(view: Span, target: Span, all: Span): Span {
  const wanted = target.to - target.from;
  const length = Math.max(
    Math.min(view.to - view.from, Math.max(wanted * AROUND, LEAST_SHOWN)),
    wanted * (1 + 2 * MARGIN),
  );
  const middle = (target.from + target.to) / 2;
  return within({ from: middle - length / 2, to: middle + length / 2 }, all);
}

function within(view: Span, all: Span): Span {
  const length = view.to - view.from;
  if (length >= all.to - all.from) return all;
  if (view.from < all.from) return { from: all.from, to: all.from + length };
  if (view.to > all.to) return { from: all.to - length, to: all.to };
  return view;
}
