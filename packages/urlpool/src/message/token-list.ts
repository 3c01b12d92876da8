import { trimBlanks } from './characters.ts';

/** The members of a comma-separated list of tokens, in lower case; empty ones do not count (RFC 9110 §5.6.1). */
export function tokenList(value: string): string[] {
  return value
    .toLowerCase()
    .split(',')
    .map(trimBlanks)
    .filter((token) => token !== '');
}
