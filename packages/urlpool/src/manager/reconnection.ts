// Whether an event stream that has ended is connected to again, and when: WHATWG HTML §9.2.3, with a back-off, and with
// what a server that is busy says of itself. Pure.

import { ConnectError } from '../errors/connect-error.ts';
import { ConnectionError } from '../errors/connection-error.ts';
import { HTTPError } from '../errors/http-error.ts';
import { MaxRetryError } from '../errors/max-retry-error.ts';
import { NameResolutionError } from '../errors/name-resolution-error.ts';
import { ProtocolError } from '../errors/protocol-error.ts';
import { TimeoutError } from '../errors/timeout-error.ts';
import { TLSError } from '../errors/tls-error.ts';

/** After a failure there is at least this wait, in ms, however short a retry the server asks for. */
const LEAST_AFTER_FAILURE_MS = 250;

/** Whether another connection may do better than one that ended with this. */
export function mayReconnect(error: unknown): error is HTTPError {
  if (!(error instanceof HTTPError)) return false;
  if (error instanceof MaxRetryError) return mayReconnect(error.cause);
  if (error instanceof TimeoutError) return error.phase !== 'total' && error.phase !== 'pool';
  if (error instanceof TLSError) return error.code === 'ERR_TLS';
  return [ConnectError, ConnectionError, NameResolutionError, ProtocolError].some((Kind) => error instanceof Kind);
}

/** Whether a response of this status is that of a server which may be well again. */
export function isPassing(status: number): boolean {
  return status === 429 || (status >= 500 && status <= 599);
}

/** How waits grow. */
export interface ReconnectDelays {
  /** The wait after a stream that ended in order, in ms: the server's `retry`, or the option. */
  readonly base: number;
  /** The longest wait that a back-off grows to, in ms; one that the server asks for may be longer. */
  readonly max: number;
}

/**
 * The wait before the next connection, in ms. After failures it doubles from the base on, and up to half of it is added at
 * random, so that the clients of a server that comes back do not come all at once, and none before it asked them to.
 *
 * @param failures Connections in a row that failed; 0 where the last one ended in order.
 * @param random From 0 to 1.
 */
export function reconnectDelay(failures: number, { base, max }: ReconnectDelays, random: () => number): number {
  if (failures === 0) return base;
  const least = Math.max(base, LEAST_AFTER_FAILURE_MS);
  const grown = Math.max(least, Math.min(max, least * 2 ** Math.min(failures - 1, 30)));
  return grown * (1 + random() / 2);
}
