// Which addresses a program may connect to that takes URLs from others (server-side request forgery): a pure function of the
// address that is really connected to, whatever it was written as.

import { invalidOption } from '../errors/invalid-option.ts';
import { type IPBytes, type IPRange, isInRange, parseIP, parseRange, unmapped } from '../message/ip-address.ts';
import type { Origin } from '../message/origin.ts';

/**
 * Whether an address may be connected to: a sentence's end that says why not, or false; true or nothing for yes. It answers
 * at once: a promise is refused.
 *
 * @param address The IP address that the name has now, whatever the URL says.
 */
export type AddressGuard = (address: string, origin: Origin) => string | boolean | null | undefined;

/** `public` lets only addresses pass that anybody on the internet can reach. */
export type GuardOption = 'public' | AddressGuard;

/** Why an address must not be connected to; null where it may. It throws what a guard of the caller's throws. */
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
    if (answer === true || answer === null || answer === undefined) return null;
    if (answer === false) return `${address} is not allowed`;
    if (typeof answer === 'string') return `${address} is not allowed: ${answer}`;
    // Of a promise nobody here waits for the outcome: what it lets pass must not be everything.
    throw new TypeError(`it gave ${kindOf(answer)} for ${address}; it is to give true, false or a reason, at once`);
  };
}

function kindOf(answer: unknown): string {
  if (answer instanceof Promise) return 'a promise';
  return typeof answer === 'object' ? 'an object' : `a ${typeof answer}`;
}

/** What is not public, and what it is: the IANA registries of special-purpose addresses (RFC 6890), and what is not assigned. */
const NOT_PUBLIC: readonly (readonly [range: IPRange, what: string])[] = (
  [
    ['0.0.0.0/8', 'this host (RFC 1122)'],
    ['10.0.0.0/8', 'private (RFC 1918)'],
    ['100.64.0.0/10', 'shared by a provider (RFC 6598)'],
    ['127.0.0.0/8', 'loopback (RFC 1122)'],
    ['168.63.129.16/32', 'the host of a virtual machine at Azure'],
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

/** Bytes 8 to 11 of an address whose last four are an IPv4 address, in whatever network (ISATAP, RFC 5214 §6.1). */
const ISATAP: readonly IPBytes[] = [
  [0x00, 0x00, 0x5e, 0xfe],
  [0x02, 0x00, 0x5e, 0xfe],
];

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
    const inner = whyInside(plain, from);
    if (inner !== null) return inner;
    if (from === 12) return null;
  }
  if (ISATAP.some((mark) => mark.every((byte, i) => plain[8 + i] === byte))) {
    const inner = whyInside(plain, 12);
    if (inner !== null) return inner;
  }
  return plain.length === 16 && !isInRange(plain, GLOBAL) ? 'not assigned to the public (RFC 4291)' : null;
}

/** Why the IPv4 address that an IPv6 address carries is not public; null where it is. */
function whyInside(bytes: IPBytes, from: number): string | null {
  const inner = why(bytes.slice(from, from + 4));
  return inner === null ? null : `IPv6 that leads to an IPv4 address which is ${inner}`;
}

function known(text: string): IPRange {
  const range = parseRange(text);
  if (range === null) throw new TypeError(`${text} is no range`);
  return range;
}
