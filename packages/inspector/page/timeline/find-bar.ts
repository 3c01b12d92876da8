import type { Bars } from '../../src/model/bars.ts';
import type { Lane } from '../../src/model/lane.ts';

/**
 * The exchange of a lane that is at a time, or the nearest one; -1 where none is near.
 *
 * @param near How far away one may be, in ms: a few pixels.
 * @param now Until when one goes on that is not over.
 */
export function findBar(lane: Lane, bars: Bars, time: number, near: number, now: number): number {
  let best = -1;
  let bestDistance = near;
  for (let place = lane.placeAt(time - near, bars); place < lane.count; place++) {
    const id = lane.idAt(place);
    const slot = bars.slotOf(id);
    const from = bars.from[slot] ?? 0;
    if (from > time + near) break;
    const end = bars.to[slot] ?? Number.NaN;
    const distance = Math.max(from - time, time - (Number.isNaN(end) ? now : end), 0);
    if (distance > bestDistance) continue;
    best = id;
    bestDistance = distance;
  }
  return best;
}
