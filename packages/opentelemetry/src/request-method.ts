// How a request's method is told: known ones as they are, all others as one, so that nobody makes a metric large by them.

/** RFC 9110 §9, PATCH (RFC 5789), QUERY (draft-ietf-httpbis-safe-method-w-body). */
const METHODS: readonly string[] = [
  'CONNECT',
  'DELETE',
  'GET',
  'HEAD',
  'OPTIONS',
  'PATCH',
  'POST',
  'PUT',
  'QUERY',
  'TRACE',
];

/** A method in attributes and in the names of spans. */
export interface MethodNames {
  /** Of http.request.method. */
  readonly method: string;
  /** Of http.request.method_original; null where it would be the same. */
  readonly original: string | null;
  /** In the name of a span. */
  readonly name: string;
}

export function methodNames(method: string, known: ReadonlySet<string>): MethodNames {
  return known.has(method)
    ? { method, original: null, name: method }
    : { method: '_OTHER', original: method, name: 'HTTP' };
}

/** @param environment The value of OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS: names with commas between them. */
export function knownMethods(given: readonly string[] | undefined, environment: string | undefined): Set<string> {
  if (given !== undefined) return new Set(given);
  const listed = (environment ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  return new Set(listed.length > 0 ? listed : METHODS);
}
