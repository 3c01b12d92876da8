// Begins to speak TLS, and judges the server's certificate by what OpenSSL does not: names, pins, rules of the caller's.
// It does so once the handshake is over and nothing was sent yet. A resumed session shows no certificate; it was got by a
// connection of the same pool, thus with the same options, whose certificate was accepted: no other's ticket is kept.

import type { PeerCertificate, TLSSocket } from 'node:tls';
import type { TLSOccasion } from './tls-failure.ts';
import { logKey } from './tls-key-log.ts';
import { peerFault } from './tls-peer.ts';
import { sentName } from './tls-server-name.ts';
import type { TLSSettings } from './tls-settings.ts';
import { UNSET_OPTIONS } from './unset-options.ts';

/** The certificates that servers have shown, also those that were not accepted: what errors tell of them. */
const shown = new WeakMap<object, PeerCertificate>();

/** What is known of the handshake on a socket. */
export function handshakeOf(socket: object, tls: TLSSettings | null): TLSOccasion {
  const { hasClientCertificate = false, prefix = '' } = tls ?? {};
  return { certificate: shown.get(socket) ?? null, hasClientCertificate, prefix };
}

/**
 * Begins to speak TLS. A socket whose server is not accepted is destroyed with the reason; by then it may have told
 * `secureConnect`.
 *
 * @param options What to connect to, or `socket` to speak it over.
 * @param host Whose certificate is expected, unless the settings name another.
 */
export function connectTLS(options: object, tls: TLSSettings, host: string): TLSSocket {
  const { connect } = process.getBuiltinModule('node:tls');
  const name = tls.servername ?? host;
  const ticket = tls.tickets.take();
  const socket = connect({
    ...UNSET_OPTIONS,
    ...options,
    servername: sentName(name),
    secureContext: tls.context,
    rejectUnauthorized: tls.rejectUnauthorized,
    checkServerIdentity: () => undefined, // it is not asked where the chain does not verify: see below
    ALPNProtocols: ['http/1.1'],
    ...(ticket === null ? {} : { session: ticket }),
  });
  // Before Node looks at the chain, and destroys the socket with all that is known of it.
  socket.prependOnceListener('secure', () => shown.set(socket, socket.getPeerCertificate()));
  socket.once('secureConnect', () => {
    const fault = peerFault(tls, name, {
      isResumed: socket.isSessionReused(),
      protocol: socket.alpnProtocol || null,
      certificate: shown.get(socket) ?? socket.getPeerCertificate(),
    });
    if (fault !== null) socket.destroy(fault);
  });
  socket.on('session', (session) => {
    if (!socket.destroyed) tls.tickets.add(session);
  });
  const { keyLog } = tls.checked;
  if (keyLog !== null) socket.on('keylog', (line) => logKey(keyLog, line));
  return socket;
}
