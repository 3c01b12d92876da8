// From an origin's host to addresses: a literal is its own, `resolve` overrules everything, else the system's resolver
// or the user's `lookup` is asked.

import type { LookupAddress } from 'node:dns';
import { isIP } from 'node:net';
import { invalidOption } from '../errors/invalid-option.ts';
import { checkFunction } from '../errors/option-values.ts';
import { authority, type Origin } from '../message/origin.ts';

/** Asks for the addresses of a name: the shape of Node's `dns.lookup` with `all: true`. */
export type LookupFunction = (
  hostname: string,
  options: { readonly all: true },
  callback: (error: Error | null, addresses: readonly LookupAddress[]) => void,
) => void;

/** Addresses to use in place of a look-up, by `host:port`: as curl's `--resolve`. */
export type ResolveMap = Readonly<Record<string, string | readonly string[]>>;

export interface LookupOptions {
  /** Looks names up in place of the system's resolver. */
  readonly lookup?: LookupFunction | undefined;
  /** Addresses for `host:port`, e.g. `{ 'example.org:443': '127.0.0.1' }`. */
  readonly resolve?: ResolveMap | undefined;
}

/** The addresses that need no look-up; null where one must be made. */
export function knownAddresses(origin: Origin, resolve: ResolveMap | undefined): readonly string[] | null {
  const mapped = resolve === undefined ? undefined : own(resolve, origin);
  if (mapped !== undefined) return typeof mapped === 'string' ? [mapped] : mapped;
  return isIP(origin.host) === 0 ? null : [origin.host];
}

function own(resolve: ResolveMap, origin: Origin): string | readonly string[] | undefined {
  for (const key of [`${origin.host}:${origin.port}`, `[${origin.host}]:${origin.port}`]) {
    if (Object.hasOwn(resolve, key)) return resolve[key];
  }
  return undefined;
}

/**
 * Checks the `lookup` and `resolve` options before anything connects.
 *
 * @throws {RequestError} `ERR_INVALID_OPTION`
 */
export function checkLookup({ lookup, resolve }: LookupOptions): void {
  checkFunction('lookup', lookup);
  if (resolve === undefined) return;
  const want = `give IP addresses by "host:port", e.g. { 'example.org:443': '127.0.0.1' }`;
  if (typeof resolve !== 'object' || resolve === null) throw invalidOption('resolve', resolve, want);
  for (const [key, value] of Object.entries(resolve)) {
    const addresses: readonly unknown[] = Array.isArray(value) ? value : [value];
    const isGood = (address: unknown): boolean => typeof address === 'string' && isIP(address) !== 0;
    if (!/:\d+$/.test(key) || addresses.length === 0 || !addresses.every(isGood)) {
      throw invalidOption(`resolve[${JSON.stringify(key)}]`, value, want);
    }
  }
}

/** Looks a name up. */
export function lookUp(
  origin: Origin,
  lookup: LookupFunction | undefined,
  callback: (error: Error | null, addresses: readonly string[]) => void,
): void {
  const ask: LookupFunction = lookup ?? process.getBuiltinModule('node:dns').lookup;
  ask(origin.host, { all: true }, (error, found) => {
    // Later, whenever it answers: an answer given at once would come in the middle of the dial's own beginning.
    queueMicrotask(() => callback(...checkAnswer(origin, error, found)));
  });
}

/** What a hook may give is anything: it becomes addresses, or an error that says what was wrong with it. */
function checkAnswer(origin: Origin, error: unknown, found: unknown): [Error | null, readonly string[]] {
  if (error) return [error instanceof Error ? error : new Error(String(error)), []];
  if (!Array.isArray(found)) return [new Error('the lookup option gave no list of { address, family }'), []];
  const addresses = found.map((entry: unknown) =>
    typeof entry === 'object' && entry !== null && 'address' in entry ? entry.address : undefined,
  );
  const strings = addresses.filter((address) => typeof address === 'string' && isIP(address) !== 0) as string[];
  if (strings.length < addresses.length) return [new Error('the lookup option gave what is no IP address'), []];
  return strings.length === 0 ? [noAddress(origin), []] : [null, strings];
}

function noAddress(origin: Origin): Error {
  return Object.assign(new Error(`no address for ${authority(origin)}`), { code: 'ENOTFOUND' });
}

/** Address and port as text: IPv6 in brackets. */
export function endpoint(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
