import { HTTPError } from './http-error.ts';

/** No connection was to be had: the pool is closed, or its queue is full. */
export class PoolError extends HTTPError {
  override readonly name: string = 'PoolError';
}
