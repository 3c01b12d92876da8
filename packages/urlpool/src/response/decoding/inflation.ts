// When a body grows so much by decoding that it must be made to harm: a pure rule of two counts. gzip makes text 3 to 20
// times larger and a log file perhaps 100 times; only what was made for it comes near 1,000. A small body may do so, since
// it harms nobody and tables of zeros exist.

/** Up to this many decoded bytes nothing is said about the ratio. */
export const RATIO_FREE_BYTES: number = 64 * 1024 * 1024;

/** How many bytes may come of one, beyond that. */
export const MAX_RATIO = 200;

/** Whether a body of `encoded` bytes may become `decoded` ones. */
export function isTooMuch(encoded: number, decoded: number): boolean {
  return decoded > RATIO_FREE_BYTES && decoded > encoded * MAX_RATIO;
}
