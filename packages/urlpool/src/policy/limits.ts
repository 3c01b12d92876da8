// Everything that a peer can make large has a limit, and this is where they stand.
//
//   limit                   ours      curl 8      undici 8   Go 1.23            h11
//   maxHeadBytes            64 KiB    300 KiB     16 KiB     10 MiB             16 KiB
//   maxFields               256       5,000       none       none               none
//   maxInformational        16        none        none       5                  none
//   maxTrailerBytes         16 KiB    100 KiB     16 KiB     10 MiB (as head)   16 KiB
//   maxChunkExtensionBytes  4 KiB     none        16 KiB     16 KiB of excess   16 KiB (a line)
//   maxBodyBytes            256 MiB   none        none       none               none

import { checkWhole } from '../errors/option-values.ts';

/** Limits on what a response may make this process hold or count. */
export interface Limits {
  /** Status line and header fields of one head, in bytes. @default 65_536 */
  readonly maxHeadBytes: number;
  /** Header fields of one head, and trailer fields of one body. @default 256 */
  readonly maxFields: number;
  /** Interim (1xx) responses before the final one. @default 16 */
  readonly maxInformational: number;
  /** Trailer fields, in bytes. @default 16_384 */
  readonly maxTrailerBytes: number;
  /** Chunk extensions of one body, added up, in bytes. @default 4_096 */
  readonly maxChunkExtensionBytes: number;
  /** A body that is held in memory, decoded, in bytes. @default 268_435_456 */
  readonly maxBodyBytes: number;
}

/** Limits as options: those left out are the default. */
export type LimitOptions = { readonly [Name in keyof Limits]?: number | undefined };

export const DEFAULT_LIMITS: Limits = Object.freeze({
  maxHeadBytes: 64 * 1024,
  maxFields: 256,
  maxInformational: 16,
  maxTrailerBytes: 16 * 1024,
  maxChunkExtensionBytes: 4 * 1024,
  maxBodyBytes: 256 * 1024 * 1024,
});

const NAMES: readonly (keyof Limits)[] = [
  'maxHeadBytes',
  'maxFields',
  'maxInformational',
  'maxTrailerBytes',
  'maxChunkExtensionBytes',
  'maxBodyBytes',
];

/**
 * The limits with those of `options` in place of the defaults.
 *
 * @throws {RequestError} `ERR_INVALID_OPTION` for a limit that is not a whole number, 0 or more.
 */
export function limitsFrom(options: LimitOptions, base: Limits = DEFAULT_LIMITS): Limits {
  const limits: Record<keyof Limits, number> = { ...base };
  for (const name of NAMES) {
    const value = options[name];
    if (value === undefined) continue;
    checkWhole(name, value, 0);
    limits[name] = value;
  }
  return Object.freeze(limits);
}
