// From an origin's host to addresses: a literal is its own, `resolve` overrules everything, else the system's resolver
// or the user's `lookup` is asked.

import type { LookupAddress } from 'node:dns';
import { isIP } from 'node:net';
import { invalidOption } from '../errors/invalid-option.ts';
import { checkFunction } from '../errors/option-values.ts';
import type { Origin } from '../message/origin.ts';
import { type GuardOption, guardFrom } from '../policy/address-guard.ts';
import { type DNSCacheOptions, dnsCacheSettings } from './dns-cache-options.ts';

/** Asks for the addresses of a name: the shape of Node's `dns.lookup` with `all: true`; one address may be given alone. */
export type LookupFunction = (
  hostname: string,
  options: { readonly all: true },
  callback: (error: Error | null, addresses: readonly (LookupAddress | string)[] | string) => void,
) => void;

/** Addresses to use in place of a look-up, by `host:port`: as curl's `--resolve`. */
export type ResolveMap = Readonly<Record<string, string | readonly string[]>>;

/** An IP address of a host; `ttl` is for how long it holds, in ms. */
export interface ResolvedAddress {
  readonly address: string;
  readonly ttl?: number | undefined;
}

/** What a resolver may make use of. */
export interface ResolveOptions {
  /** Aborted when nobody waits for the answer any more. */
  readonly signal?: AbortSignal | undefined;
  /** May be told once what is known before all is: connecting begins with that (RFC 8305 §3). */
  readonly onSome?: ((found: readonly ResolvedAddress[]) => void) | undefined;
  /**
   * May be told, before the answer is given, that it lacks some: asking for one family failed, say. Connections to other
   * addresses are kept then.
   */
  readonly onPartial?: (() => void) | undefined;
}

/** Looks names up. */
export interface Resolver {
  /**
   * The addresses of a host.
   *
   * @returns All of them, one at least; as text alone where nothing is known of their life.
   * @throws An error with the code `ENOTFOUND` where there is none.
   */
  resolve(host: string, options?: ResolveOptions): Promise<readonly (ResolvedAddress | string)[]>;
}

export interface LookupOptions {
  /** Looks names up in place of the system's resolver, for every connection anew: `dnsCache` keeps what it gives if asked to. */
  readonly lookup?: LookupFunction | undefined;
  /** Looks names up in place of the system's resolver, and may say for how long the answers hold. */
  readonly resolver?: Resolver | undefined;
  /**
   * Which addresses may be connected to, for programs that take URLs from others: `public`, or a function of the address.
   * It is asked of the address itself, at every redirect too; through a proxy names are looked up here, and it is told
   * addresses.
   */
  readonly guard?: GuardOption | undefined;
  /** How long addresses are kept; false for not at all. @default true, but false with a `lookup` */
  readonly dnsCache?: DNSCacheOptions | boolean | undefined;
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
export function checkLookup({ lookup, resolve, resolver, dnsCache, guard }: LookupOptions): void {
  checkFunction('lookup', lookup);
  checkResolver(resolver, lookup);
  guardFrom(guard);
  dnsCacheSettings(dnsCache);
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

function checkResolver(resolver: unknown, lookup: unknown): void {
  if (resolver === undefined) return;
  if (typeof resolver !== 'object' || resolver === null || !('resolve' in resolver)) {
    throw invalidOption('resolver', resolver, 'give an object with a method resolve(host)');
  }
  checkFunction('resolver.resolve', resolver.resolve);
  if (lookup !== undefined) throw invalidOption('resolver', resolver, 'lookup is given already: leave one of them out');
}

/** What a look-up gives: IP addresses, and how long they hold, in ms, where that is known. */
export interface ResolvedHost {
  readonly addresses: readonly string[];
  readonly ttl: number | null;
  /** Whether they are all there are, as far as anybody knows. */
  readonly isWhole: boolean;
}

/** Who asks. */
export interface Asker {
  /** Aborted when nobody waits any more. */
  readonly signal: AbortSignal;
  /** Told, later and once at most, what is known before all is. */
  onSome(found: ResolvedHost): void;
}

/** Asks for the addresses of a host. It calls back later; an error with the code `ENOTFOUND` says that there are none. */
export type ResolveHost = (
  host: string,
  asker: Asker,
  callback: (error: Error | null, found: ResolvedHost | null) => void,
) => void;

/** Who is asked: the user's resolver or look-up, else the system's. */
export function hostResolver({ lookup, resolver }: LookupOptions): ResolveHost {
  return resolver === undefined
    ? looker(lookup)
    : (host, asker, callback) => void askResolver(resolver, host, asker, callback);
}

function looker(lookup: LookupFunction | undefined): ResolveHost {
  return (host, _asker, callback) => {
    let answered = false;
    // Later, whenever it answers: an answer given at once would come in the middle of the dial's own beginning.
    const answer = (error: unknown, found: unknown): void => {
      if (answered) return;
      answered = true;
      // Look-ups that were written for one address give that alone, as Node's does where it is not asked for all.
      const list = typeof found === 'string' ? [found] : found;
      queueMicrotask(() => callback(...checkAnswer(host, error, list)));
    };
    try {
      const ask: LookupFunction = lookup ?? process.getBuiltinModule('node:dns').lookup;
      ask(host, { all: true }, answer);
    } catch (error) {
      answer(error, null);
    }
  };
}

async function askResolver(
  resolver: Resolver,
  host: string,
  { signal, onSome }: Asker,
  callback: Parameters<ResolveHost>[2],
): Promise<void> {
  let isOver = false;
  let isWhole = true;
  const onPartial = (): void => {
    isWhole = false;
  };
  const onFirst = (given: unknown): void => {
    const [, found] = checkAnswer(host, null, given);
    // What is wrong with it, the whole answer will show.
    if (found === null) return;
    queueMicrotask(() => {
      if (isOver) return;
      onSome(found);
    });
  };
  let result: Parameters<typeof callback>;
  try {
    const found = await resolver.resolve(host, { signal, onSome: onFirst, onPartial });
    result = checkAnswer(host, null, found, isWhole);
  } catch (error) {
    // It may have thrown at once, and those who asked are told later.
    await null;
    result = checkAnswer(host, error ?? new Error('the resolver gave no reason'), null);
  }
  isOver = true;
  callback(...result);
}

/** What a hook may give is anything: it becomes addresses, or an error that says what was wrong with it. */
function checkAnswer(
  host: string,
  error: unknown,
  found: unknown,
  isWhole: boolean = true,
): [Error | null, ResolvedHost | null] {
  const fail = (why: string): [Error, null] => [new Error(why), null];
  if (error) return [error instanceof Error ? error : new Error(String(error)), null];
  if (!Array.isArray(found)) return fail('the lookup gave no list of { address }');
  const entries = found.map(entryOf);
  const addresses = entries.map((entry) => ('address' in entry ? entry.address : undefined));
  const strings = addresses.filter((address) => typeof address === 'string' && isIP(address) !== 0) as string[];
  if (strings.length < addresses.length) return fail('the lookup gave what is no IP address');
  if (strings.length === 0) return [Object.assign(new Error(`no address for ${host}`), { code: 'ENOTFOUND' }), null];
  const ttls = entries.flatMap((entry) => ('ttl' in entry && isLife(entry.ttl) ? [entry.ttl] : []));
  return [null, { addresses: strings, ttl: ttls.length === 0 ? null : Math.max(0, Math.min(...ttls)), isWhole }];
}

/** `dns.lookup()` gives objects, `dns.resolve4()` texts. */
function entryOf(entry: unknown): object {
  if (typeof entry === 'string') return { address: entry };
  return typeof entry === 'object' && entry !== null ? entry : {};
}

function isLife(ttl: unknown): ttl is number {
  return typeof ttl === 'number' && !Number.isNaN(ttl);
}

/** Address and port as text: IPv6 in brackets. */
export function endpoint(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
