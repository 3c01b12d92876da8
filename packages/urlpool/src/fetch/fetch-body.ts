// What the `body` of fetch() stands for (WHATWG Fetch §5.2, "extract a body"): what is sent, and the Content-Type it brings.
// The kinds are told by what they can do, since a program may have more than one copy of each class.

import { type BodyInput, bytesOf, isBlob, isFormData } from '../request/body-input.ts';
import { wasRead } from '../request/body-source.ts';

/** A body that can be sent. */
export interface FetchBody {
  readonly body: BodyInput;
  /** The Content-Type to send, where the caller gives none; null where there is none, or the engine knows it. */
  readonly type: string | null;
  /** Whether it can be read only once. */
  readonly isStream: boolean;
}

/**
 * The body that an input stands for; what is no body of any kind is sent as its text, as the standard has it.
 *
 * @throws {TypeError} for a stream that was read before, or is being read.
 */
export function fetchBody(input: unknown): FetchBody {
  if (typeof input === 'object' && input !== null) {
    const bytes = bytesOf(input);
    // Copied: what the caller does with the memory from here on changes no request.
    if (bytes !== null) return { body: Uint8Array.from(bytes), type: null, isStream: false };
    if (isBlob(input) || isFormData(input)) return { body: input, type: null, isStream: false };
    if (isSearchParams(input)) {
      return { body: String(input), type: 'application/x-www-form-urlencoded;charset=UTF-8', isStream: false };
    }
    if (isPieces(input)) {
      if (isLocked(input) || wasRead(input)) {
        throw new TypeError('Cannot send the body: its stream was read before, or is being read');
      }
      return { body: input, type: null, isStream: true };
    }
  }
  return { body: String(input), type: 'text/plain;charset=UTF-8', isStream: false };
}

function isPieces(input: object): input is AsyncIterable<Uint8Array> {
  return Symbol.asyncIterator in input;
}

function isLocked(stream: object): boolean {
  return 'locked' in stream && stream.locked === true;
}

function isSearchParams(input: object): boolean {
  return Symbol.toStringTag in input && input[Symbol.toStringTag] === 'URLSearchParams';
}
