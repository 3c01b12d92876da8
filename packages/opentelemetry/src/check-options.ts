// Bad options are told in one sentence: what was given, as what, and what to give instead.

import { RequestError } from 'urlpool';

/** A method or the name of a header field (RFC 9110 §5.6.2). */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** @throws {RequestError} `ERR_INVALID_OPTION` */
export function checkNames(options: unknown, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw invalid(`Cannot use ${shown(options)} as the options of openTelemetry(): give an object`);
  }
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    throw invalid(
      `Cannot use the option ${name} of openTelemetry(): there is none of that name; known are ${known.join(', ')}`,
    );
  }
}

/** @throws {RequestError} `ERR_INVALID_OPTION` */
export function checkFunction(name: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'function') {
    throw invalid(`Cannot use ${shown(value)} as ${name}: give a function`);
  }
}

/** @throws {RequestError} `ERR_INVALID_OPTION` */
export function checkFlag(name: string, value: unknown): void {
  if (typeof value !== 'boolean') throw invalid(`Cannot use ${shown(value)} as ${name}: give true or false`);
}

/** An object of OpenTelemetry's, known by one of its methods. @throws {RequestError} `ERR_INVALID_OPTION` */
export function checkMember(name: string, value: unknown, method: string): void {
  if (value === undefined) return;
  if (typeof value !== 'object' || value === null || !(method in value))
    throw invalid(`Cannot use ${shown(value)} as ${name}: give an object with ${method}()`);
}

/** @throws {RequestError} `ERR_INVALID_OPTION` */
export function checkTokens(name: string, value: unknown): void {
  if (!Array.isArray(value)) throw invalid(`Cannot use ${shown(value)} as ${name}: give a list of names`);
  for (const entry of value as readonly unknown[]) {
    if (typeof entry === 'string' && TOKEN.test(entry)) continue;
    throw invalid(`Cannot use ${shown(entry)} in ${name}: give names`);
  }
}

function invalid(message: string): RequestError {
  return new RequestError(message, { code: 'ERR_INVALID_OPTION', phase: 'request' });
}

function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'an object';
  return String(value);
}
