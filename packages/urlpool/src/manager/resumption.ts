// What may be put behind a part of a file that is here already: pure decisions on heads (RFC 9110 §13.1.5, §14, §15.3.7).
// The rule behind all of it: two representations never end up in one file.

import { parseHTTPDate } from '../message/http-date.ts';
import type { HTTPHeaders } from '../message/http-headers.ts';

/** What tells one representation from another, byte for byte. */
export interface Validator {
  /** The entity tag as it came, strong or weak: a weak one cannot say that two are the same, but that they are not. */
  readonly etag: string | null;
  /** A Last-Modified that is as good as one. */
  readonly lastModified: string | null;
}

/** The beginning of a file that is here. */
export interface Part {
  /** Its length in bytes, above 0. */
  readonly length: number;
  /** The length of the whole file, where it is known. */
  readonly total: number | null;
  readonly validator: Validator;
}

/** What to do with a response. */
export type Continuation =
  /** It goes on where the part ends; `end` is where it ends itself, not included. */
  | { readonly do: 'append'; readonly end: number; readonly total: number }
  /** It is the whole file: the part is of no use. */
  | { readonly do: 'begin' }
  /** It cannot go behind the part: ask for the whole file. */
  | { readonly do: 'ask-anew' }
  /** It is no file at all. */
  | { readonly do: 'fail'; readonly why: 'status' | 'unasked-range' };

/**
 * The validator of a response, fit for If-Range; null where it has none. A date is one only where the response was made
 * a second after it or more: the file may have changed twice within one (RFC 9110 §8.8.2.2).
 */
export function strongValidator(headers: HTTPHeaders, now: number): Validator | null {
  if (isCoded(headers)) return null;
  const etag = headers.get('etag');
  const modified = headers.get('last-modified');
  const [changed, made] = [modified, headers.get('date')].map((text) =>
    text === null ? null : parseHTTPDate(text, now),
  );
  const isStrong = changed != null && made != null && made - changed >= 1_000;
  const lastModified = isStrong ? modified : null;
  const validator = { etag, lastModified };
  return isUsable(validator) ? validator : null;
}

/** Whether it can say that two representations are the same. */
export function isUsable({ etag, lastModified }: Validator): boolean {
  return isStrongTag(etag) || lastModified !== null;
}

function isStrongTag(tag: string | null): tag is string {
  return tag !== null && /^"[\x21\x23-\x7e\x80-\xff]*"$/.test(tag);
}

/** The fields that ask for what comes after a part. */
export function rangeFields({ length, validator: { etag, lastModified } }: Part): {
  readonly Range: string;
  readonly 'If-Range': string;
} {
  return { Range: `bytes=${length}-`, 'If-Range': isStrongTag(etag) ? etag : (lastModified ?? '') };
}

/**
 * Decides on a response.
 *
 * @param part What was asked to be continued; null where the whole file was asked for.
 */
export function continuation(status: number, headers: HTTPHeaders, part: Part | null): Continuation {
  if (status === 206) return part === null ? { do: 'fail', why: 'unasked-range' } : afterPart(headers, part);
  if (status === 416 && part !== null) return { do: 'ask-anew' };
  return status >= 200 && status <= 299 ? { do: 'begin' } : { do: 'fail', why: 'status' };
}

function afterPart(headers: HTTPHeaders, part: Part): Continuation {
  const anew: Continuation = { do: 'ask-anew' };
  const range = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15}|\*)$/i.exec(headers.get('content-range') ?? '');
  if (range === null || isCoded(headers) || !isSame(headers, part.validator)) return anew;
  const [start, end] = [Number(range[1]), Number(range[2]) + 1];
  // Of an unknown length nobody can tell whether all of it is there.
  const total = range[3] === '*' ? part.total : Number(range[3]);
  if (total === null || (part.total !== null && total !== part.total)) return anew;
  if (start !== part.length || end <= start || end > total) return anew;
  const length = headers.get('content-length');
  if (length !== null && Number(length) !== end - start) return anew;
  return { do: 'append', end, total };
}

/** A 206 has to have the ETag of the 200 (RFC 9110 §15.3.7), but not its Last-Modified: If-Range has vouched for that. */
function isSame(headers: HTTPHeaders, { etag, lastModified }: Validator): boolean {
  if (headers.get('etag') !== etag) return false;
  const modified = headers.get('last-modified');
  return modified === null || lastModified === null || modified === lastModified;
}

/** Whether its bytes are not those of the file: a content coding makes others of them. */
function isCoded(headers: HTTPHeaders): boolean {
  const coding = headers.get('content-encoding');
  return coding !== null && coding.toLowerCase() !== 'identity';
}
