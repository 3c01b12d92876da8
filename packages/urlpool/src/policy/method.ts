// What is known of methods by their names (RFC 9110 §9.2). Names are case-sensitive on the wire: "get" is not GET.

/** Safe: asking does not change the origin's state (RFC 9110 §9.2.1; QUERY by RFC 10008). */
const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'QUERY']);

/** Idempotent: asking twice has the effect of asking once (RFC 9110 §9.2.2). */
const IDEMPOTENT: ReadonlySet<string> = new Set([...SAFE, 'PUT', 'DELETE']);

export function isSafe(method: string): boolean {
  return SAFE.has(method);
}

export function isIdempotent(method: string): boolean {
  return IDEMPOTENT.has(method);
}

/** Methods whose requests say "Content-Length: 0" when they have no body (RFC 9110 §8.6). */
export function expectsBody(method: string): boolean {
  return method === 'POST' || method === 'PUT' || method === 'PATCH';
}

const STANDARD: ReadonlySet<string> = new Set([...IDEMPOTENT, 'POST', 'PATCH', 'CONNECT']);

/** The standard method that is meant, in whatever case it was given, as callers of fetch() and of requests give it; any other as it is. */
export function standardMethod(method: string): string {
  if (STANDARD.has(method)) return method;
  const upper = method.toUpperCase();
  return STANDARD.has(upper) ? upper : method;
}
