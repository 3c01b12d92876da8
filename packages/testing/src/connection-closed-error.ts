/**
 * How a connection came to its end: the peer sent FIN, the peer reset it, or this side destroyed it. A peer that closes
 * its socket while bytes for it are unread sends RST, not FIN: that is TCP (RFC 1122 §4.2.2.13), not a fault.
 */
export type ClosedBy = 'fin' | 'reset' | 'server';

const ENDINGS: Readonly<Record<ClosedBy, string>> = {
  fin: 'the peer ended its side (FIN)',
  reset: 'the peer reset the connection (RST)',
  server: 'the server destroyed the connection',
};

/**
 * A read or write that the end of the connection cut short. A script that ends with it counts as ended normally, since
 * a peer that leaves is no fault of the script.
 *
 * @example
 * ```js
 * import assert from 'node:assert/strict';
 * import { connect } from 'node:net';
 * import { ConnectionClosedError, ScriptedServer } from 'urlpool-testing';
 *
 * const server = await ScriptedServer.start({}, async (connection) => {
 *   await assert.rejects(connection.request(), ConnectionClosedError);
 * });
 * connect(server.port, '127.0.0.1').end();
 * const connection = await server.connection(0);
 * assert.equal((await connection.closed).by, 'fin');
 * await server.close();
 * ```
 */
export class ConnectionClosedError extends Error {
  override name = 'ConnectionClosedError';
  /** Who ended the connection, and how. */
  readonly by: ClosedBy;

  /** `action` completes "Cannot …"; `detail`, where given, ends the sentence. */
  constructor(action: string, by: ClosedBy, detail = '', options: ErrorOptions = {}) {
    super(`Cannot ${action}: ${ENDINGS[by]}${detail}`, options);
    this.by = by;
  }
}
