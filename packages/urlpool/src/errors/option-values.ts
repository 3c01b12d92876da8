// The kinds of values that most options have. Each takes the value as it was given, undefined for an option that was
// left out, and refuses with `ERR_INVALID_OPTION` what is of another kind.

import { invalidOption } from './invalid-option.ts';

/** A switch. @throws {RequestError} `ERR_INVALID_OPTION` */
export function checkFlag(name: string, value: unknown): asserts value is boolean | undefined {
  if (value !== undefined && typeof value !== 'boolean') throw invalidOption(name, value, 'give true or false');
}

/** Something to call. @throws {RequestError} `ERR_INVALID_OPTION` */
export function checkFunction(name: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'function') throw invalidOption(name, value, 'give a function');
}

/** A whole number from `least` on. @throws {RequestError} `ERR_INVALID_OPTION` */
export function checkWhole(name: string, value: unknown, least: number): asserts value is number | undefined {
  if (value === undefined || (Number.isSafeInteger(value) && (value as number) >= least)) return;
  throw invalidOption(name, value, `give a whole number, ${least} or more`);
}

/** A whole number from `least` on, or Infinity. @throws {RequestError} `ERR_INVALID_OPTION` */
export function checkBound(name: string, value: unknown, least: number): asserts value is number | undefined {
  if (value === undefined || value === Number.POSITIVE_INFINITY) return;
  if (Number.isSafeInteger(value) && (value as number) >= least) return;
  throw invalidOption(name, value, `give a whole number, ${least} or more, or Infinity`);
}

/** A duration in ms, 0 or more. @throws {RequestError} `ERR_INVALID_OPTION` */
export function checkMilliseconds(name: string, value: unknown): asserts value is number | undefined {
  if (value === undefined || (Number.isFinite(value) && (value as number) >= 0)) return;
  throw invalidOption(name, value, 'give a number of milliseconds, 0 or more');
}

/** How long something may last, in ms, or Infinity. @throws {RequestError} `ERR_INVALID_OPTION` */
export function checkSpan(
  name: string,
  value: unknown,
  least: 'above 0' | '0 or more',
): asserts value is number | undefined {
  if (value === undefined) return;
  if (typeof value === 'number' && (value > 0 || (value === 0 && least === '0 or more'))) return;
  const range = least === 'above 0' ? ' above 0' : ', 0 or more';
  throw invalidOption(name, value, `give a number of milliseconds${range}, or Infinity`);
}

/** A limit in ms, above 0; null for none. @throws {RequestError} `ERR_INVALID_OPTION` */
export function checkTimeLimit(name: string, value: unknown): asserts value is number | null | undefined {
  if (value === undefined || value === null || (Number.isFinite(value) && (value as number) > 0)) return;
  throw invalidOption(name, value, 'give a number of milliseconds above 0, or null for no limit');
}
