// How a bad option is told, wherever it is found: what was given, what it was given as, and what to give instead.

import { RequestError } from './request-error.ts';

/** What options are called in other clients, without regard to case and marks, and here: the first that is known is meant. */
const OF_PEERS: ReadonlyMap<string, readonly string[]> = new Map([
  ['agent', ['manager', 'connector', 'maxSize']],
  ['afterresponse', ['response']],
  ['agentoptions', ['manager', 'maxSize']],
  ['allowredirects', ['redirect']],
  ['baseurl', ['baseUrl']],
  ['beforeerror', ['error']],
  ['beforerequest', ['request']],
  ['bodytimeout', ['timeout']],
  ['assertfingerprint', ['fingerprint']],
  ['cacerts', ['ca']],
  ['cafile', ['ca']],
  ['certfile', ['cert']],
  ['cookiejar', ['cookies']],
  ['data', ['body', 'json', 'form']],
  ['decompress', ['decodeContent']],
  ['dnslookupipversion', ['family']],
  ['dispatcher', ['manager', 'connector']],
  ['files', ['fields']],
  ['followredirect', ['redirect']],
  ['followredirects', ['redirect']],
  ['formdata', ['body', 'fields']],
  ['headerstimeout', ['timeout']],
  ['jar', ['cookies']],
  ['keyfile', ['key']],
  ['keypassword', ['passphrase']],
  ['maxcontentlength', ['maxBodyBytes']],
  ['maxfreesockets', ['maxIdle']],
  ['maxredirections', ['maxRedirects']],
  ['maxsockets', ['maxSize']],
  ['keepaliveinitialdelay', ['tcpKeepAlive']],
  ['localaddr', ['localAddress']],
  ['minimumidle', ['minIdle']],
  ['parallel', ['concurrency']],
  ['pinnedpubkey', ['pins']],
  ['prefixurl', ['baseUrl']],
  ['qs', ['params', 'fields']],
  ['query', ['params', 'fields']],
  ['retry', ['retries']],
  ['searchparams', ['params', 'fields']],
  ['serverhostname', ['servername']],
  ['socketkeepalive', ['tcpKeepAlive']],
  ['sourceaddress', ['localAddress']],
  ['ssl', ['ca', 'rejectUnauthorized']],
  ['tcpnodelay', ['noDelay']],
  ['throwhttperrors', ['raiseForStatus']],
  ['trustenv', ['proxy', 'auth']],
  ['uds', ['socketPath']],
  ['unixsocket', ['socketPath']],
  ['validatestatus', ['raiseForStatus']],
  ['verify', ['rejectUnauthorized', 'ca']],
]);

/** The error of an option whose value cannot be used. */
export function invalidOption(name: string, value: unknown, want: string): RequestError {
  const text = `Cannot use ${shown(value)} as ${name}: ${want}`;
  return new RequestError(text, { code: 'ERR_INVALID_OPTION', phase: 'request' });
}

/** The error of an option whose value may hold a secret, and cannot be used: it tells the kind of the value alone. */
export function invalidSecret(name: string, value: unknown, want: string): RequestError {
  const text = `Cannot use ${kindOf(value)} as ${name}: ${want}`;
  return new RequestError(text, { code: 'ERR_INVALID_OPTION', phase: 'request' });
}

/**
 * Refuses options by names that nobody reads: a misspelt one must not be ignored.
 *
 * @throws {RequestError} `ERR_INVALID_OPTION`
 */
export function checkNames(what: string, options: unknown, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null) {
    const owner = what.startsWith('the ') || what.endsWith('()');
    throw invalidOption(owner ? `the options of ${what}` : what, options, 'give an object');
  }
  for (const name in options) {
    // What was added to the prototype of all objects was not given.
    if (known.includes(name) || !Object.hasOwn(options, name)) continue;
    const meant =
      known.find((one) => plain(one) === plain(name)) ?? OF_PEERS.get(plain(name))?.find((one) => known.includes(one));
    const hint = meant === undefined ? `known are ${[...known].sort().join(', ')}` : `did you mean ${meant}?`;
    const text = `Cannot use the option ${name} of ${what}: there is none of that name; ${hint}`;
    throw new RequestError(text, { code: 'ERR_INVALID_OPTION', phase: 'request' });
  }
}

function kindOf(value: unknown): string {
  if (typeof value === 'string') return `a text of ${value.length} character${value.length === 1 ? '' : 's'}`;
  return typeof value === 'number' || typeof value === 'bigint' ? 'a number' : shown(value);
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[^a-z]/g, '');
}

function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'an object';
  return String(value);
}
