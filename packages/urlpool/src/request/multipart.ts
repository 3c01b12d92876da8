// Writes a form as multipart/form-data (RFC 7578, RFC 2046 §5.1), as the WHATWG HTML standard has it ("multipart form
// data"): in names and file names CR, LF and the double quote are escaped, as %0D, %0A and %22, and nothing else is.

import { invalidOption } from '../errors/invalid-option.ts';
import { type BodySegment, lengthOf } from './body-segment.ts';
import { checkBoundary, chooseBoundary, multipartType } from './boundary.ts';
import { type FormFields, formEntries } from './form-fields.ts';
import { formPart, type Part } from './form-part.ts';
import { releaseValues } from './release-input.ts';

/** Bytes beside one another are joined up to this size, so that small fields leave in one piece. */
const JOINED_BYTES = 64 * 1024;

const ESCAPES: Readonly<Record<string, string>> = { '\r': '%0D', '\n': '%0A', '"': '%22' };

/** A form that is ready to be sent. */
export interface Multipart {
  readonly segments: readonly BodySegment[];
  /** Its Content-Type, with the boundary. */
  readonly contentType: string;
}

/**
 * The body that the fields of a form stand for.
 *
 * @param boundary What parts the parts. @default 16 random bytes in hexadecimal
 * @throws {RequestError} `ERR_INVALID_OPTION`, `ERR_INVALID_HEADER`, `ERR_INVALID_BODY` or `ERR_BODY_CONSUMED`
 */
export function multipart(fields: FormFields, boundary?: string): Multipart {
  const own = boundary === undefined ? chooseBoundary() : checkBoundary(boundary);
  const parts = partsOf(formEntries(fields), boundary);
  const segments: BodySegment[] = [];
  let end = '';
  for (const part of parts) {
    segments.push(Buffer.from(end + partHead(part, own), 'utf8'), part.content);
    end = '\r\n';
  }
  segments.push(Buffer.from(`${end}--${own}--\r\n`, 'utf8'));
  return { segments: joined(segments), contentType: multipartType(own) };
}

/**
 * The body and the Content-Type of a form whose data is in memory, for what sends it by other ways.
 *
 * @example
 * const { body, contentType } = encodeMultipartFormdata({ title: 'A', file: ['a.txt', 'text'] });
 * await http.request('POST', url, { body, headers: { 'Content-Type': contentType } });
 *
 * @param boundary What parts the parts. @default 16 random bytes in hexadecimal
 * @throws {RequestError} `ERR_INVALID_OPTION` for a value that is none, or has to be read first: a Blob, a path, a stream.
 */
export function encodeMultipartFormdata(
  fields: FormFields,
  boundary?: string,
): { readonly body: Buffer; readonly contentType: string } {
  const { segments, contentType } = multipart(fields, boundary);
  const bytes: Uint8Array[] = [];
  for (const segment of segments) {
    if (!(segment instanceof Uint8Array)) {
      for (const other of segments) if (!(other instanceof Uint8Array)) other.stream?.release();
      throw invalidOption('fields', fields, 'give data that is in memory: a Blob, a path or a stream is not');
    }
    bytes.push(segment);
  }
  return { body: Buffer.concat(bytes), contentType };
}

/** The parts; where one of them cannot be sent, the streams of all are freed: fields of a generator are at hand only here. */
function partsOf(entries: ReturnType<typeof formEntries>, boundary: string | undefined): readonly Part[] {
  try {
    const parts = entries.map(([name, value]) => formPart(name, value));
    if (boundary !== undefined) for (const part of parts) checkApart(part, boundary);
    return parts;
  } catch (error) {
    releaseValues(entries.map(([, value]) => value));
    throw error;
  }
}

/** A part's delimiter and header, up to its data. */
export function partHead({ name, filename, type, headers }: Omit<Part, 'content'>, boundary: string): string {
  let text = `--${boundary}\r\nContent-Disposition: form-data; name="${escapeName(name)}"`;
  if (filename !== null) text += `; filename="${escapeName(filename)}"`;
  text += '\r\n';
  if (type !== null) text += `Content-Type: ${type}\r\n`;
  for (let i = 0; i < headers.length; i += 2) text += `${headers[i]}: ${headers[i + 1]}\r\n`;
  return `${text}\r\n`;
}

function escapeName(name: string): string {
  return name.replace(/[\r\n"]/g, (character) => ESCAPES[character] ?? character);
}

/** A boundary must not occur in what it parts (RFC 2046 §5.1.1); one made at random does not. */
function checkApart({ name, content }: Part, boundary: string): void {
  if (!(content instanceof Uint8Array)) return;
  const data = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  if (data.includes(`--${boundary}`)) {
    throw invalidOption('multipartBoundary', boundary, `it occurs in the data of the field ${JSON.stringify(name)}`);
  }
}

function joined(segments: readonly BodySegment[]): readonly BodySegment[] {
  const result: BodySegment[] = [];
  let run: Uint8Array[] = [];
  const flush = (): void => {
    if (run.length > 0) result.push(run.length === 1 && run[0] !== undefined ? run[0] : Buffer.concat(run));
    run = [];
  };
  for (const segment of segments) {
    if (!(segment instanceof Uint8Array)) {
      flush();
      result.push(segment);
    } else if (segment.byteLength > 0) {
      if ((lengthOf(run) ?? 0) + segment.byteLength > JOINED_BYTES) flush();
      run.push(segment);
    }
  }
  flush();
  return result;
}
