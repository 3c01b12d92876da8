import { readFileSync } from 'node:fs';

/** Files that each process of a run may have open: Node raises its own limit to the hard one, and its children inherit that. */
export function fileLimit(): number {
  const hard = /^Max open files\s+\S+\s+(\S+)/m.exec(readFileSync('/proc/self/limits', 'latin1'))?.[1];
  return hard === undefined || hard === 'unlimited' ? Number.POSITIVE_INFINITY : Number(hard);
}
