import { invalidSecret } from '../../errors/invalid-option.ts';
import { basicAuthorization } from '../../request/header-fields.ts';
import type { Auth } from './auth.ts';
import { FixedAuth } from './fixed-auth.ts';

/**
 * Basic authentication (RFC 7617), as UTF-8.
 *
 * @throws {RequestError} `ERR_INVALID_OPTION` for a user with a colon, which cannot be told from the password.
 */
export function basicAuth(user: string, password: string): Auth {
  if (typeof user !== 'string' || user.includes(':')) throw invalidSecret('a user', user, 'give a string without ":"');
  if (typeof password !== 'string') throw invalidSecret('a password', password, 'give a string');
  return new FixedAuth(basicAuthorization(`${user}:${password}`));
}
