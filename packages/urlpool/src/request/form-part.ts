// One field of a form as the part that it becomes: what its header says, and where its bytes come from. Nothing is read
// here; of a file on disk only the size is asked.

import { checkNames, invalidOption } from '../errors/invalid-option.ts';
import { checkWhole } from '../errors/option-values.ts';
import { isFieldValue } from '../message/characters.ts';
import { type Fields, NO_FIELDS } from '../message/fields.ts';
import { bytesOf, isBlob, isStream } from './body-input.ts';
import type { BodySegment, OpenableSegment } from './body-segment.ts';
import { type BodySource, openSource } from './body-source.ts';
import { openExactly } from './exact-source.ts';
import { FileSource, fileSize, pathText } from './file-source.ts';
import type { FormPart } from './form-fields.ts';
import { GivenStream } from './given-stream.ts';
import { fieldsFrom } from './header-fields.ts';
import { guessMediaType } from './media-type.ts';

/** A part, ready to be written. */
export interface Part {
  readonly name: string;
  /** Null for none: then it is no file to its reader. */
  readonly filename: string | null;
  /** The media type; null to say none. */
  readonly type: string | null;
  /** What else its header says. */
  readonly headers: Fields;
  readonly content: BodySegment;
}

/** Where a part's bytes come from, and what that says of it. */
interface Content {
  readonly segment: BodySegment;
  readonly filename: string | null;
  readonly type: string;
}

const PART_NAMES: readonly (keyof FormPart)[] = ['data', 'path', 'stream', 'length', 'filename', 'type', 'headers'];
const SOURCES = ['data', 'path', 'stream'] as const;

/** Fields that are written from the part's name, file name and type. */
const WRITTEN: ReadonlySet<string> = new Set(['content-disposition', 'content-type']);

/**
 * The part that a field becomes.
 *
 * @throws {RequestError} `ERR_INVALID_OPTION`, `ERR_INVALID_HEADER`; `ERR_INVALID_BODY` for a file that cannot be sent,
 *   `ERR_BODY_CONSUMED` for a stream that was read before.
 */
export function formPart(name: string, value: unknown): Part {
  const option = `fields.${name}`;
  if (Array.isArray(value)) return tuplePart(name, value);
  if (isAtHand(value)) return { name, ...said(option, contentAtHand(value, option), {}) };
  if (!isPart(value)) throw invalidOption(option, value, WANTED);
  checkNames(option, value, PART_NAMES);
  const content = contentOf(value, option);
  return { name, ...said(option, content, value) };
}

const WANTED =
  'give a string, a number, a boolean, bytes, a Blob, [filename, data], [filename, data, type], or { data, path or stream }';

function tuplePart(name: string, tuple: readonly unknown[]): Part {
  const option = `fields.${name}`;
  const [filename, data, type] = tuple;
  const isNamed = filename === null || typeof filename === 'string';
  if (tuple.length < 2 || tuple.length > 3 || !isNamed || !isAtHand(data)) {
    throw invalidOption(option, tuple, 'give [filename, data] or [filename, data, type]; a repeated name as pairs');
  }
  return { name, ...said(option, contentAtHand(data, option), { filename, type: type as string | undefined }) };
}

/** What the header says: the caller's word first, then the content's own, then what the file name tells. */
function said(option: string, content: Content, given: FormPart): Omit<Part, 'name'> {
  const { segment, type: ownType } = content;
  const filename = given.filename === undefined ? content.filename : given.filename;
  if (filename !== null && typeof filename !== 'string') {
    throw invalidOption(`${option}.filename`, filename, 'give a string, or null for none');
  }
  const guessed = filename === null ? null : guessMediaType(filename);
  const type = given.type ?? (ownType === '' ? guessed : ownType);
  if (type !== null && !(typeof type === 'string' && type !== '' && isFieldValue(type))) {
    throw invalidOption(`${option}.type`, type, 'give a media type, e.g. text/plain');
  }
  return { filename, type, headers: headersOf(option, given), content: segment };
}

function headersOf(option: string, { headers }: FormPart): Fields {
  if (headers === undefined) return NO_FIELDS;
  const fields = fieldsFrom(headers);
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] ?? '';
    if (!WRITTEN.has(name.toLowerCase())) continue;
    throw invalidOption(`a field of ${option}.headers`, name, 'it is written from the name, filename and type');
  }
  return fields;
}

function isPart(value: unknown): value is FormPart {
  return typeof value === 'object' && value !== null && SOURCES.some((source) => source in value);
}

function isAtHand(value: unknown): boolean {
  const isPlain = ['string', 'number', 'bigint', 'boolean'].includes(typeof value);
  return isPlain || bytesOf(value) !== null || isBlob(value);
}

function contentAtHand(data: unknown, option: string): Content {
  if (!isBlob(data)) {
    return { segment: bytesOf(data) ?? Buffer.from(String(data), 'utf8'), filename: null, type: '' };
  }
  const { size } = data;
  const filename = 'name' in data && typeof data.name === 'string' ? data.name : 'blob';
  const open = (): BodySource => openExactly(openSource(data), size, `the Blob of ${option}`);
  return { segment: { length: size, stream: null, open }, filename, type: data.type };
}

function contentOf(part: FormPart, option: string): Content {
  const { data, path, stream, length } = part;
  if (SOURCES.filter((source) => part[source] !== undefined && part[source] !== null).length !== 1) {
    throw invalidOption(option, part, 'give one of data, path and stream');
  }
  checkWhole(`${option}.length`, length, 0);
  if (stream !== undefined && stream !== null) {
    return { segment: streamSegment(stream, length ?? null, option), filename: null, type: '' };
  }
  if (length !== undefined)
    throw invalidOption(`${option}.length`, length, 'it goes with stream: other data has its own');
  if (path !== undefined && path !== null) return fileContent(path, option);
  if (!isAtHand(data))
    throw invalidOption(`${option}.data`, data, 'give a string, a number, a boolean, bytes or a Blob');
  return contentAtHand(data, option);
}

function fileContent(path: string | URL, option: string): Content {
  if (typeof path !== 'string' && !(path instanceof URL && path.protocol === 'file:')) {
    throw invalidOption(`${option}.path`, path, 'give a path or a file URL');
  }
  const file = pathText(path);
  const size = fileSize(file, option);
  const { basename } = process.getBuiltinModule('node:path');
  const open = (): BodySource => new FileSource(file, size);
  return { segment: { length: size, stream: null, open }, filename: basename(file), type: '' };
}

function streamSegment(stream: unknown, length: number | null, option: string): OpenableSegment {
  const bounded = (source: BodySource): BodySource =>
    length === null ? source : openExactly(source, length, `the stream of ${option}`);
  if (typeof stream === 'function') {
    return { length, stream: null, open: async () => bounded(openSource(await stream())) };
  }
  if (!isStream(stream)) throw invalidOption(`${option}.stream`, stream, 'give a stream, or a function that makes one');
  if (Array.isArray(stream)) return { length, stream: null, open: () => bounded(openSource(stream)) };
  const given = new GivenStream(stream, `the stream of ${option}`);
  return { length, stream: given, open: () => bounded(given.open()) };
}
