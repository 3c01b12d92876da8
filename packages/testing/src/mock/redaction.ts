// Credentials out of what is written to a file: pure, and the same for what is recorded and for what is compared with it
// later. Names and structure stay, so that a recording can still be read.

/** What is hidden besides the usual. */
export interface RedactionOptions {
  /** Names of header fields. */
  readonly headers?: readonly string[];
  /** Names of parameters of a query, and of members of forms and of JSON bodies. */
  readonly fields?: readonly string[];
}

/** What is hidden: names in lower case, those of fields without what separates their words. */
export interface Redaction {
  readonly headers: readonly string[];
  readonly fields: readonly string[];
}

/** What stands in place of a credential. */
export const REDACTED = 'REDACTED';

const HEADERS = ['authorization', 'proxy-authorization', 'cookie', 'set-cookie', 'token'];

/** A token of which nothing else is said may be where the next page is. */
const SECRET_HEADER =
  /api-?key|secret|password|signature|(access|auth|csrf|xsrf|id|job|private|refresh|security|session|vault)-token$/;

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
  const { headers = [], fields = [] } = options;
  return {
    headers: [...HEADERS, ...headers.map((name) => name.toLowerCase())],
    fields: [...FIELDS, ...fields].map(plainName),
  };
}

/** A header field's value: the scheme of credentials, the names and attributes of cookies are kept. */
export function redactedHeader(name: string, value: string, redaction: Redaction): string {
  const lower = name.toLowerCase();
  if (URLS.includes(lower)) return redactedURL(value, redaction);
  if (lower === 'link') return value.replaceAll(/<([^>]*)>/g, (_, url: string) => `<${redactedURL(url, redaction)}>`);
  if (!redaction.headers.includes(lower) && !SECRET_HEADER.test(lower)) return value;
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

/** A value of JSON: a text, a number, or a list or an object of them. */
const TEXT = /"(?:[^"\\]|\\.)*"/.source;
const VALUE = `${TEXT}|-?\\d[\\d.eE+-]*|[[{](?:[^[\\]{}"]|${TEXT})*[\\]}]`;
const MEMBER = new RegExp(`("((?:[^"\\\\]|\\\\.)*)"\\s*:\\s*)(${VALUE})`, 'g');

/** A body as text: members of a form, or of JSON where their values are neither a flag nor null. */
export function redactedBody(text: string, contentType: string | null, redaction: Redaction): string {
  if (/^application\/x-www-form-urlencoded/i.test(contentType ?? '')) return redactedPairs(text, redaction);
  if (!/json/i.test(contentType ?? '')) return text;
  return text.replaceAll(MEMBER, (all: string, start: string, name: string, value: string) => {
    if (isSecret(name, redaction)) return `${start}"${REDACTED}"`;
    return /^[[{]/.test(value) ? start + redactedBody(value, contentType, redaction) : all;
  });
}

/** A multipart form, a character for each byte: the parts that hold credentials. */
export function redactedMultipart(text: string, redaction: Redaction): string {
  const part = /(\bcontent-disposition:[^\r\n]*?\bname="([^"]*)"[^\r\n]*\r\n(?:[^\r\n]+\r\n)*\r\n)(.*?)(?=\r\n--|$)/gis;
  return text.replaceAll(part, (all: string, head: string, name: string) =>
    isSecret(name, redaction) ? head + REDACTED : all,
  );
}

/** `accessToken`, `access-token` and `access_token` are one name. */
function plainName(name: string): string {
  return name.toLowerCase().replaceAll(/[_-]/g, '');
}

function isSecret(name: string, { fields }: Redaction): boolean {
  return fields.includes(plainName(name));
}

function redactedPairs(text: string, redaction: Redaction): string {
  return text.replaceAll(/(^|[?&])([^=&?]*)=([^&]+)/g, (all, separator: string, name: string) =>
    isSecret(decoded(name), redaction) ? `${separator}${name}=${REDACTED}` : all,
  );
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}
