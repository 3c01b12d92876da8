// What the answers of DNS for the two address families say together: a pure function.

import { codeOf, isMissing } from './network-error.ts';

/** Records of one family, or why there are none. */
export type FamilyAnswer =
  | { readonly records: readonly { readonly address: string; readonly ttl: number }[] }
  | { readonly error: Error };

/** An address of a name, and for how long it holds, in ms. */
export interface DNSAddress {
  readonly address: string;
  readonly ttl: number;
}

/** For how long an answer holds where asking for one of the families failed, in ms: at most. */
export const HALF_ANSWER_TTL_MS = 30_000;

/**
 * The addresses of both families, IPv6 first; or the error where there is none. That a name does not exist is believed
 * only where both say that there is nothing: some servers say so of a name that only lacks the family (RFC 4074 §4.2).
 */
export function wholeAnswer(six: FamilyAnswer, four: FamilyAnswer): readonly DNSAddress[] | Error {
  const answers = [six, four];
  const errors = errorsOf(answers);
  const failure = errors.find((error) => !isMissing(error));
  const longest = failure === undefined ? Number.POSITIVE_INFINITY : HALF_ANSWER_TTL_MS;
  const found = answers.flatMap((answer) => ('records' in answer ? addressesOf(answer.records, longest) : []));
  if (found.length > 0) return found;
  return failure ?? errors.find((error) => codeOf(error) === 'ENOTFOUND') ?? errors[0] ?? noAddress();
}

/** Whether asking for one of the families failed: of its addresses nothing is known. */
export function isHalf(six: FamilyAnswer, four: FamilyAnswer): boolean {
  return errorsOf([six, four]).some((error) => !isMissing(error));
}

function errorsOf(answers: readonly FamilyAnswer[]): Error[] {
  return answers.flatMap((answer) => ('error' in answer ? [answer.error] : []));
}

/** Records as addresses: lives of records are in seconds (RFC 1035 §3.2.1). */
export function addressesOf(
  records: readonly { readonly address: string; readonly ttl: number }[],
  longest: number = Number.POSITIVE_INFINITY,
): DNSAddress[] {
  return records.map(({ address, ttl }) => ({ address, ttl: Math.min(ttl * 1_000, longest) }));
}

function noAddress(): Error {
  return Object.assign(new Error('the answer has no address'), { code: 'ENODATA' });
}
