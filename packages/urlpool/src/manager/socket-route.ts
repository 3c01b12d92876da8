// Where a connection leads: over the network, to the socket that the program chose (`socketPath`), or to the one that a URL
// names. What the program chose is its own; what a URL names may be an attacker's choice.

import { invalidOption } from '../errors/invalid-option.ts';
import { RequestError } from '../errors/request-error.ts';
import { namedSocket, type Origin, originText } from '../message/origin.ts';
import { socketText } from '../message/socket-path.ts';
import type { Guard } from '../policy/address-guard.ts';
import type { SocketSettings } from '../transport/socket-options.ts';
import type { ProxyOption } from './proxy-chooser.ts';

/**
 * Refuses two ways at once: nothing that goes to a socket goes through a proxy.
 *
 * @throws {RequestError} `ERR_INVALID_OPTION`
 */
export function checkOneWay(options: {
  readonly proxy?: ProxyOption | undefined;
  readonly socketPath?: string | null | undefined;
}): void {
  const { proxy = null, socketPath = null } = options;
  if (proxy === null || socketPath === null) return;
  throw invalidOption('socketPath', socketPath, 'a proxy is given too, and is not used for a socket: leave one out');
}

/**
 * The socket of an origin; null for the network.
 *
 * @param chosen The one that the program chose; null for none.
 * @throws {RequestError} `ERR_INVALID_OPTION` where the URL names another.
 */
export function socketPathFor(origin: Origin, chosen: string | null): string | null {
  const named = namedSocket(origin);
  if (named === null || named === chosen) return chosen;
  if (chosen === null) return named;
  throw invalidOption('socketPath', chosen, `the URL names another socket, ${socketText(named)}: leave one out`);
}

/** What judges where a connection leads: addresses, and sockets that a URL names. One that the program chose is not judged. */
export function guardOfWay(path: string | null, chosen: string | null, guard: Guard | null): Guard | null {
  if (guard === null || path === null) return guard;
  if (path === chosen) return null;
  return () => `${socketText(path)} is a socket that the URL names; give it as socketPath if it is meant`;
}

/** How the socket is opened. */
export function socketTo(path: string | null, settings: SocketSettings): SocketSettings {
  return path === settings.path ? settings : { ...settings, path };
}

/**
 * Refuses a URL that names a socket where a connector opens the connections: it would be asked to connect to `localhost`.
 *
 * @throws {RequestError} `ERR_INVALID_URL`
 */
export function checkConnectable(origin: Origin, hasConnector: boolean): void {
  if (!hasConnector || namedSocket(origin) === null) return;
  const text = `Cannot connect to ${originText(origin)}: the URL names a socket, and a connector opens connections by itself`;
  throw new RequestError(text, { code: 'ERR_INVALID_URL', phase: 'request' });
}
