// One response as the reader's tables state it: the bytes, the rule's place, and what must be told of them.

import type { Framing } from '../../src/http1/framing.ts';
import type { Fields } from '../../src/message/fields.ts';
import type { Head } from '../../src/message/head.ts';
import type { LimitOptions } from '../../src/policy/limits.ts';
import type { RecordedReaderOptions, Told } from './recorded-reader.ts';

export interface ResponseCase {
  readonly name: string;
  /** Where the rule stands. */
  readonly rfc: string;
  /** Latin1. */
  readonly bytes: string;
  readonly told: readonly Told[];
  /** @default 'GET' */
  readonly method?: string;
  /** Whether another protocol was asked for. @default false */
  readonly upgrade?: boolean;
  readonly limits?: LimitOptions;
  /** Whether the server closes its side after the bytes. @default false */
  readonly closes?: boolean;
}

/** How the reader of a case is made. */
export function optionsOf(row: ResponseCase): RecordedReaderOptions {
  return { method: row.method, upgrade: row.upgrade, limits: row.limits };
}

/** Whether the last byte of a case is the last of its response, and not the end of the connection. */
export function isWhole(row: ResponseCase): boolean {
  const last = row.told.at(-1)?.is;
  return row.closes !== true && (last === 'end' || last === 'switch');
}

export function isRefused(row: ResponseCase): boolean {
  return row.told.at(-1)?.is === 'fault';
}

export const NONE: Framing = { is: 'none', keeps: true };
export const NONE_AND_CLOSE: Framing = { is: 'none', keeps: false };
export const CHUNKED: Framing = { is: 'chunked', keeps: true };
export const CHUNKED_AND_CLOSE: Framing = { is: 'chunked', keeps: false };
export const UNTIL_CLOSE: Framing = { is: 'until-close', keeps: false };

export function length(bytes: number): Framing {
  return { is: 'length', length: bytes, keeps: true };
}

/** The head "HTTP/1.1 200 OK" with these fields. */
export function ok(fields: Fields, framing: Framing): Told {
  return head(200, 'OK', fields, framing);
}

export function head(
  status: number,
  reason: string,
  fields: Fields,
  framing: Framing,
  version: Head['version'] = '1.1',
): Told {
  const bodyLength = framing.is === 'length' ? framing.length : null;
  return { is: 'head', head: { version, status, reason, fields, bodyLength }, framing };
}

export function interim(status: number, reason: string, fields: Fields = []): Told {
  return { is: 'interim', head: { version: '1.1', status, reason, fields, bodyLength: null } };
}

export function switched(status: number, reason: string, fields: Fields = []): Told {
  return { is: 'switch', head: { version: '1.1', status, reason, fields, bodyLength: null } };
}

export function body(text: string): Told {
  return { is: 'body', text };
}

export function end(...trailers: string[]): Told {
  return { is: 'end', trailers };
}

/** What a fault tells: its kind, or the limit's name. */
export function fault(why: string): Told {
  return { is: 'fault', why };
}
