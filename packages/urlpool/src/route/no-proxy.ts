// Which hosts are reached without a proxy, by a list as NO_PROXY has it. The rules are curl's: a name stands for itself and
// all below it, with a dot in front or without; an address never stands for a name; `*` alone is everything. Ranges of
// addresses and ports are understood too, as Go does. Nothing is looked up: a name is not compared with addresses.

import { absoluteUrl } from '../message/absolute-url.ts';
import { type IPRange, isInRange, parseIP, parseRange, unmapped } from '../message/ip-address.ts';
import type { Origin } from '../message/origin.ts';

type Rule =
  | { readonly is: 'name'; readonly name: string; readonly port: number | null }
  | { readonly is: 'range'; readonly range: IPRange; readonly port: number | null };

/** Origins to remember the answer for: it takes 0.5 µs and more to find, and is asked for with each request. */
const REMEMBERED = 1_000;

/** A list, read once. */
export class NoProxy {
  readonly #isAll: boolean;
  readonly #rules: readonly Rule[];
  readonly #known = new Map<string, boolean>();

  /** @param list Entries with commas or blanks between them, e.g. `localhost, .example.org, 10.0.0.0/8, [::1]:8080`. */
  constructor(list: string) {
    const entries = list.split(/[\s,]+/).filter((entry) => entry !== '');
    this.#isAll = entries.includes('*');
    this.#rules = entries.flatMap((entry) => ruleOf(entry) ?? []);
  }

  /** Whether requests to an origin go without a proxy. */
  covers({ host, port }: Pick<Origin, 'host' | 'port'>): boolean {
    if (this.#isAll || this.#rules.length === 0) return this.#isAll;
    const key = `${host} ${port}`;
    let answer = this.#known.get(key);
    if (answer === undefined) {
      answer = this.#find(host, port);
      if (this.#known.size >= REMEMBERED) this.#known.clear();
      this.#known.set(key, answer);
    }
    return answer;
  }

  #find(host: string, port: number): boolean {
    const name = plainName(host);
    const parsed = parseIP(name);
    const address = parsed === null ? null : unmapped(parsed);
    return this.#rules.some((rule) => {
      if (rule.port !== null && rule.port !== port) return false;
      if (rule.is === 'range') return address !== null && isInRange(address, rule.range);
      return address === null && (name === rule.name || name.endsWith(`.${rule.name}`));
    });
  }
}

/** An entry as a rule; null for one that can stand for no host. */
function ruleOf(entry: string): Rule | null {
  const parts = /^(?:\[(?<six>[^\]]*)\](?<bits>\/\d+)?|(?<plain>[^:]*))(?::(?<port>\d{0,5}))?$/.exec(entry)?.groups;
  // IPv6 without brackets has no port.
  const host =
    parts === undefined ? entry : parts.six === undefined ? (parts.plain ?? '') : parts.six + (parts.bits ?? '');
  const port = parts?.port ? Number(parts.port) : null;
  const range = rangeOf(host);
  if (range !== null) return { is: 'range', range, port };
  if (parts === undefined || parts.six !== undefined || host.includes('/')) return null;
  const name = plainName(host.replace(/^\*?\./, ''));
  return name === '' || name.includes('*') ? null : { is: 'name', name, port };
}

/** An address or a range; IPv4 in octal, hexadecimal or with fewer parts too, as the URL parser takes it. */
function rangeOf(text: string): IPRange | null {
  const [address = '', ...bits] = text.split('/');
  const plain = address.includes(':') ? address : (absoluteUrl(`http://${address}/`)?.hostname ?? address);
  const range = parseRange([plain, ...bits].join('/'));
  if (range === null) return null;
  const bytes = unmapped(range.bytes);
  return bytes === range.bytes ? range : { bytes, length: Math.max(0, range.length - 96) };
}

/** A name as the URL parser writes it, without a dot at its end. */
function plainName(host: string): string {
  const bare = host.replace(/\.$/, '');
  if (bare === '' || bare.includes(':')) return bare;
  return absoluteUrl(`http://${bare}/`)?.hostname ?? bare.toLowerCase();
}
