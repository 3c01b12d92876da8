// Which row stands where: each origin has a heading with its heat strip, then the depth of its queue where anybody has
// waited, then its lanes. Few lanes are tall and friendly, many are compact and scroll. Pure: counts in, pixels out; what
// is at a height is found by halving, so that thousands of lanes cost no more than a few.

/** What the layout must know of an origin. */
export interface GroupShape {
  readonly lanes: number;
  readonly hasQueue: boolean;
  readonly isCollapsed: boolean;
}

/** Where an origin's rows are, in pixels from the top of all. */
export interface Group {
  readonly top: number;
  /** Top of the queue's row; the row has no height where nobody waited. */
  readonly queueTop: number;
  readonly lanesTop: number;
  readonly lanes: number;
  readonly bottom: number;
}

export interface Layout {
  readonly laneHeight: number;
  readonly groups: readonly Group[];
  readonly height: number;
}

/** What is at a height. */
export type Row =
  | { readonly is: 'heading' | 'queue'; readonly group: number }
  | { readonly is: 'lane'; readonly group: number; readonly lane: number };

export const HEADING_HEIGHT = 32;
export const QUEUE_HEIGHT = 26;
const GAP = 8;

/** Lanes up to a number, and how high each is then, in pixels. */
const HEIGHTS: readonly (readonly [upTo: number, height: number])[] = [
  [6, 36],
  [16, 26],
  [60, 18],
  [300, 12],
  [Number.POSITIVE_INFINITY, 8],
];

/** How high a lane is where there are so many of them. */
export function laneHeightFor(lanes: number): number {
  return HEIGHTS.find(([upTo]) => lanes <= upTo)?.[1] ?? 8;
}

export function layOut(shapes: readonly GroupShape[]): Layout {
  const laneHeight = laneHeightFor(shapes.reduce((sum, { lanes }) => sum + lanes, 0));
  const groups: Group[] = [];
  let top = 0;
  for (const { lanes, hasQueue, isCollapsed } of shapes) {
    const queueTop = top + HEADING_HEIGHT;
    const lanesTop = queueTop + (hasQueue && !isCollapsed ? QUEUE_HEIGHT : 0);
    const shown = isCollapsed ? 0 : lanes;
    const bottom = lanesTop + shown * laneHeight + GAP;
    groups.push({ top, queueTop, lanesTop, lanes: shown, bottom });
    top = bottom;
  }
  return { laneHeight, groups, height: top };
}

/** The groups of which something is between two heights: from the first to the one before the second. */
export function visibleGroups({ groups }: Layout, top: number, bottom: number): readonly [first: number, end: number] {
  const first = firstWhere(groups.length, (i) => (groups[i]?.bottom ?? 0) > top);
  const end = firstWhere(groups.length, (i) => (groups[i]?.top ?? 0) >= bottom);
  return [Math.min(first, end), end];
}

/** The lanes of a group of which something is between two heights. */
export function visibleLanes(group: Group, laneHeight: number, top: number, bottom: number): readonly [number, number] {
  const first = Math.floor((top - group.lanesTop) / laneHeight);
  const end = Math.ceil((bottom - group.lanesTop) / laneHeight);
  const within = (lane: number): number => Math.min(Math.max(lane, 0), group.lanes);
  return [within(first), within(end)];
}

/** What is at a height; null between groups. */
export function rowAt({ groups, laneHeight }: Layout, y: number): Row | null {
  const index = firstWhere(groups.length, (i) => (groups[i]?.bottom ?? 0) > y);
  const group = groups[index];
  if (group === undefined || y < group.top) return null;
  if (y < group.queueTop) return { is: 'heading', group: index };
  if (y < group.lanesTop) return { is: 'queue', group: index };
  const lane = Math.floor((y - group.lanesTop) / laneHeight);
  return lane < group.lanes ? { is: 'lane', group: index, lane } : null;
}

/** The first of the numbers from 0 for which something holds that holds for all after it; `length` where for none. */
export function firstWhere(length: number, holds: (index: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
