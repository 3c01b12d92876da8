import { isIP } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { identityError } from './identity.ts';
import type { TLSSettings } from './tls-settings.ts';

/**
 * Begins to speak TLS.
 *
 * @param options What to connect to, or `socket` to speak it over.
 * @param host Whose certificate is expected, unless the settings name another.
 */
export function connectTLS(options: object, tls: TLSSettings, host: string): TLSSocket {
  const { connect } = process.getBuiltinModule('node:tls');
  const name = tls.servername ?? host;
  const socket = connect({
    ...options,
    servername: isIP(name) === 0 ? name : '', // an address is no server name (RFC 6066 §3)
    secureContext: tls.context,
    rejectUnauthorized: tls.rejectUnauthorized,
    checkServerIdentity: (_name: string, certificate) => identityError(name, certificate),
    ALPNProtocols: ['http/1.1'],
    ...(tls.session === null ? {} : { session: tls.session }),
  });
  socket.on('session', (session) => {
    tls.session = session;
  });
  return socket;
}
