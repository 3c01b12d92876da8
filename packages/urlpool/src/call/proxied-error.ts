import type { HTTPError } from '../errors/http-error.ts';

/** Says for which request a dial failed; where it led to a proxy that forwards requests, the sentence says so too. */
export function errorOfDial(
  error: HTTPError,
  request: { readonly method: string; readonly url: string; readonly attempt: number },
): HTTPError {
  const { method, url } = request;
  error.message = error.message.replace(
    /^Cannot reach the proxy \S+?(?=: | at )/,
    (reached) => `${reached} for ${method} ${url}`,
  );
  return error.of(request);
}
