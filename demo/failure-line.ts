// A failed URL as one line for a terminal: without what must not be shown there. The URL is what the user gave, so it
// may hold anything: a password, a line break, an escape sequence.

/** C0, DEL, C1 and the two line separators of Unicode. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const CONTROL = /[\x00-\x1f\x7f-\x9f\u2028\u2029]/g;

/** Userinfo of a URL, also where slashes are missing or reversed: the WHATWG parser reads those as well. */
const USERINFO = /^([a-z][a-z0-9+.-]*:)?([\\/]*)[^/?#\\]*@/i;

/** Longer URLs are cut: a line should stay one. */
const LONGEST_URL = 200;

/**
 * A URL, or what was meant to be one, without user and password.
 *
 * @example
 * withoutCredentials('https://user:secret@example.org/a'); // 'https://example.org/a'
 */
export function withoutCredentials(url: string): string {
  // Control characters go first: `ht\ttp://user:secret@…` hides its scheme behind one.
  return url.replace(CONTROL, '').trim().replace(USERINFO, '$1$2');
}

/** Why a URL was not fetched, in one line. */
export function failureLine(url: string, error: unknown): string {
  const bare = withoutCredentials(url);
  const shown = bare.length > LONGEST_URL ? `${bare.slice(0, LONGEST_URL)}…` : bare;
  const reason = error instanceof Error ? error.message : String(error);
  return `failed: ${shown}: ${reason.replace(CONTROL, escaped)}`;
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
