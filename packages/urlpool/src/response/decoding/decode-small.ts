import { CodingFault } from './coding-fault.ts';
import { type DecodableCoding, MAX_CODINGS } from './content-codings.ts';
import { decodeNow } from './decode-now.ts';
import { type DecodedOf, decodingError, tooManyCodingsError } from './decoding-error.ts';

/** Whose body it is, and how many bytes it may have, decoded. */
export interface SmallOptions {
  readonly of: DecodedOf;
  readonly most: number;
}

/**
 * `decodeNow()` for a body that is here as a whole, with the errors that its user reads.
 *
 * @throws {DecodeError} `ERR_DECODE`
 * @throws {LimitError} for too many codings.
 */
export function decodeSmall(
  data: Buffer,
  codings: readonly DecodableCoding[],
  { of, most }: SmallOptions,
): ReturnType<typeof decodeNow> {
  if (codings.length > MAX_CODINGS) throw tooManyCodingsError(codings.length, of);
  try {
    return decodeNow(data, codings, most);
  } catch (error) {
    throw error instanceof CodingFault ? decodingError(error, of, data.length) : error;
  }
}
