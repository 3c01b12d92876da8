// Which addresses a program may connect to that takes URLs from others (server-side request forgery): a pure function of the
// address that is really connected to, whatever it was written as.

import { invalidOption } from '../errors/invalid-option.ts';
import { type IPBytes, type IPRange, isInRange, parseIP, parseRange, unmapped } from '../message/ip-address.ts';
import type { Origin } from '../message/origin.ts';

/**
 * Whether an address may be connected to: a sentence's end that says why not, false, or anything else for yes.
 *
 * @param address The IP address that the name has now, whatever the URL says.
 */
export type AddressGuard = (address: string, origin: Origin) => string | boolean | null | undefined;

/** `public` lets only addresses pass that anybody on the internet can reach. */
export type GuardOption = 'public' | AddressGuard;

/** Why an address must not be connected to; null where it may. */
export type Guard = (address: string, origin: Origin) => string | null;

/**
 * The guard that an option stands for; null for none.
 *
 * @throws {RequestError} `ERR_INVALID_OPTION`
 */
export function guardFrom(option: GuardOption | undefined): Guard | null {
  if (option === undefined) return null;
  if (option === 'public') {
    return (address) => {
      const why = whyNotPublic(address);
      return why === null ? null : `${address} is ${why}`;
    };
  }
  if (typeof option !== 'function') throw invalidOption('guard', option, "give 'public' or a function");
  return (address, origin) => {
    const answer = option(address, origin);
    if (answer === false) return `${address} is not allowed`;
    return typeof answer === 'string' ? `${address} is not allowed: ${answer}` : null;
  };
}

/** What is not public, and what it is: the IANA registries of special-purpose addresses (RFC 6890), and what is not assigned. */
const NOT_PUBLIC: readonly (readonly [range: IPRange, what: string])[] = (
  [
    ['0.0.0.0/8', 'this host (RFC 1122)'],
    ['10.0.0.0/8', 'private (RFC 1918)'],
    ['100.64.0.0/10', 'shared by a provider (RFC 6598)'],
    ['127.0.0.0/8', 'loopback (RFC 1122)'],
    ['169.254.0.0/16', 'link-local (RFC 3927), where clouds have their metadata'],
    ['172.16.0.0/12', 'private (RFC 1918)'],
    ['192.0.0.0/24', 'for protocols (RFC 6890)'],
    ['192.0.2.0/24', 'for documentation (RFC 5737)'],
    ['192.88.99.0/24', 'a relay of 6to4 (RFC 7526)'],
    ['192.168.0.0/16', 'private (RFC 1918)'],
    ['198.18.0.0/15', 'for benchmarks (RFC 2544)'],
    ['198.51.100.0/24', 'for documentation (RFC 5737)'],
    ['203.0.113.0/24', 'for documentation (RFC 5737)'],
    ['224.0.0.0/4', 'multicast (RFC 5771)'],
    ['240.0.0.0/4', 'reserved (RFC 1112)'],
    ['::/128', 'no address (RFC 4291)'],
    ['::1/128', 'loopback (RFC 4291)'],
    ['100::/64', 'to be discarded (RFC 6666)'],
    ['2001::/23', 'for protocols (RFC 2928)'],
    ['2001:db8::/32', 'for documentation (RFC 3849)'],
    ['3fff::/20', 'for documentation (RFC 9637)'],
    ['5f00::/16', 'for segment routing (RFC 9602)'],
    ['fc00::/7', 'private (RFC 4193)'],
    ['fe80::/10', 'link-local (RFC 4291)'],
    ['fec0::/10', 'site-local (RFC 3879)'],
    ['ff00::/8', 'multicast (RFC 4291)'],
  ] as const
).map(([range, what]) => [known(range), what]);

/** Where IPv6 addresses carry an IPv4 address that packets may end at: from which byte on. */
const EMBEDDING: readonly (readonly [range: IPRange, from: number])[] = (
  [
    ['::/96', 12], // IPv4-compatible (RFC 4291 §2.5.5.1)
    ['::ffff:0:0/96', 12], // IPv4-mapped (RFC 4291 §2.5.5.2)
    ['::ffff:0:0:0/96', 12], // IPv4-translated (RFC 2765)
    ['64:ff9b::/96', 12], // NAT64 (RFC 6052)
    ['2002::/16', 2], // 6to4 (RFC 3056)
  ] as const
).map(([range, from]) => [known(range), from]);

/** Global unicast (RFC 4291 §2.4): nothing else of IPv6 is assigned to the public. */
const GLOBAL: IPRange = known('2000::/3');

/** Why an address is not public; null where it is. */
export function whyNotPublic(address: string): string | null {
  const bytes = parseIP(address);
  if (bytes === null) return 'no IP address';
  return why(bytes);
}

function why(bytes: IPBytes): string | null {
  const plain = unmapped(bytes);
  for (const [range, what] of NOT_PUBLIC) if (isInRange(plain, range)) return what;
  for (const [range, from] of EMBEDDING) {
    if (!isInRange(plain, range)) continue;
    const inner = why(plain.slice(from, from + 4));
    if (inner !== null) return `IPv6 that leads to an IPv4 address which is ${inner}`;
    if (from === 12) return null;
  }
  return plain.length === 16 && !isInRange(plain, GLOBAL) ? 'not assigned to the public (RFC 4291)' : null;
}

function known(text: string): IPRange {
  const range = parseRange(text);
  if (range === null) throw new TypeError(`${text} is no range`);
  return range;
}
