// What a pool says of itself in errors.

import { PoolError } from '../errors/pool-error.ts';

/** Connections that are told one by one in a message. */
const NAMED = 10;

/** What every place is taken by, in a few words for the message of a waiter that gives up. */
export function placeWords(origin: string, counts: { readonly active: number; readonly dialling: number }): string {
  const { active, dialling } = counts;
  const busy = active === 0 ? [] : [`${active} in use`];
  const opening = dialling === 0 ? [] : [`${dialling} being opened`];
  const places = [...busy, ...opening].join(' and ');
  return places === '' ? `there is no room for a connection to ${origin}` : `connections to ${origin}: ${places}`;
}

/** Why nobody is served any more. */
export const CLOSED = 'its pool was closed by close()';

/** Why no more may wait. */
export function fullWords(waiting: number, limits: { readonly maxSize: number; readonly maxQueued: number }): string {
  const { maxSize, maxQueued } = limits;
  const why = `${waiting} requests wait already for its ${maxSize} connections, and maxQueued is ${maxQueued}`;
  return `${why}; options: maxQueued, maxSize`;
}

/** Why waiting is in vain: forgotten responses hold all the connections. */
export function stalledWords(
  held: readonly { readonly id: number; readonly pausedSince: number | null }[],
  now: number,
): string {
  const each = held.slice(0, NAMED).map(({ id, pausedSince }) => {
    return `connection ${id} for ${Math.round((now - (pausedSince ?? now)) / 1000)} s`;
  });
  const why = `all its ${held.length} connections are held by responses whose bodies nobody reads (${each.join(', ')})`;
  return `${why}; read them to their end, or dispose() of them`;
}

/** The error of connections that are asked for after `close()`. */
export function closedToConnections(origin: string): PoolError {
  const why = 'the pool or manager was closed by close()';
  return new PoolError(`Cannot open connections to ${origin}: ${why}`, { code: 'ERR_POOL_CLOSED', phase: 'pool' });
}

/** The error of an attempt that the pool turns away. */
export function refusal(
  origin: string,
  why: string,
  code: 'ERR_POOL_CLOSED' | 'ERR_POOL_FULL' | 'ERR_POOL_STALLED',
): PoolError {
  return new PoolError(`Cannot send a request to ${origin}: ${why}`, { code, phase: 'pool' });
}
