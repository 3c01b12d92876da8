// A request to a pool of one origin, as its caller gave it: what of the target is sent, and what becomes of credentials
// in it.

import type { Outcome } from '../call/outcome.ts';
import type { RequestOptions } from '../call/request-options.ts';
import { HTTPError } from '../errors/http-error.ts';
import { invalidSecret } from '../errors/invalid-option.ts';
import { requestTarget } from '../message/origin.ts';
import { poolTarget } from '../message/pool-target.ts';
import { standardMethod } from '../policy/method.ts';
import { basicAuthorization } from '../request/header-fields.ts';
import { releaseInput } from '../request/release-input.ts';
import type { OriginClient, SendChoices } from './origin-client.ts';

/**
 * Starts a call at a pool's own origin.
 *
 * @param target A path with an optional query, `*` for OPTIONS, or an absolute URL at that origin.
 * @throws {RequestError} for a target, method, header, body or option that cannot be used.
 */
export function sendTo(
  client: OriginClient,
  method: string,
  target: string,
  options: RequestOptions | undefined,
  choices: SendChoices,
): Promise<Outcome> {
  let path: string;
  let chosen = choices;
  try {
    // Nearly every target is a path, which may hold no credentials.
    if (typeof target === 'string' && target.startsWith('/')) path = requestTarget(target);
    else {
      const { target: own, userinfo } = poolTarget(client.origin, standardMethod(String(method)), target);
      path = own;
      if (userinfo !== null) {
        chosen = { ...choices, fields: { ...choices.fields, Authorization: basicAuthorization(userinfo) } };
      }
      if (path === '*' && options?.fields !== undefined) {
        throw invalidSecret('fields', options.fields, 'the target "*" has no query');
      }
    }
  } catch (error) {
    releaseInput(options);
    if (error instanceof HTTPError) Error.captureStackTrace(error, sendTo);
    throw error;
  }
  return client.send(method, path, options, chosen);
}
