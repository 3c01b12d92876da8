import type { HTTPError } from '../errors/http-error.ts';
import { originText } from '../message/origin.ts';
import type { DialTarget } from './transport-dial.ts';

/**
 * The error of a connection that could not be opened, where it was one to a proxy: its sentence says so.
 *
 * @param hop The proxy as what was connected to.
 * @param forWhom The origin behind it, as text; null where it stands for many.
 */
export function proxyUnreached(error: HTTPError, { origin, proxy }: DialTarget, forWhom: string | null): HTTPError {
  const where = `Cannot reach the proxy ${proxy}${forWhom === null ? '' : ` of ${forWhom}`}`;
  const hop = originText(origin);
  for (const start of [`Cannot connect to ${hop}`, `Cannot speak TLS with ${hop}`]) {
    if (error.message.startsWith(start)) error.message = where + error.message.slice(start.length);
  }
  return error;
}
