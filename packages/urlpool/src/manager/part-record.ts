// What is remembered of an unfinished download, as JSON in a file beside it: whose part it is.

import { isUsable, type Part, type Validator } from './resumption.ts';

/** The record of a part. */
export interface PartRecord {
  readonly url: string;
  readonly total: number | null;
  readonly validator: Validator;
}

export function recordText({ url, total, validator: { etag, lastModified } }: PartRecord): string {
  return `${JSON.stringify({ urlpool: 1, url, total, etag, lastModified })}\n`;
}

/**
 * The part that a record describes; null where it is of another URL, or no record at all.
 *
 * @param length Bytes of the part.
 */
export function partOf(text: string, url: string, length: number): Part | null {
  let record: unknown;
  try {
    record = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof record !== 'object' || record === null) return null;
  const { urlpool, url: from, total, etag, lastModified } = record as Record<string, unknown>;
  if (urlpool !== 1 || from !== url || !isText(etag) || !isText(lastModified) || !isLength(total)) return null;
  const validator = { etag, lastModified };
  if (!isUsable(validator) || length === 0 || length > (total ?? length)) return null;
  return { length, total, validator };
}

function isText(value: unknown): value is string | null {
  return value === null || typeof value === 'string';
}

function isLength(value: unknown): value is number | null {
  return value === null || (typeof value === 'number' && Number.isInteger(value) && value >= 0);
}
