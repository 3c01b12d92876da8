// Puts the header fields of a request together: the pool's defaults, then the manager's, then the call's own. A call
// without fields of its own shares one finished block with all others, which is what makes the common request cheap.

import { FieldBlock } from '../message/field-block.ts';
import type { Fields } from '../message/fields.ts';
import { type HeaderEntry, type HeadersInput, headerEntries, refusedField } from '../message/headers-input.ts';

export type { HeadersInput, HeaderValue } from '../message/headers-input.ts';

/** What the own fields of a call say, apart from those that are sent as they are. */
export interface HeaderFields {
  readonly block: FieldBlock;
  /** A Content-Length that the caller gave; the body decides whether it holds. */
  readonly contentLength: number | null;
  /** Names, in lower case, that the caller gave as null. */
  readonly removed: ReadonlySet<string>;
  /** Names, in lower case, of all that the caller gave. */
  readonly given: ReadonlySet<string>;
}

/**
 * The fields of `base` with those of `own` over them: a name in `own` takes the place of all fields of that name.
 *
 * @throws {RequestError} `ERR_INVALID_HEADER` for a name or value that must not be sent.
 */
export function mergeFields(base: Fields, own: HeadersInput): HeaderFields {
  const entries = headerEntries(own);
  const replaced = new Set(entries.map(([name]) => name.toLowerCase()));
  const fields: string[] = [];
  const hostStaysFirst = replaced.has('host');
  if (hostStaysFirst) pushNamed(fields, entries, 'host');
  for (let i = 0; i < base.length; i += 2) {
    const name = base[i] ?? '';
    if (!replaced.has(name.toLowerCase())) fields.push(name, base[i + 1] ?? '');
  }
  const removed = new Set<string>();
  let contentLength: number | null = null;
  for (const [name, value] of entries) {
    const lower = name.toLowerCase();
    if (value === null) removed.add(lower);
    if (value === null || lower === 'host') continue;
    if (lower === 'content-length') {
      contentLength = parseLength(value, contentLength);
      continue;
    }
    if (lower === 'transfer-encoding')
      throw refusedField(name, 'the body decides how it is framed: leave the field out');
    fields.push(name, value);
  }
  return { block: new FieldBlock(fields), contentLength, removed, given: replaced };
}

/**
 * Fields given by themselves, as trailers are: checked, in order.
 *
 * @throws {RequestError} `ERR_INVALID_HEADER`
 */
export function fieldsFrom(input: HeadersInput): Fields {
  return headerEntries(input).flatMap(([name, value]) => (value === null ? [] : [name, value]));
}

/** Host comes first (RFC 9110 §7.2), and exactly once. */
function pushNamed(fields: string[], entries: readonly HeaderEntry[], lowerName: string): void {
  const named = entries.filter(([name, value]) => name.toLowerCase() === lowerName && value !== null);
  if (named.length !== 1) {
    throw refusedField('Host', `a request has exactly one, not ${named.length} (RFC 9112 §3.2)`);
  }
  for (const [name, value] of named) {
    if (!HOST.test(value ?? ''))
      throw refusedField('Host', 'give a host, and a port where it needs one (RFC 9110 §7.2)');
    fields.push(name, value ?? '');
  }
}

/** A name or an address and a port, or nothing (RFC 3986 §3.2.2): a server that puts it before the path must get no more. */
const HOST = /^[0-9A-Za-z!$%&'()*+,\-.:;=[\]_~]*$/;

function parseLength(value: string, before: number | null): number {
  const length = /^\d{1,15}$/.test(value) ? Number(value) : null;
  if (length === null || (before !== null && before !== length)) {
    throw refusedField('Content-Length', `${JSON.stringify(value)} is not one length in bytes`);
  }
  return length;
}

/** The Authorization of a URL's userinfo, `user:password` (RFC 7617 §2). */
export function basicAuthorization(userinfo: string): string {
  return `Basic ${Buffer.from(userinfo, 'utf8').toString('base64')}`;
}
