// Requests after whose answer the connection is the caller's own: for another protocol (RFC 9110 §7.8), or through a proxy
// to another host (§9.3.6).

import type { Outcome } from '../call/outcome.ts';
import { checkNames, invalidOption } from '../errors/invalid-option.ts';
import { ProtocolError } from '../errors/protocol-error.ts';
import { RequestError } from '../errors/request-error.ts';
import { isToken } from '../message/characters.ts';
import { redactUrl } from '../message/redact-url.ts';
import { REDIRECT_OPTION_NAMES, type RedirectOptions } from '../policy/redirect.ts';
import { HTTPResponse } from '../response/http-response.ts';
import { StatusError } from '../response/status-error.ts';
import type { UpgradedResponse } from '../response/upgraded-response.ts';
import { type BodilessOptions, bodilessNames } from './body-options.ts';
import { isAskedFor } from './chosen-protocol.ts';
import { responseOf } from './origin-client.ts';

/** Options of a request for another protocol. Redirects are followed only where `redirect` is true. */
export interface UpgradeOptions extends Omit<BodilessOptions, 'maxBodyBytes'> {
  /** What the Upgrade field asks for, e.g. `websocket` or `h2c, websocket`. */
  readonly protocol: string;
  /** @default 'GET' */
  readonly method?: string | undefined;
}

/** Options of a tunnel. */
export type TunnelOptions = Omit<UpgradeOptions, 'protocol' | 'method' | keyof RedirectOptions>;

/**
 * Refuses options of other names than those above.
 *
 * @param known Names of the options of any request.
 * @throws {RequestError} `ERR_INVALID_OPTION`
 */
export function checkUpgradeNames(options: unknown, known: readonly string[]): void {
  checkNames('upgrade()', options, [...handoverNames(known), 'method', 'protocol']);
}

/** The same for a tunnel. */
export function checkTunnelNames(options: unknown, known: readonly string[]): void {
  const redirects: readonly string[] = REDIRECT_OPTION_NAMES;
  const names = handoverNames(known).filter((name) => !redirects.includes(name));
  checkNames('tunnel()', options, names);
}

function handoverNames(known: readonly string[]): string[] {
  return bodilessNames(known).filter((name) => name !== 'maxBodyBytes');
}

/** The fields that ask for another protocol. */
export function upgradeFields(protocol: string): Readonly<Record<string, string>> {
  const isList =
    typeof protocol === 'string' && protocol.split(',').every((one) => one.trim().split('/').every(isToken));
  if (!isList) throw invalidOption('protocol', protocol, "give the name of a protocol, e.g. 'websocket'");
  return { Connection: 'Upgrade', Upgrade: protocol };
}

/** The target of a CONNECT, a host and its port (RFC 9112 §3.2.3). */
export function tunnelTarget(authority: string): string {
  const parts = /^(?:[a-z0-9._-]+|\[[0-9a-f:.]+\]):(?<port>\d{1,5})$/i.exec(String(authority));
  const port = Number(parts?.groups?.port);
  if (port >= 1 && port <= 65_535) return authority;
  throw new RequestError(
    `Cannot open a tunnel to "${redactUrl(String(authority))}": give a host and a port, e.g. example.org:443`,
    {
      code: 'ERR_INVALID_TARGET',
      phase: 'request',
    },
  );
}

/** The options of the request itself. */
export function plainOptions<Options extends Partial<UpgradeOptions>>({
  protocol: _protocol,
  method: _method,
  ...options
}: Options): Omit<Options, 'protocol' | 'method'> & { readonly redirect: boolean } {
  return { ...options, redirect: options.redirect ?? false };
}

/**
 * The connection, or the error of an answer that does not hand it over, or hands over another than was asked for.
 *
 * @param asked The protocols that were asked for; null for a tunnel.
 */
export function upgradedOf(outcome: Outcome, asked: string | null): UpgradedResponse {
  if (!(outcome instanceof HTTPResponse)) {
    const response = responseOf<UpgradedResponse>(outcome);
    if (asked === null || isAskedFor(response.protocol, asked)) return response;
    response.stream.destroy();
    throw otherProtocolError(response, asked);
  }
  const { method, url, connection, status, reason, headers, history } = outcome;
  const answer = { method, url, connection, status, reason, fields: headers };
  const error = new StatusError(answer, outcome, history, 'ERR_UPGRADE_REFUSED');
  Error.captureStackTrace(error, upgradedOf);
  throw error;
}

function otherProtocolError({ method, url, connection, protocol }: UpgradedResponse, asked: string): ProtocolError {
  const chosen = protocol === null ? 'a protocol that it does not name' : JSON.stringify(protocol);
  const message = `Cannot upgrade ${method} ${url}: the server switched to ${chosen}, and ${JSON.stringify(asked)} was asked for (RFC 9110 §7.8)`;
  const error = new ProtocolError(message, { code: 'ERR_PROTOCOL', phase: 'head', method, url, connection });
  Error.captureStackTrace(error, upgradedOf);
  return error;
}
