import type { Fields } from './fields.ts';

/** Fields whose values are credentials, or may hold some. */
const SECRET = /^(?:authorization|proxy-authorization|cookie|set-cookie|x-api-key|x-auth-token)$/i;

/** Header fields as events and records show them: what may be a credential is `REDACTED`. */
export function shownFields(fields: Fields): Fields {
  if (!fields.some((name, i) => i % 2 === 0 && SECRET.test(name))) return fields;
  return fields.map((text, i) => (i % 2 === 1 && SECRET.test(fields[i - 1] ?? '') ? 'REDACTED' : text));
}
