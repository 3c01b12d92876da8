/** What cookies go by in the URL of a request. */
export interface CookieUrl {
  /** In lower case; a name in other letters in punycode, an IPv6 address in brackets. */
  readonly host: string;
  /** As it stands in the URL: RFC 6265bis §5.1.4 undoes no percent-encoding. */
  readonly path: string;
  /** Whether Secure cookies are for it. */
  readonly isTrusted: boolean;
}

/**
 * Takes a URL apart. Secure cookies are for https, and for http to this machine itself, as browsers and curl have it:
 * RFC 6265bis §5.8.3 leaves to the client what is secure, and Secure Contexts §3.1 names localhost, the names below it and
 * loopback addresses. A Unix socket is of this machine too.
 */
export function cookieUrl(url: string | URL): CookieUrl {
  const { protocol, hostname, pathname } = new URL(url);
  return {
    host: hostname,
    path: pathname,
    isTrusted: protocol === 'https:' || isLoopback(hostname) || isSocket(hostname),
  };
}

function isLoopback(host: string): boolean {
  return /^(?:(?:.+\.)?localhost\.?|127\.\d+\.\d+\.\d+|\[::1\])$/.test(host);
}

/** Of a URL that names a Unix socket the host is its path, percent-encoded: it begins with "%2F", "%5C" or "%00". */
function isSocket(host: string): boolean {
  return host.startsWith('%');
}

/** A domain that was given, as the hosts of URLs are written, without a dot in front; null for what is the name of no host. */
export function hostOf(domain: string): string | null {
  const name = domain.replace(/^\./, '');
  if (name === '' || /[\s/?#@\\;]/.test(name)) return null;
  try {
    return new URL(`http://${name.includes(':') && !name.startsWith('[') ? `[${name}]` : name}`).hostname;
  } catch {
    return null;
  }
}

/** The host and those above it, whose cookies may be for it too; an address has none above it (RFC 6265bis §5.1.3). */
export function domainsOf(host: string): string[] {
  const domains = [host];
  if (isAddress(host)) return domains;
  for (let dot = host.indexOf('.'); dot !== -1; dot = host.indexOf('.', dot + 1)) domains.push(host.slice(dot + 1));
  return domains;
}

/** Whether the host of a URL is an address, or the path of a socket: WHATWG URLs write it in one way. */
export function isAddress(host: string): boolean {
  return host.startsWith('[') || isSocket(host) || /^\d+\.\d+\.\d+\.\d+$/.test(host);
}
