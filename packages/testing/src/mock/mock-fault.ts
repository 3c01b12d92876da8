// What can go wrong with a request that has come, and with a connection before there is one: two closed lists.

/**
 * How a route fails:
 *
 * - `hang`: it never answers, and keeps the connection open;
 * - `close`, `reset`: it ends the connection (FIN, RST) in place of an answer;
 * - `hang-in-body`, `close-in-body`, `reset-in-body`: the same, in the middle of the answer's body;
 * - `malformed`: it answers with what is no HTTP.
 */
export type RequestFault =
  | 'hang'
  | 'close'
  | 'reset'
  | 'hang-in-body'
  | 'close-in-body'
  | 'reset-in-body'
  | 'malformed';

export const REQUEST_FAULTS: readonly RequestFault[] = [
  'hang',
  'close',
  'reset',
  'hang-in-body',
  'close-in-body',
  'reset-in-body',
  'malformed',
];

/**
 * How no connection comes about:
 *
 * - `refused`: nobody listens there;
 * - `unreachable`: no route to the host;
 * - `name-not-found`: the name has no address; `name-lookup`: looking it up fails, and may succeed later;
 * - `certificate`: the certificate has expired;
 * - `hang`: it is never opened.
 */
export type DialFault = 'refused' | 'unreachable' | 'name-not-found' | 'name-lookup' | 'certificate' | 'hang';

/** The errors that Node gives in their place; for `hang` none ever comes. */
const DIAL_ERRORS: Readonly<
  Record<Exclude<DialFault, 'hang'>, readonly [code: string, text: string, syscall: string]>
> = {
  refused: ['ECONNREFUSED', 'connect ECONNREFUSED', 'connect'],
  unreachable: ['EHOSTUNREACH', 'connect EHOSTUNREACH', 'connect'],
  'name-not-found': ['ENOTFOUND', 'getaddrinfo ENOTFOUND', 'getaddrinfo'],
  'name-lookup': ['EAI_AGAIN', 'getaddrinfo EAI_AGAIN', 'getaddrinfo'],
  certificate: ['CERT_HAS_EXPIRED', 'certificate has expired', 'connect'],
};

export const DIAL_FAULTS: readonly DialFault[] = [
  'refused',
  'unreachable',
  'name-not-found',
  'name-lookup',
  'certificate',
  'hang',
];

/** The error that Node would give. */
export function dialError(fault: Exclude<DialFault, 'hang'>): Error {
  const [code, text, syscall] = DIAL_ERRORS[fault];
  return Object.assign(new Error(text), { code, syscall });
}

/** @throws {TypeError} for what is none of them. */
export function checkFault(fault: unknown, known: readonly string[]): void {
  if (known.includes(String(fault))) return;
  throw new TypeError(`Cannot use ${JSON.stringify(fault)} as a fault: known are ${known.join(', ')}`);
}
