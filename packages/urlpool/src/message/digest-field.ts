// Content-Digest and Repr-Digest (RFC 9530): dictionaries of structured fields (RFC 9651 §3.2) whose values are byte
// sequences. The first says what the content of this message is, the second what the whole representation is, coded as
// Content-Encoding says; both are the same for a full response, and differ for a part.

/** The algorithms whose digests are worth a check (RFC 9530 §5): the others are broken, or no defence. */
const ALGORITHMS: ReadonlyMap<string, string> = new Map([
  ['sha-256', 'sha256'],
  ['sha-512', 'sha512'],
]);

const MEMBER = /(?:^|,)[ \t]*([a-z*][a-z\d_\-.*]*)[ \t]*=[ \t]*:([A-Za-z\d+/]*={0,2}):[ \t]*(?:;[^,]*)?(?=,|$)/g;

/**
 * The digests of a field by the algorithm, as Node names it; the last of each counts, others than SHA-2 do not.
 *
 * @example
 * parseDigestField('sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:').get('sha256'); // Uint8Array
 */
export function parseDigestField(text: string): Map<string, Uint8Array> {
  const digests = new Map<string, Uint8Array>();
  for (const [, name = '', value = ''] of text.matchAll(MEMBER)) {
    const algorithm = ALGORITHMS.get(name);
    if (algorithm !== undefined) digests.set(algorithm, Buffer.from(value, 'base64'));
  }
  return digests;
}
