// What parts the parts of a multipart body (RFC 2046 §5.1.1). A boundary that could be guessed would let the data of one
// part pass for another part, so it is made from 128 random bits.

import { invalidOption } from '../errors/invalid-option.ts';
import { isToken } from '../message/characters.ts';

/** 1 to 70 characters of `bchars`, the last one no space. */
const BOUNDARY = /^[0-9A-Za-z'()+_,\-./:=? ]{0,69}[0-9A-Za-z'()+_,\-./:=?]$/;

/** A new one: 16 random bytes in hexadecimal, as urllib3's `choose_boundary()`. */
export function chooseBoundary(): string {
  return process.getBuiltinModule('node:crypto').randomBytes(16).toString('hex');
}

/**
 * Checks one that the caller chose.
 *
 * @throws {RequestError} `ERR_INVALID_OPTION`
 */
export function checkBoundary(boundary: string): string {
  if (typeof boundary === 'string' && BOUNDARY.test(boundary)) return boundary;
  const want = `give 1 to 70 letters, digits, spaces inside, or of '()+_,-./:=? (RFC 2046 §5.1.1)`;
  throw invalidOption('multipartBoundary', boundary, want);
}

/** The Content-Type that names it; quoted where it is no token (RFC 9110 §5.6.6). */
export function multipartType(boundary: string): string {
  return `multipart/form-data; boundary=${isToken(boundary) ? boundary : `"${boundary}"`}`;
}
