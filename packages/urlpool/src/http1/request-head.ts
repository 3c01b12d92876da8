// Writes the head of a request (RFC 9112 §3, §5). Nothing leaves this file that is not checked: a carriage return, a
// line feed or a NUL in any part of it would let whoever supplied that part write a request of their own.

import { isFieldValue, isToken } from '../message/characters.ts';
import type { FieldBlock } from '../message/field-block.ts';
import { LocalFault, quote } from './fault.ts';

/** What the head says of the body: nothing, its length in bytes, or that it is chunked. */
export type BodyFraming = number | 'none' | 'chunked';

/** Fields that the codec writes itself: two of them would let two readers disagree on where the body ends. */
const FRAMING_NAMES: ReadonlySet<string> = new Set(['content-length', 'transfer-encoding']);

/**
 * The head as latin1 text, its empty line included.
 *
 * @param more Field lines after those of the block, checked already.
 * @param expects Whether the server is asked to say that it wants the body before it is sent (RFC 9110 §10.1.1).
 * @throws {LocalFault} for a method that is no token, a target, name or value that holds what must not be in it, a
 *   second Host, or a Content-Length or Transfer-Encoding among the fields.
 */
export function requestHead(
  method: string,
  target: string,
  block: FieldBlock,
  body: BodyFraming,
  expects = false,
  more = '',
): string {
  if (!isToken(method)) throw new LocalFault(`${quote(method)} is not a method: it must be a token (RFC 9110 §9.1)`);
  if (!isTarget(target)) {
    throw new LocalFault(`the request target ${quote(target)} holds a space or a character that is not visible ASCII`);
  }
  block.text ??= fieldText(block);
  let start = `${method} ${target} HTTP/1.1\r\n${block.text}${more}`;
  if (expects) start += 'Expect: 100-continue\r\n';
  if (body === 'none') return `${start}\r\n`;
  if (body === 'chunked') return `${start}Transfer-Encoding: chunked\r\n\r\n`;
  return `${start}Content-Length: ${body}\r\n\r\n`;
}

function isTarget(target: string): boolean {
  for (let i = 0; i < target.length; i++) {
    const code = target.charCodeAt(i);
    if (code <= 0x20 || code >= 0x7f) return false;
  }
  return target.length > 0;
}

function fieldText(block: FieldBlock): string {
  const { fields } = block;
  let text = '';
  let hosts = 0;
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] ?? '';
    const value = fields[i + 1] ?? '';
    checkField(name, value);
    const lower = name.toLowerCase();
    if (lower === 'host') hosts++;
    if (FRAMING_NAMES.has(lower)) throw new LocalFault(`${name} is written from the body, not given as a field`);
    text += `${name}: ${value}\r\n`;
  }
  if (hosts !== 1) throw new LocalFault(`a request has one Host field, this has ${hosts} (RFC 9112 §3.2)`);
  return text;
}

function checkField(name: string, value: string): void {
  if (!isToken(name)) throw new LocalFault(`${quote(name)} is not a field name: it must be a token (RFC 9110 §5.1)`);
  if (!isFieldValue(value)) {
    throw new LocalFault(`the value of ${name} holds a control character or one above U+00FF (RFC 9110 §5.5)`);
  }
}
