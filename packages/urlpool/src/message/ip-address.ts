// IP addresses as bytes, for rules that are about ranges of them. It takes what the WHATWG URL parser and resolvers give:
// IPv4 as four decimal numbers, IPv6 without brackets.

/** An address: 4 bytes, or 16. */
export type IPBytes = readonly number[];

/** A range of addresses: those whose first `length` bits are those of `bytes`. */
export interface IPRange {
  readonly bytes: IPBytes;
  readonly length: number;
}

/** The bytes of an address; null for what is none. A zone (`fe80::1%eth0`) is passed over. */
export function parseIP(text: string): IPBytes | null {
  return text.includes(':') ? parseIPv6(text.replace(/%.*$/s, '')) : parseIPv4(text);
}

function parseIPv4(text: string): IPBytes | null {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part))) return null;
  const bytes = parts.map(Number);
  return bytes.every((byte) => byte <= 255) ? bytes : null;
}

function parseIPv6(text: string): IPBytes | null {
  const halves = text.split('::');
  if (halves.length > 2) return null;
  const [head, tail] = halves.map((half, i) => groupsOf(half, i === halves.length - 1));
  if (head === null || head === undefined || tail === null) return null;
  if (tail === undefined) return head.length === 16 ? head : null;
  const missing = 16 - head.length - tail.length;
  return missing < 2 ? null : [...head, ...new Array<number>(missing).fill(0), ...tail];
}

/** The bytes of some groups of an IPv6 address; at its end the last may be written as IPv4. */
function groupsOf(text: string, isEnd: boolean): number[] | null {
  if (text === '') return [];
  const groups = text.split(':');
  const bytes: number[] = [];
  for (const [i, group] of groups.entries()) {
    const v4 = isEnd && i === groups.length - 1 && group.includes('.') ? parseIPv4(group) : null;
    if (v4 !== null) bytes.push(...v4);
    else if (/^[0-9a-f]{1,4}$/i.test(group)) {
      const value = Number.parseInt(group, 16);
      bytes.push(value >> 8, value & 0xff);
    } else return null;
  }
  return bytes;
}

const MAPPED: IPRange = { bytes: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0], length: 96 };

/** IPv4 where it is written as IPv6 (`::ffff:127.0.0.1`, RFC 4291 §2.5.5.2); any other as it is. */
export function unmapped(bytes: IPBytes): IPBytes {
  return isInRange(bytes, MAPPED) ? bytes.slice(12) : bytes;
}

/** Whether an address is in a range; one of the other family never is. */
export function isInRange(address: IPBytes, { bytes, length }: IPRange): boolean {
  if (address.length !== bytes.length) return false;
  const whole = length >> 3;
  for (let i = 0; i < whole; i++) if (address[i] !== bytes[i]) return false;
  const rest = length & 7;
  if (rest === 0) return true;
  const mask = (0xff << (8 - rest)) & 0xff;
  return ((address[whole] ?? 0) & mask) === ((bytes[whole] ?? 0) & mask);
}

/** A range as CIDR has it, e.g. `10.0.0.0/8` or `fe80::/10`; an address alone is a range of one. Null for what is none. */
export function parseRange(text: string): IPRange | null {
  const [address = '', bits, ...more] = text.split('/');
  const bytes = parseIP(address);
  if (bytes === null || more.length > 0) return null;
  if (bits === undefined) return { bytes, length: bytes.length * 8 };
  const length = /^\d{1,3}$/.test(bits) ? Number(bits) : Number.NaN;
  return length <= bytes.length * 8 ? { bytes, length } : null;
}
