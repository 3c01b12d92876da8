/** Where a request goes, by its URL, as the attributes of that name tell it. */
export interface Server {
  /** A name, an IP address without brackets, or the path of a Unix domain socket: server.address. */
  readonly address: string;
  /** server.port; null for a socket of the file system. */
  readonly port: number | null;
  /** url.scheme. */
  readonly scheme: string;
}

const URL_START = /^([a-z][a-z0-9+.-]*):\/\/(?:[^/?#]*@)?(\[[^\]]*\]|[^/?#:]*)(?::(\d+))?/i;

/** @param url An absolute URL, or an origin as text. */
export function serverOf(url: string): Server {
  const [, scheme = '', host = '', port] = URL_START.exec(url) ?? [];
  if (scheme.endsWith('+unix')) return { address: decodeURIComponent(host), port: null, scheme };
  const usual = scheme === 'https' ? 443 : 80;
  return { address: host.replace(/^\[|\]$/g, ''), port: port === undefined ? usual : Number(port), scheme };
}

/** server.address and server.port. */
export function addressAttributes({
  address,
  port,
}: Pick<Server, 'address' | 'port'>): Record<string, string | number> {
  return { 'server.address': address, ...(port === null ? {} : { 'server.port': port }) };
}

/** The attributes of connections and of metrics. */
export function serverAttributes(server: Server): Record<string, string | number> {
  return { ...addressAttributes(server), 'url.scheme': server.scheme };
}
