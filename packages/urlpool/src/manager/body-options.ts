import type { RequestOptions } from '../call/request-options.ts';

/** The options of a request that are about what it sends: none of a request that sends no body. */
export const BODY_OPTION_NAMES = [
  'body',
  'compress',
  'encodeMultipart',
  'expectContinue',
  'fields',
  'form',
  'json',
  'multipartBoundary',
  'onUploadProgress',
  'trailers',
] as const;

/** Options of a request without a body. */
export type BodilessOptions = Omit<RequestOptions, (typeof BODY_OPTION_NAMES)[number]>;

/** The names among those of a request's options that one without a body takes. */
export function bodilessNames(names: readonly string[]): string[] {
  const others: readonly string[] = BODY_OPTION_NAMES;
  return names.filter((name) => !others.includes(name));
}
