// Which names an authority may vouch for (RFC 5280 §4.2.1.10), as DER: of the library's extensions none is for that.

import { isIP } from 'node:net';

/** Names below which an authority may issue certificates, or may not. */
export interface NameConstraints {
  /** DNS names, each with all below it, and ranges of addresses, `10.0.0.0/8`. */
  readonly permitted?: readonly string[];
  /** The same, but of what it may not issue certificates for. */
  readonly excluded?: readonly string[];
}

/** Its object identifier. */
export const NAME_CONSTRAINTS = '2.5.29.30';

/** Its value. */
export function nameConstraints({ permitted = [], excluded = [] }: NameConstraints): Buffer {
  const trees = [
    [0xa0, permitted],
    [0xa1, excluded],
  ] as const;
  return der(0x30, ...trees.flatMap(([tag, names]) => (names.length === 0 ? [] : [der(tag, ...names.map(subtree))])));
}

function subtree(name: string): Buffer {
  const [address = '', bits] = name.split('/');
  if (bits === undefined) return der(0x30, der(0x82, Buffer.from(name, 'latin1')));
  const bytes = addressBytes(address);
  const mask = bytes.map((_, i) => (0xff00 >> Math.min(8, Math.max(0, Number(bits) - 8 * i))) & 0xff);
  return der(0x30, der(0x87, Buffer.from([...bytes, ...mask])));
}

function addressBytes(address: string): number[] {
  if (isIP(address) === 4) return address.split('.').map(Number);
  throw new RangeError(`Cannot constrain ${JSON.stringify(address)}: give a range of IPv4 addresses`);
}

/** Nothing here is longer than 64 KB. */
function der(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const value = Buffer.concat(content);
  const { length } = value;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), value]);
}
