import { connect } from 'node:net';
import type { ScriptedConnection } from './scripted-connection.ts';

/**
 * Joins a connection to another local server, byte for byte, until both sides have ended: the part of a proxy that
 * comes after its answer to CONNECT. A FIN is passed on as a FIN; what breaks one side destroys the other.
 *
 * @throws {ConnectionClosedError} when the client resets the connection; the system's error when the other side does,
 * or nothing listens there.
 * @example
 * ```js
 * import { ScriptedServer, tunnel } from 'urlpool-testing';
 *
 * const proxy = await ScriptedServer.start({}, async (connection) => {
 *   const { target } = await connection.request();
 *   await connection.respond({ reason: 'Connection established' });
 *   await tunnel(connection, Number(target.split(':')[1]));
 * });
 * await proxy.close();
 * ```
 */
export async function tunnel(connection: ScriptedConnection, port: number, host = '127.0.0.1'): Promise<void> {
  const upstream = connect({ port, host, allowHalfOpen: true, noDelay: true });
  const forth = async (): Promise<void> => {
    for (let bytes = await connection.read(); bytes !== null; bytes = await connection.read()) upstream.write(bytes);
    upstream.end();
  };
  const back = async (): Promise<void> => {
    for await (const bytes of upstream) await connection.write(bytes);
    connection.end();
  };
  try {
    await Promise.all([forth(), back()]);
  } catch (error) {
    connection.reset();
    throw error;
  } finally {
    upstream.destroy();
  }
}
