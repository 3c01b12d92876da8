// Looks names up by DNS itself, which tells for how long an answer holds; the system's resolver does not. A and AAAA are
// asked for at the same time. Whoever connects may begin with the family that was answered first (RFC 8305 §3): with IPv6
// at once, with IPv4 after 50 ms; the whole answer has both.
//
// It asks DNS alone: neither the hosts file nor search domains nor mDNS. `localhost` is never asked for (RFC 6761 §6.3).

import type { Resolver as Channel, RecordWithTtl } from 'node:dns';
import { isIP, isIPv4, isIPv6 } from 'node:net';
import { checkNames, invalidOption } from '../errors/invalid-option.ts';
import { checkWhole } from '../errors/option-values.ts';
import { type Clock, systemClock, type Timer } from '../util/clock.ts';
import { addressesOf, type FamilyAnswer, isHalf, wholeAnswer } from './dns-answer.ts';
import type { ResolvedAddress, ResolveOptions, Resolver } from './name-lookup.ts';
import { codeOf, isMissing } from './network-error.ts';

/** How DNS is asked. */
export interface DNSResolverOptions {
  /**
   * Servers, asked in this order: IP addresses with or without a port, `127.0.0.1`, `127.0.0.1:5353`, `[::1]:5353`.
   * @default those of the system
   */
  readonly servers?: readonly string[] | undefined;
  /** For how long the first try waits, in ms, about; each further one waits twice as long. @default 2_000 */
  readonly timeout?: number | undefined;
  /** How often each server is asked before it counts as silent. @default 2 */
  readonly tries?: number | undefined;
}

/** For how long an answer of IPv4 waits for that of IPv6, in ms (RFC 8305 §3 and §8: the resolution delay). */
const RESOLUTION_DELAY_MS = 50;

const LONGEST_TIMEOUT_MS = 60_000;
const MOST_TRIES = 10;

/** `localhost` and what is below it (RFC 6761 §6.3). */
const LOCALHOST = /(^|\.)localhost\.?$/i;
const LOOPBACK: readonly ResolvedAddress[] = [{ address: '::1' }, { address: '127.0.0.1' }];

/**
 * A resolver for the option `resolver` that asks DNS itself, and so knows for how long an answer holds.
 *
 * @throws {RequestError} `ERR_INVALID_OPTION`
 * @example
 * ```js
 * import { dnsResolver, PoolManager } from 'urlpool';
 *
 * const http = new PoolManager({ resolver: dnsResolver({ servers: ['127.0.0.1:5353'] }) });
 * await http.close();
 * ```
 */
export function dnsResolver(options: DNSResolverOptions = {}): Resolver {
  return new DNSResolver(options, systemClock);
}

export class DNSResolver implements Resolver {
  readonly #servers: readonly string[] | undefined;
  readonly #limits: { readonly timeout: number; readonly tries: number };
  readonly #clock: Clock;

  constructor(options: DNSResolverOptions, clock: Clock) {
    checkNames('dnsResolver()', options, ['servers', 'timeout', 'tries']);
    const { servers, timeout = 2_000, tries = 2 } = options;
    checkServers(servers);
    checkLimit('timeout', timeout, LONGEST_TIMEOUT_MS);
    checkLimit('tries', tries, MOST_TRIES);
    // A copy: what the caller does with its list afterwards was not checked.
    this.#servers = servers === undefined ? undefined : [...servers];
    this.#limits = { timeout, tries };
    this.#clock = clock;
  }

  async resolve(host: string, options: ResolveOptions = {}): Promise<readonly ResolvedAddress[]> {
    if (typeof host !== 'string' || host === '') throw invalidOption('host', host, 'give the name to look up');
    if (isIP(host) !== 0) return [{ address: host }];
    if (LOCALHOST.test(host)) return LOOPBACK;
    options.signal?.throwIfAborted();
    return await this.#ask(host, options);
  }

  #ask(host: string, { signal, onSome, onPartial }: ResolveOptions): Promise<readonly ResolvedAddress[]> {
    // One for each look-up: giving one up ends no other, and each asks from a port of its own.
    const channel = this.#channel();
    const since = this.#clock.now();
    const answers: { 4: FamilyAnswer | null; 6: FamilyAnswer | null } = { 4: null, 6: null };
    let delay: Timer | null = null;
    return new Promise((resolve, reject) => {
      const onAbort = (): void => channel.cancel();
      const onAnswer = (family: 4 | 6, error: Error | null, records: readonly RecordWithTtl[]): void => {
        const answer = error === null ? { records } : { error };
        answers[family] = answer;
        if (answers[4] === null || answers[6] === null) {
          if (onSome === undefined || !('records' in answer) || records.length === 0) return;
          if (family === 6) onSome(addressesOf(records));
          else delay = this.#clock.setTimer(RESOLUTION_DELAY_MS, () => onSome(addressesOf(records)));
          return;
        }
        delay?.cancel();
        signal?.removeEventListener('abort', onAbort);
        const whole = wholeAnswer(answers[6], answers[4]);
        if (signal?.aborted === true) reject(signal.reason);
        else if (whole instanceof Error) {
          reject(dnsError(host, whole, channel.getServers(), this.#clock.now() - since));
        } else {
          if (isHalf(answers[6], answers[4])) onPartial?.();
          resolve(whole);
        }
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      channel.resolve6(host, { ttl: true }, (error, records) => onAnswer(6, error, records));
      channel.resolve4(host, { ttl: true }, (error, records) => onAnswer(4, error, records));
    });
  }

  #channel(): Channel {
    const { Resolver: NodeResolver } = process.getBuiltinModule('node:dns');
    const channel = new NodeResolver(this.#limits);
    if (this.#servers !== undefined) channel.setServers(this.#servers);
    return channel;
  }
}

/** The codes of c-ares that tell something, as ends of a sentence. */
const REASONS: ReadonlyMap<string, string> = new Map([
  ['ESERVFAIL', 'the DNS server could not find out (SERVFAIL)'],
  ['EREFUSED', 'the DNS server refuses to answer for it (REFUSED)'],
  ['ENOTIMP', 'the DNS server does not know such questions (NOTIMP)'],
  ['EFORMERR', 'the DNS server did not understand the question (FORMERR)'],
  ['EBADRESP', 'what came back was no answer of DNS'],
  ['ECONNREFUSED', 'no DNS server listens there'],
]);

function dnsError(host: string, cause: Error, servers: readonly string[], ms: number): Error {
  const code = codeOf(cause);
  const error = (why: string): Error => Object.assign(new Error(why, { cause }), { code });
  if (isMissing(cause)) return error(`DNS has no address for ${host}`);
  if (code === 'EBADNAME')
    return error('it is no name of DNS: its parts have 1 to 63 bytes, and all of it 253 at most');
  const asked = `asked: ${servers.join(', ')}`;
  if (code !== 'ETIMEOUT') return error(`${REASONS.get(code) ?? cause.message}; ${asked}`);
  return error(
    `no DNS server answered within ${Math.round(ms)} ms; ${asked}; options: timeout, tries of dnsResolver()`,
  );
}

function checkLimit(name: string, value: number, most: number): void {
  checkWhole(`dnsResolver.${name}`, value, 1);
  if (value > most) throw invalidOption(`dnsResolver.${name}`, value, `give ${most} or less`);
}

function checkServers(servers: unknown): void {
  if (servers === undefined) return;
  const want = 'give IP addresses with or without a port, e.g. "127.0.0.1:5353" or "[::1]:5353"';
  if (!Array.isArray(servers) || servers.length === 0) throw invalidOption('dnsResolver.servers', servers, want);
  for (const [i, server] of servers.entries()) {
    if (!isServer(server)) throw invalidOption(`dnsResolver.servers[${i}]`, server, want);
  }
}

function isServer(server: unknown): boolean {
  // A zone (`fe80::1%eth0`) would be lost on the way.
  if (typeof server !== 'string' || server.includes('%')) return false;
  if (isIP(server) !== 0) return true;
  const [, six, four, port] = /^(?:\[([^\]]+)\]|([\d.]+))(?::(\d{1,5}))?$/.exec(server) ?? [];
  const isAddress = six === undefined ? isIPv4(four ?? '') : isIPv6(six);
  return isAddress && (port === undefined || (Number(port) >= 1 && Number(port) <= 65_535));
}
