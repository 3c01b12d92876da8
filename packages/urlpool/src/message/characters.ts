// Which octets may stand where in a head, as one table read by the writer and the reader alike (RFC 9110 §5.5, §5.6.2).

/** The bit of octets that may stand in a token. */
export const TOKEN = 1;
/** The bit of octets that may stand in a field value. */
export const VALUE = 2;

/** One entry per octet: a sum of the bits above. */
export const CLASSES: Uint8Array = (() => {
  const classes = new Uint8Array(256);
  for (const code of "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") {
    classes[code.charCodeAt(0)] = TOKEN;
  }
  // field-vchar and obs-text, with SP and HTAB between them; CR, LF, NUL and every other control character are out.
  for (let code = 0; code < 256; code++) {
    if (code === 0x09 || (code >= 0x20 && code !== 0x7f)) classes[code] = (classes[code] ?? 0) | VALUE;
  }
  return classes;
})();

/** Whether a UTF-16 unit may stand in a token: a method or a field name (RFC 9110 §5.6.2). */
export function isTokenCode(code: number): boolean {
  return code < 256 && ((CLASSES[code] ?? 0) & TOKEN) !== 0;
}

/** Whether a UTF-16 unit may stand in a field value or a reason phrase (RFC 9110 §5.5). */
export function isValueCode(code: number): boolean {
  return code < 256 && ((CLASSES[code] ?? 0) & VALUE) !== 0;
}

/** Text without spaces and tabs at its ends (OWS, RFC 9110 §5.6.3): no other whitespace, and in linear time. */
export function trimBlanks(text: string): string {
  let from = 0;
  let to = text.length;
  while (from < to && isBlank(text.charCodeAt(from))) from++;
  while (to > from && isBlank(text.charCodeAt(to - 1))) to--;
  return text.slice(from, to);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

/** Whether the whole text is a token, and not empty. */
export function isToken(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (!isTokenCode(text.charCodeAt(i))) return false;
  return text.length > 0;
}

/** Whether the whole text may stand in a field value; the empty text may. */
export function isFieldValue(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (!isValueCode(text.charCodeAt(i))) return false;
  return true;
}
