import { isIPv6 } from 'node:net';

/** What is known of the addresses of a host. */
export interface AddressKnowledge {
  /** The address family that is tried first; null for that of the first address. */
  readonly family: 4 | 6 | null;
  /** How often the host was dialled: addresses of one family take turns at being the first of it. */
  readonly turn: number;
  /** Addresses that failed lately: they come last. */
  readonly failed: ReadonlySet<string>;
}

/**
 * Addresses in the order in which they are tried (RFC 8305 §4): families alternate, so that one that does not work costs
 * no more than one attempt.
 */
export function raceOrder(addresses: readonly string[], { family, turn, failed }: AddressKnowledge): string[] {
  const distinct = [...new Set(addresses)];
  const good = distinct.filter((address) => !failed.has(address));
  const bad = distinct.filter((address) => failed.has(address));
  return [...alternating(good, family, turn), ...alternating(bad, family, turn)];
}

function alternating(addresses: readonly string[], family: 4 | 6 | null, turn: number): string[] {
  const [first] = addresses;
  if (first === undefined) return [];
  const leads = family ?? (isIPv6(first) ? 6 : 4);
  const isLeading = (address: string): boolean => isIPv6(address) === (leads === 6);
  const leading = rotated(addresses.filter(isLeading), turn);
  const others = rotated(
    addresses.filter((address) => !isLeading(address)),
    turn,
  );
  const order: string[] = [];
  for (let i = 0; i < Math.max(leading.length, others.length); i++) {
    for (const address of [leading[i], others[i]]) if (address !== undefined) order.push(address);
  }
  return order;
}

function rotated(addresses: readonly string[], turn: number): readonly string[] {
  const start = addresses.length === 0 ? 0 : turn % addresses.length;
  return [...addresses.slice(start), ...addresses.slice(0, start)];
}
