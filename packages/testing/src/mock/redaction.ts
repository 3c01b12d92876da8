// Credentials out of what is written to a file: pure, and the same for what is recorded and for what is compared with it
// later. Names and structure stay, so that a recording can still be read.

/** What is hidden besides the usual. */
export interface RedactionOptions {
  /** Names of header fields. */
  readonly headers?: readonly string[];
  /** Names of parameters of a query, and of members of forms and of JSON bodies. */
  readonly fields?: readonly string[];
}

/** What is hidden: names in lower case. */
export interface Redaction {
  readonly headers: readonly string[];
  readonly fields: readonly string[];
}

/** What stands in place of a credential. */
export const REDACTED = 'REDACTED';

const HEADERS = [
  'authorization',
  'proxy-authorization',
  'cookie',
  'set-cookie',
  'x-api-key',
  'x-auth-token',
  'x-csrf-token',
  'x-xsrf-token',
  'x-amz-security-token',
];

const FIELDS = [
  'access_token',
  'api_key',
  'apikey',
  'assertion',
  'auth',
  'client_assertion',
  'client_secret',
  'code_verifier',
  'credential',
  'id_token',
  'key',
  'passwd',
  'password',
  'refresh_token',
  'secret',
  'sig',
  'signature',
  'token',
  'x-amz-credential',
  'x-amz-security-token',
  'x-amz-signature',
];

/** Fields whose values are URLs. */
const URLS = ['location', 'content-location', 'referer'];

export function redactionOf(options: RedactionOptions): Redaction {
  const lower = (names: readonly string[] = []) => names.map((name) => name.toLowerCase());
  return { headers: [...HEADERS, ...lower(options.headers)], fields: [...FIELDS, ...lower(options.fields)] };
}

/** A header field's value: the scheme of credentials, the names and attributes of cookies are kept. */
export function redactedHeader(name: string, value: string, redaction: Redaction): string {
  const lower = name.toLowerCase();
  if (URLS.includes(lower)) return redactedURL(value, redaction);
  if (!redaction.headers.includes(lower)) return value;
  if (lower === 'set-cookie') return value.replace(/^([^=;]*=)[^;]+/, `$1${REDACTED}`);
  if (lower === 'cookie') return value.replaceAll(/=[^;]+/g, `=${REDACTED}`);
  return value.replace(/^((?:[A-Za-z][\w-]*) )?.*$/s, (_, scheme = '') => `${scheme}${REDACTED}`);
}

/** A URL, or what is relative to one: values of its query, and a password. */
export function redactedURL(url: string, redaction: Redaction): string {
  const [, before = url, query = '', fragment = ''] = /^([^?#]*)(\?[^#]*)?(#.*)?$/s.exec(url) ?? [];
  const bare = before.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/@]*@/i, `$1${REDACTED}@`);
  return bare + redactedPairs(query, redaction) + fragment;
}

/** A body as text: members of a form, or of JSON where their values are text. */
export function redactedBody(text: string, contentType: string | null, redaction: Redaction): string {
  if (/^application\/x-www-form-urlencoded/i.test(contentType ?? '')) return redactedPairs(text, redaction);
  if (!/json/i.test(contentType ?? '')) return text;
  return text.replaceAll(/("((?:[^"\\]|\\.)*)"\s*:\s*)"(?:[^"\\]|\\.)*"/g, (all, start: string, name: string) =>
    redaction.fields.includes(name.toLowerCase()) ? `${start}"${REDACTED}"` : all,
  );
}

function redactedPairs(text: string, { fields }: Redaction): string {
  return text.replaceAll(/(^|[?&])([^=&?]*)=([^&]+)/g, (all, separator: string, name: string) =>
    fields.includes(decoded(name).toLowerCase()) ? `${separator}${name}=${REDACTED}` : all,
  );
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}
