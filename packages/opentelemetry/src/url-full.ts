// What of a URL may stand in telemetry: the rules of the attribute url.full in the semantic conventions for HTTP spans.

/** Query parameters whose values are secrets; their names are compared with regard to case. */
const SECRETS: ReadonlySet<string> = new Set([
  'AWSAccessKeyId',
  'Signature',
  'X-Amz-Credential',
  'X-Amz-Security-Token',
  'X-Amz-Signature',
  'X-Goog-Signature',
  'sig',
]);

/** The URL with `REDACTED` in place of its credentials and of the values of secret query parameters. */
export function urlFull(url: string): string {
  const safe = url.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?#]*@/i, '$1REDACTED:REDACTED@');
  if (!safe.includes('?')) return safe;
  return safe.replaceAll(/([?&])([^=&#]*)=([^&#]*)/g, (pair, mark: string, name: string) =>
    SECRETS.has(decoded(name)) ? `${mark}${name}=REDACTED` : pair,
  );
}

/** A server reads a name that is percent-encoded as it reads any other. */
function decoded(name: string): string {
  if (!name.includes('%')) return name;
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
