/** Where a request goes, by its URL, as the attributes of that name tell it. */
export interface Server {
  /** A name, or an IP address without brackets: server.address. */
  readonly address: string;
  /** server.port. */
  readonly port: number;
  /** url.scheme. */
  readonly scheme: string;
}

const URL_START = /^([a-z][a-z0-9+.-]*):\/\/(?:[^/?#]*@)?(\[[^\]]*\]|[^/?#:]*)(?::(\d+))?/i;

/** @param url An absolute URL, or an origin as text. */
export function serverOf(url: string): Server {
  const [, scheme = '', host = '', port] = URL_START.exec(url) ?? [];
  const usual = scheme === 'https' ? 443 : 80;
  return { address: host.replace(/^\[|\]$/g, ''), port: port === undefined ? usual : Number(port), scheme };
}

/** The attributes of spans and metrics. */
export function serverAttributes({ address, port, scheme }: Server): Record<string, string | number> {
  return { 'server.address': address, 'server.port': port, 'url.scheme': scheme };
}
