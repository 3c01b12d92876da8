// Cookies of one request: they are sent with it and kept nowhere. They are for the origin that the program asked, as
// credentials are.

import { invalidOption, invalidSecret } from '../../errors/invalid-option.ts';
import { RequestError } from '../../errors/request-error.ts';
import { isFieldValue, trimBlanks } from '../../message/characters.ts';

/** Names and values; null keeps a cookie of the session's back. */
export type RequestCookiesOption = Readonly<Record<string, string | number | null | undefined>>;

/** Cookies of one request, checked. */
export interface RequestCookies {
  /** As the Cookie field has them; empty for none. */
  readonly pairs: string;
  /** Names of cookies that the session does not send. */
  readonly names: ReadonlySet<string>;
}

/**
 * Checks them; null for none.
 *
 * @throws {RequestError} `ERR_INVALID_COOKIE` for a name or value that cannot stand in the field; `ERR_INVALID_OPTION`
 */
export function requestCookies(option: RequestCookiesOption | undefined): RequestCookies | null {
  if (option === undefined) return null;
  if (typeof option !== 'object' || option === null || Array.isArray(option)) {
    throw invalidSecret('cookies', option, 'give an object of names and values, or null for no cookies at all');
  }
  if (Symbol.iterator in option || ('header' in option && typeof option.header === 'function')) {
    throw invalidOption('the cookies of a request', option, 'give a jar to the session, and names and values here');
  }
  const pairs: string[] = [];
  const names = new Set<string>();
  for (const [name, value] of Object.entries(option)) {
    if (value === undefined) continue;
    checkName(name);
    names.add(name);
    if (value !== null) pairs.push(`${name}=${checkedValue(name, value)}`);
  }
  return names.size === 0 ? null : { pairs: pairs.join('; '), names };
}

/** The cookies of a session with those of a request in front, in place of those of their names. */
export function withRequestCookies(text: string, { pairs, names }: RequestCookies): string {
  const kept = text.split('; ').filter((pair) => !names.has(/^([^=]*)=/.exec(pair)?.[1] ?? ''));
  return [pairs, ...kept].filter((part) => part !== '').join('; ');
}

function checkName(name: string): void {
  const isName = name !== '' && isFieldValue(name) && trimBlanks(name) === name && !/[;=]/.test(name);
  if (!isName) throw refused(name, 'a name is not empty, and holds no "=", ";", control character or one above U+00FF');
}

function checkedValue(name: string, value: unknown): string {
  if (typeof value !== 'string' && !(typeof value === 'number' && Number.isFinite(value))) {
    throw refused(name, `its value is ${Array.isArray(value) ? 'a list' : `a ${typeof value}`}: give a text`);
  }
  const text = String(value);
  if (isFieldValue(text) && trimBlanks(text) === text && !text.includes(';')) return text;
  const why = 'its value holds ";", a control character or one above U+00FF, or a blank at its end';
  throw refused(name, `${why}: write it with encodeURIComponent()`);
}

function refused(name: string, why: string): RequestError {
  const shown = JSON.stringify(name.length > 60 ? `${name.slice(0, 60)}…` : name);
  return new RequestError(`Cannot send the cookie ${shown}: ${why}`, { code: 'ERR_INVALID_COOKIE', phase: 'request' });
}
