import { type HeaderEntry, type HeadersInput, headerEntries } from './headers-input.ts';

/** What is laid under and over fields. */
export interface Overlay {
  /** Fields for where there are none of that name. */
  readonly defaults: Readonly<Record<string, string>>;
  /** Fields in place of any of that name; null for none. */
  readonly forced: Readonly<Record<string, string | null>>;
}

/**
 * The header fields of a caller with others under and over them, in the form that a request takes; a null of the caller's
 * stays one.
 *
 * @throws {RequestError} `ERR_INVALID_HEADER`
 */
export function overlaid(own: HeadersInput | undefined, { defaults, forced }: Overlay): HeaderEntry[] {
  const entries = own === undefined ? [] : headerEntries(own);
  const named = new Set(entries.map(([name]) => name.toLowerCase()));
  const replaced = new Set(Object.keys(forced).map((name) => name.toLowerCase()));
  return [
    ...Object.entries(defaults).filter(([name]) => !named.has(name.toLowerCase())),
    ...entries.filter(([name]) => !replaced.has(name.toLowerCase())),
    ...Object.entries(forced),
  ];
}

/** Field lines with others over them: a name in `own` takes the place of all lines of that name in `base`. */
export function linesOver(base: readonly HeaderEntry[], own: readonly HeaderEntry[]): readonly HeaderEntry[] {
  const replaced = new Set(own.map(([name]) => name.toLowerCase()));
  return [...base.filter(([name]) => !replaced.has(name.toLowerCase())), ...own];
}
