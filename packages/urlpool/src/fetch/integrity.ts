// Subresource integrity (W3C SRI §3.3): which digests a body may have, by metadata such as `sha384-oqVuAf… sha512-…`. Of
// several algorithms only the strongest counts, and any one of its digests will do. What is no metadata is passed over, and
// where none is left everything is right: so the standard has it.

const STRONGEST_FIRST = ['sha512', 'sha384', 'sha256'] as const;

const METADATA = /^(?<algorithm>sha256|sha384|sha512)-(?<digest>[A-Za-z0-9+/_-]+={0,2})(?:\?.*)?$/i;

/** Digests in base64, without padding, of which a body has to have one; null for any body. */
export interface IntegrityMetadata {
  readonly algorithm: (typeof STRONGEST_FIRST)[number];
  readonly digests: readonly string[];
}

/** Reads metadata. */
export function parseIntegrity(text: string): IntegrityMetadata | null {
  const all = text.split(/[\t\n\f\r ]+/).flatMap((item) => {
    const { algorithm, digest } = METADATA.exec(item)?.groups ?? {};
    return algorithm === undefined || digest === undefined ? [] : [{ algorithm: algorithm.toLowerCase(), digest }];
  });
  const algorithm = STRONGEST_FIRST.find((name) => all.some((item) => item.algorithm === name));
  if (algorithm === undefined) return null;
  return { algorithm, digests: all.filter((item) => item.algorithm === algorithm).map(({ digest }) => plain(digest)) };
}

/** Whether a body has one of the digests. */
export function hasIntegrity(body: Uint8Array, { algorithm, digests }: IntegrityMetadata): boolean {
  const { createHash } = process.getBuiltinModule('node:crypto');
  return digests.includes(plain(createHash(algorithm).update(body).digest('base64')));
}

/** base64 and base64url are read alike. */
function plain(digest: string): string {
  return digest.replaceAll('-', '+').replaceAll('_', '/').replace(/=+$/, '');
}
