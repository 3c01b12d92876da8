/** The text cut after every character. */
export function oneByOne(text: string): string[] {
  return Array.from({ length: text.length }, (_, at) => text.charAt(at));
}

/** Every way to cut the text in two, the first part from 1 character to all but one. */
export function inTwo(text: string): [string, string][] {
  return Array.from({ length: Math.max(0, text.length - 1) }, (_, at) => [text.slice(0, at + 1), text.slice(at + 1)]);
}

/** The text cut at positions; those outside it cut nothing. */
export function cutAt(text: string, positions: readonly number[]): string[] {
  const inside = positions.filter((at) => at > 0 && at < text.length);
  const cuts = [0, ...[...new Set(inside)].sort((a, b) => a - b), text.length];
  return cuts.slice(1).map((end, i) => text.slice(cuts[i], end));
}
