/** The other end of a connection. */
export interface Peer {
  /** An IP address without brackets, or the path of a Unix domain socket: network.peer.address. */
  readonly address: string;
  /** network.peer.port; null for a socket of the file system. */
  readonly port: number | null;
  /** network.type; null for what is no IP address. */
  readonly type: 'ipv4' | 'ipv6' | null;
}

/** @param text As the events tell it: `127.0.0.1:80`, `[::1]:80` or `/run/x.sock`. */
export function peerOf(text: string): Peer {
  const [, host, port] = /^(\[.+\]|[^/]+):(\d+)$/.exec(text) ?? [];
  if (host === undefined) return { address: text, port: null, type: null };
  const isV6 = host.startsWith('[');
  const isV4 = /^\d+\.\d+\.\d+\.\d+$/.test(host);
  return { address: isV6 ? host.slice(1, -1) : host, port: Number(port), type: isV6 ? 'ipv6' : isV4 ? 'ipv4' : null };
}

/** network.peer.address and network.peer.port. */
export function peerAttributes({ address, port }: Peer): Record<string, string | number> {
  return { 'network.peer.address': address, ...(port === null ? {} : { 'network.peer.port': port }) };
}
