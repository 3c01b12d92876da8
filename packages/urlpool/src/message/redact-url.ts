// URLs as messages, events and histories may show them: without credentials (RFC 9110 §4.2.4), on one line, and short.

import { absoluteUrl } from './absolute-url.ts';

/** What a reader, or a program that repairs URLs, may take for the end of userinfo: "@", also encoded or in other widths. */
const ATS = ['@', '%40', '\uff20', '\ufe6b'] as const;

/**
 * Text that was meant to be a URL: control characters made visible, not longer than a line or two, and without
 * credentials. Since it may be no URL, where they begin and end is unknown: all that stands before the last "@" goes, and
 * before what may be meant as one where a path has not begun.
 */
export function redactUrl(text: string): string {
  const scheme = /^https?:\/\//i.exec(text)?.[0] ?? '';
  const raw = text.lastIndexOf('@');
  const at = raw === -1 ? lastAtIn(text, scheme.length) : raw;
  return visible(at === -1 ? text : `${scheme}…${text.slice(at)}`);
}

/** Where the last one begins that stands before the path, query or fragment; -1 if there is none. */
function lastAtIn(text: string, from: number): number {
  const before = /^[/\\]*[^/\\?#]*/.exec(text.slice(from))?.[0] ?? '';
  const at = Math.max(...ATS.map((one) => before.lastIndexOf(one)));
  return at === -1 ? -1 : from + at;
}

/**
 * A reference, of a Location say, as it was given; where it holds credentials, what it leads to without them.
 *
 * @param base The URL that it was found at.
 */
export function redactReference(reference: string, base: string): string {
  if (!ATS.some((at) => reference.includes(at))) return reference;
  const url = absoluteUrl(reference, base);
  if (url === null) return redactUrl(reference);
  if (url.username === '' && url.password === '') return reference;
  url.username = '';
  url.password = '';
  return url.href;
}

function visible(text: string): string {
  return JSON.stringify(text.length > 200 ? `${text.slice(0, 200)}…` : text).slice(1, -1);
}
