/** `count` of the items in their order, drawn by `seed`: the same ones each time. */
export function sample<Item>(items: readonly Item[], count: number, seed: number): Item[] {
  const keyed = items.map((item, index) => ({ item, index, key: scrambled(index, seed) }));
  const drawn = keyed.sort((a, b) => a.key - b.key).slice(0, Math.max(0, count));
  return drawn.sort((a, b) => a.index - b.index).map(({ item }) => item);
}

/** The finaliser of MurmurHash3: any two numbers that differ in a bit differ in half of them after it. */
function scrambled(index: number, seed: number): number {
  let hash = Math.imul(index + 1, 0x9e3779b1) ^ Math.imul(seed + 1, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
