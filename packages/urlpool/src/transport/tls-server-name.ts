// The name that a server is asked for in the handshake, RFC 6066 §3, and that its certificate must be for.

import { isIP } from 'node:net';
import { invalidOption } from '../errors/invalid-option.ts';

/** An option with a name or an address. @throws {RequestError} `ERR_INVALID_OPTION` */
export function checkServerName(option: string, name: unknown): void {
  if (name === undefined) return;
  if (typeof name === 'string' && (isIP(name) !== 0 || isName(name))) return;
  throw invalidOption(option, name, 'give a host name in ASCII, without scheme and port, or an address');
}

/** What is sent: a name without the dot of its root. An address is no server name, so nothing is. */
export function sentName(name: string): string {
  return isIP(name) === 0 ? withoutRoot(name) : '';
}

/** `example.org.` is `example.org`, in certificates too. */
export function withoutRoot(name: string): string {
  return name.endsWith('.') ? name.slice(0, -1) : name;
}

function isName(name: string): boolean {
  return name.length <= 254 && /^([a-z0-9_-]{1,63}\.)*[a-z0-9_-]{1,63}\.?$/i.test(name);
}
