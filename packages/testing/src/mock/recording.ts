// A recording as a file has it: readable JSON, text as text, other bytes as base64. Pure; who reads and writes files is
// elsewhere.

import { isUtf8 } from 'node:buffer';
import type { HTTPHeaders } from 'urlpool';
import type { MockRequest } from './mock-request.ts';
import { type Redaction, redactedBody, redactedHeader, redactedMultipart, redactedURL } from './redaction.ts';

/** A body: text, or bytes. */
export type RecordedBody = { readonly text: string } | { readonly base64: string };

/** Fields by name, a list where there are several lines of one. */
export type RecordedFields = Readonly<Record<string, string | readonly string[]>>;

export interface RecordedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: RecordedFields;
  /** None where it was empty. */
  readonly body?: RecordedBody;
}

export interface RecordedResponse {
  readonly status: number;
  readonly reason: string;
  readonly headers: RecordedFields;
  readonly body?: RecordedBody;
}

export interface RecordedExchange {
  readonly request: RecordedRequest;
  readonly response: RecordedResponse;
}

/** A whole file. */
export interface Recording {
  readonly version: 1;
  /** When it was made (ISO 8601). */
  readonly recordedAt: string;
  /** What was hidden; null for nothing. */
  readonly redacted: Redaction | null;
  readonly exchanges: readonly RecordedExchange[];
}

/** A request as it is recorded, and as a later one is compared with it. */
export function recordedRequest(request: MockRequest, redaction: Redaction | null): RecordedRequest {
  const { method, url, headers, body } = request;
  const type = headers.get('content-type');
  const boundary = /^multipart\/.*;\s*boundary="?([^";]+)"?/i.exec(type ?? '')?.[1];
  const fields = recordedFields(headers, redaction);
  // Another one is made up each time.
  const named = boundary === undefined ? fields : replaced(fields, boundary);
  const bytes = boundary === undefined ? body : replacedBytes(body, boundary);
  return {
    method,
    url: redaction === null ? url : redactedURL(url, redaction),
    headers: named,
    ...(bytes.length === 0 ? {} : { body: recordedBody(bytes, type, redaction) }),
  };
}

/** Fields as they are recorded. */
export function recordedFields(
  headers: HTTPHeaders | Iterable<readonly [string, string]>,
  redaction: Redaction | null,
): RecordedFields {
  const fields: Record<string, string | readonly string[]> = {};
  for (const [name, value] of headers) {
    const shown = redaction === null ? value : redactedHeader(name, value, redaction);
    const known = Object.keys(fields).find((other) => other.toLowerCase() === name.toLowerCase());
    if (known === undefined) fields[name] = shown;
    else fields[known] = [fields[known] ?? [], shown].flat();
  }
  return fields;
}

/** A body as it is recorded. */
export function recordedBody(sent: Buffer, type: string | null, redaction: Redaction | null): RecordedBody {
  const isMultipart = redaction !== null && /^multipart\//i.test(type ?? '');
  const bytes = isMultipart ? Buffer.from(redactedMultipart(sent.toString('latin1'), redaction), 'latin1') : sent;
  const text = isUtf8(bytes) ? bytes.toString('utf8') : null;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
  if (text === null || /[\x00-\x08\x0b\x0c\x0e-\x1f]/.test(text)) return { base64: bytes.toString('base64') };
  return { text: redaction === null ? text : redactedBody(text, type, redaction) };
}

/** The bytes of a recorded body. */
export function bytesOf(body: RecordedBody | undefined): Buffer {
  if (body === undefined) return Buffer.alloc(0);
  return 'text' in body ? Buffer.from(body.text) : Buffer.from(body.base64, 'base64');
}

const BOUNDARY = 'BOUNDARY';

function replaced(fields: RecordedFields, boundary: string): RecordedFields {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      typeof value === 'string' ? value.replaceAll(boundary, BOUNDARY) : value,
    ]),
  );
}

function replacedBytes(bytes: Buffer, boundary: string): Buffer {
  return Buffer.from(bytes.toString('latin1').replaceAll(boundary, BOUNDARY), 'latin1');
}

/**
 * Reads a recording.
 *
 * @throws {Error} for what is none.
 */
export function parseRecording(text: string, path: string): Recording {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new Error(`Cannot replay ${path}: it is no JSON`, { cause });
  }
  if (!isRecord(value) || value.version !== 1 || !Array.isArray(value.exchanges)) {
    throw new Error(`Cannot replay ${path}: it is no recording of version 1; record it again`);
  }
  value.exchanges.forEach((exchange: unknown, index) => {
    if (!isExchange(exchange)) throw new Error(`Cannot replay ${path}: its exchange ${index} is incomplete`);
  });
  return { redacted: null, ...value } as unknown as Recording;
}

function isExchange(exchange: unknown): boolean {
  if (!isRecord(exchange)) return false;
  const { request, response } = exchange;
  return (
    isRecord(request) &&
    typeof request.method === 'string' &&
    typeof request.url === 'string' &&
    isBody(request.body) &&
    isRecord(response) &&
    typeof response.status === 'number' &&
    isRecord(response.headers) &&
    isBody(response.body)
  );
}

function isBody(body: unknown): boolean {
  return body === undefined || (isRecord(body) && (typeof body.text === 'string' || typeof body.base64 === 'string'));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
