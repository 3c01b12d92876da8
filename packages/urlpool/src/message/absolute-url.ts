// The WHATWG URL parser as this library asks it: the only parser of absolute URLs, for with a second one, what is checked
// and what is connected to could differ. Two things are refused that some versions of the runtime let pass: names whose
// punycode is invalid, which the standard refuses too (§3.3, UTS 46 §4), and hosts too long for any name, since old versions
// take quadratic time for them. What is not refused is what the parser says, unchanged.

/** UTF-16 units of a host that may need mapping: a name has at most 255 octets (RFC 1035 §2.3.4), mapped from a few more. */
const MAX_HOST = 4096;

/** All that stands before the path, as far as only its length counts: a reference without a host has none. */
const BEFORE_PATH = /^ *(?:https?:[/\\]*|[/\\]{2,})([^/\\?#]*)/i;

/** Octets that are mapped before they are a name: all but ASCII, and what is percent-encoded. */
const MAPPED = /[^\0-\x7f]|%/;

/** Those of the schemes whose hosts are names that are asked for here; of others the parser takes the host as it is. */
const SPECIAL = /^(?:https?|wss?|ftp):$/;

/** Maps to nothing (UTS 46), and makes the parser map the name that it stands in, which it skips for plain ASCII. */
const SOFT_HYPHEN = '\u00ad';

/**
 * The URL that a text stands for, relative to `base` if there is one; null if it stands for none. Its scheme may be any.
 */
export function absoluteUrl(text: string, base?: string): URL | null {
  if (text.length > MAX_HOST && hasLongHost(text)) return null;
  if (!URL.canParse(text, base)) return null;
  const url = new URL(text, base);
  return url.hostname.includes('xn--') && SPECIAL.test(url.protocol) && !isMappedName(url.hostname) ? null : url;
}

function hasLongHost(text: string): boolean {
  const before = BEFORE_PATH.exec(text.replace(/[\t\n\r]/g, ''))?.[1] ?? '';
  const host = before.slice(before.lastIndexOf('@') + 1);
  return host.length > MAX_HOST && MAPPED.test(host);
}

/** Whether the name that its punycode stands for is one. */
function isMappedName(hostname: string): boolean {
  return URL.canParse(`http://${SOFT_HYPHEN}${hostname}/`);
}
