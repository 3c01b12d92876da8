/** Where randomness comes from: a number from 0 to 1, for jitter. Nothing secret is made of it. */
export type Random = () => number;

/** The process's own. */
export const systemRandom: Random = () => Math.random();
