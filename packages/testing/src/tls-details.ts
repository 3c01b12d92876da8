import type { TLSSocket } from 'node:tls';

/** What a TLS handshake settled, as the server sees it. */
export interface TlsDetails {
  /** `'TLSv1.3'`, say. */
  readonly protocol: string | null;
  /** The name the client asked for (SNI); null when it sent none. */
  readonly serverName: string | null;
  /** The protocol ALPN agreed on; null for none. */
  readonly alpn: string | null;
  /** Whether the client resumed an earlier session. */
  readonly resumed: boolean;
  /** Common name of the client's certificate, when one was asked for and sent. */
  readonly clientName: string | null;
}

/** Reads the details off a socket whose handshake is done. */
export function tlsDetails(socket: TLSSocket & { readonly servername?: string | false | null }): TlsDetails {
  // Empty when the client sent none, whatever the types say.
  const { subject }: { subject?: { CN?: string | string[] } } = socket.getPeerCertificate();
  return {
    protocol: socket.getProtocol(),
    serverName: socket.servername || null,
    alpn: socket.alpnProtocol || null,
    resumed: socket.isSessionReused(),
    clientName: [subject?.CN].flat()[0] ?? null,
  };
}
