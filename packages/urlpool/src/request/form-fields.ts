// What the `fields` of a form may be: urllib3's mappings, pairs and tuples, and the web's FormData, Blob and File.

import { invalidOption } from '../errors/invalid-option.ts';
import { type BodyStream, isFormData, type MadeBody } from './body-input.ts';
import { fieldPairs } from './field-pairs.ts';
import type { HeadersInput } from './header-fields.ts';

/** Data that is at hand. Text is sent as UTF-8, its line breaks as they are, save in FormData; a Blob is read as it is sent. */
export type FormContent = string | number | bigint | boolean | ArrayBufferView | ArrayBuffer | SharedArrayBuffer | Blob;

/** A part of a form with all that can be said of it. One of `data`, `path` and `stream` is given. */
export interface FormPart {
  /** Its data, where that is at hand. */
  readonly data?: FormContent | undefined;
  /** A file on disk, opened when its turn comes: a path or a file URL. A change of its size meanwhile is an error. */
  readonly path?: string | URL | undefined;
  /** A stream, which can be sent once, or a function that makes one for every attempt. */
  readonly stream?: BodyStream | (() => MadeBody | Promise<MadeBody>) | undefined;
  /** The length of `stream` in bytes, where it is known: the body is chunked where it is not. */
  readonly length?: number | undefined;
  /** Null for none. @default the file's own, where `data` is a File or `path` is given; `blob` for another Blob */
  readonly filename?: string | null | undefined;
  /** The media type. @default the Blob's own, else by the file name's extension; without a file name none is sent */
  readonly type?: string | undefined;
  /** Header fields of the part, besides Content-Disposition and Content-Type. */
  readonly headers?: HeadersInput | undefined;
}

/** A field's value; null and undefined leave it out. A list is urllib3's tuple: a file name (null for none), data, type. */
export type FormValue =
  | FormContent
  | readonly [filename: string | null, data: FormContent]
  | readonly [filename: string | null, data: FormContent, type: string]
  | FormPart
  | null
  | undefined;

/** The fields of a form: an object, pairs, a Map, URLSearchParams, or FormData. A name may stand in several pairs. */
export type FormFields = Readonly<Record<string, FormValue>> | Iterable<readonly [string, FormValue]>;

/**
 * Names and values in their order, those left out that are null or undefined. Line breaks in a FormData's names and texts
 * are CRLF, as every sender of one writes them (WHATWG HTML, "multipart form data").
 *
 * @throws {RequestError} `ERR_INVALID_OPTION`
 */
export function formEntries(fields: FormFields): (readonly [name: string, value: unknown])[] {
  const text = isFormData(fields) ? withCRLF : asItIs;
  return fieldPairs(fields).map(([name, value]) => {
    if (typeof name !== 'string') throw invalidOption('the name of a field', name, 'give a string');
    return [text(name), typeof value === 'string' ? text(value) : value];
  });
}

function withCRLF(text: string): string {
  return text.replace(/\r\n|\r|\n/g, '\r\n');
}

function asItIs(text: string): string {
  return text;
}
