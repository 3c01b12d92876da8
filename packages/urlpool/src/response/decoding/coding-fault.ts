// What is wrong with an encoded body, told where it is seen: by code that knows bytes and no request. `decodingError()` makes
// the sentence for the user of it.

import { codeOf } from '../code-of.ts';
import type { DecodableCoding } from './content-codings.ts';

/**
 * The bytes are none of this coding (`false`), they end in its middle (`cut`), or they become too many by it (`ratio`).
 */
export type FaultKind = 'false' | 'cut' | 'ratio';

export class CodingFault extends Error {
  readonly coding: DecodableCoding;
  readonly kind: FaultKind;

  /** @param why What is wrong with bytes that are false. */
  constructor(coding: DecodableCoding, kind: FaultKind, why: string, cause?: unknown) {
    super(why, { cause });
    this.coding = coding;
    this.kind = kind;
  }
}

/** What zlib threw, as a fault: it has one code for data that ends too soon, in every format. */
export function faultOf(coding: DecodableCoding, error: unknown): CodingFault {
  if (error instanceof CodingFault) return error;
  const why = error instanceof Error ? error.message : String(error);
  return new CodingFault(coding, codeOf(error) === 'Z_BUF_ERROR' ? 'cut' : 'false', why, error);
}
