// What Node's errors mean where the connection is to a socket in the file system, or is to come from an address of the
// caller's choice: as sentences.

import { ConnectError } from '../errors/connect-error.ts';
import type { ErrorCode } from '../errors/error-code.ts';
import type { HTTPError } from '../errors/http-error.ts';
import { type Origin, originText } from '../message/origin.ts';
import { socketText } from '../message/socket-path.ts';
import { codeOf, connectError } from './network-error.ts';
import type { SocketSettings } from './socket-options.ts';

/** By code, as the end of a sentence whose subject is the socket. */
const SOCKET_CODES: ReadonlyMap<string, readonly [ErrorCode, string]> = new Map([
  ['ENOENT', ['ERR_SOCKET_NOT_FOUND', 'is not there; is its server running, and the path right?']],
  ['ENOTDIR', ['ERR_SOCKET_NOT_FOUND', 'is not there: its path leads through what is no folder']],
  ['EACCES', ['ERR_SOCKET_ACCESS', 'may not be connected to by this user; it takes the right to write to it']],
  ['EPERM', ['ERR_SOCKET_ACCESS', 'may not be connected to by this user; it takes the right to write to it']],
  // Linux tells so of plain files and folders too.
  ['ECONNREFUSED', ['ERR_CONNECTION_REFUSED', 'has no server that listens (any more), or is no socket']],
  ['ENOTSOCK', ['ERR_CONNECTION_REFUSED', 'is no socket']],
  ['EAGAIN', ['ERR_CONNECT', 'has a queue of connections that is full; lower maxSize']],
  ['EPROTOTYPE', ['ERR_CONNECT', 'is one for datagrams, and HTTP needs a stream']],
]);

/** Why a connection was not opened: to the socket at a path, or over the network. */
export function openingError(origin: Origin, endpoint: string, settings: SocketSettings, cause: Error): HTTPError {
  const { path, localAddress } = settings;
  if (path !== null) return socketError(origin, path, cause);
  const isBinding = 'syscall' in cause && cause.syscall === 'bind';
  return isBinding && localAddress !== null
    ? bindingError(origin, endpoint, localAddress, cause)
    : connectError(origin, endpoint, cause);
}

function socketError(origin: Origin, path: string, cause: Error): HTTPError {
  const known = SOCKET_CODES.get(codeOf(cause));
  if (known === undefined) return connectError(origin, `the socket ${socketText(path)}`, cause);
  const [code, why] = known;
  const message = `Cannot connect to ${originText(origin)}: the socket ${socketText(path)} ${why}`;
  return new ConnectError(message, { code, phase: 'connect', cause });
}

function bindingError(origin: Origin, endpoint: string, localAddress: string, cause: Error): HTTPError {
  const known = codeOf(cause);
  const [code, why]: readonly [ErrorCode, string] =
    known === 'EADDRINUSE'
      ? ['ERR_NO_LOCAL_PORT', 'it has no local port left; keep connections, or lower maxSize']
      : ['ERR_LOCAL_ADDRESS', known === 'EADDRNOTAVAIL' ? 'it is no address of this machine' : cause.message];
  const text = `Cannot connect to ${originText(origin)}: ${endpoint} cannot be connected to from ${localAddress}: ${why}; option: localAddress`;
  return new ConnectError(text, { code, phase: 'connect', cause });
}
