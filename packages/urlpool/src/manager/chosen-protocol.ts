/** A protocol as an Upgrade field names it (RFC 9110 §7.8): names are compared without regard to case, versions as they are. */
interface Protocol {
  readonly name: string;
  readonly version: string | null;
}

/**
 * Whether a server that switched protocols keeps to what it was asked for: it names what it switched to, and names nothing
 * else (RFC 9110 §7.8). Asked for by a name alone, any version of it will do.
 *
 * @param chosen The Upgrade field of its 101; null where it has none.
 * @param asked The Upgrade field of the request.
 */
export function isAskedFor(chosen: string | null, asked: string): boolean {
  const offered = protocolsOf(asked);
  const named = protocolsOf(chosen ?? '');
  return (
    named.length > 0 &&
    named.every(({ name, version }) =>
      offered.some((one) => one.name === name && (one.version === null || one.version === version)),
    )
  );
}

function protocolsOf(field: string): Protocol[] {
  const protocols: Protocol[] = [];
  for (const item of field.split(',')) {
    const [name = '', version] = item.trim().split('/');
    if (name !== '') protocols.push({ name: name.toLowerCase(), version: version ?? null });
  }
  return protocols;
}
