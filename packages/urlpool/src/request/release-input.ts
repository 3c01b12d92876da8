// Frees the streams of a call that is refused before they are looked at: nobody else will.

import { isBlob, isFormData } from './body-input.ts';
import { releaseIfStream } from './body-source.ts';

/** Frees what was given as `body`, and the streams in `fields`. */
export function releaseInput(options: { readonly body?: unknown; readonly fields?: unknown } | null | undefined): void {
  if (options === undefined || options === null) return;
  releaseIfStream(options.body);
  releaseValues(valuesOf(options.fields));
}

/** Frees the streams among the values of fields. */
export function releaseValues(values: readonly unknown[]): void {
  for (const value of values) {
    if (typeof value === 'object' && value !== null && 'stream' in value && !isBlob(value))
      releaseIfStream(value.stream);
  }
}

/** The values of fields that can be looked through without being used up. */
function valuesOf(fields: unknown): readonly unknown[] {
  if (typeof fields !== 'object' || fields === null || isFormData(fields)) return [];
  if (!(Symbol.iterator in fields)) return Object.values(fields);
  if (!Array.isArray(fields) && !(fields instanceof Map)) return [];
  return [...fields].map((pair: unknown) => (Array.isArray(pair) ? pair[1] : undefined));
}
