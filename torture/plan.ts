// Which cuts a run makes: every kind, in both directions, at every position, or at one position in `every`.

import type { Cut } from './cut.ts';

/**
 * All cuts of a dialogue.
 *
 * @param every 1 for every position; more for a sample that always holds the first and the last.
 */
export function cutsOf(responseBytes: number, requestBytes: number, every: number): Cut[] {
  const cuts: Cut[] = [];
  for (const at of positions(responseBytes, every)) {
    for (const by of ['fin', 'reset', 'stall'] as const) cuts.push({ by, direction: 'response', at });
    if (at > 0 && at < responseBytes) cuts.push({ by: 'split', direction: 'response', at });
  }
  for (const at of positions(requestBytes, every)) {
    for (const by of ['fin', 'reset', 'stall'] as const) cuts.push({ by, direction: 'request', at });
  }
  return cuts;
}

function positions(length: number, every: number): number[] {
  const found: number[] = [];
  for (let at = 0; at < length; at += every) found.push(at);
  found.push(length);
  return found;
}
