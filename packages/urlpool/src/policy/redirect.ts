// What a redirect makes of a request (RFC 9110 §15.4): its method, its fields and its target, as the Fetch standard has it
// where the RFC leaves a choice. It does not know whether a redirect is followed, how often, or which origins are the
// same: that is Retry's and the caller's. Which fields go to another origin is in redirect-safelist.ts.

import { isUtf8 } from 'node:buffer';
import { checkFlag, checkWhole } from '../errors/option-values.ts';
import { absoluteUrl } from '../message/absolute-url.ts';
import { fieldNames } from '../message/field-names.ts';
import type { Fields } from '../message/fields.ts';
import { originPart } from '../message/origin.ts';
import { namesSocket } from '../message/socket-path.ts';
import { REDIRECT_SAFELIST } from './redirect-safelist.ts';

/** Whether a status says that the answer is at another place, which Location names (RFC 9110 §15.4.2 to §15.4.9). */
export function isRedirect(status: number): boolean {
  return status === 301 || status === 302 || status === 303 || status === 307 || status === 308;
}

/**
 * The method of the request that follows: 303 asks for GET (RFC 9110 §15.4.4), 301 and 302 turn POST into GET as every
 * client does (§15.4.2, §15.4.3), 307 and 308 change nothing. Where it becomes another one, the body is dropped.
 */
export function redirectedMethod(status: number, method: string): string {
  if (status === 303) return method === 'HEAD' ? 'HEAD' : 'GET';
  if (status === 301 || status === 302) return method === 'POST' ? 'GET' : method;
  return method;
}

/** How redirects are followed. */
export interface RedirectRules {
  /** Whether at all; if not, they are answers like any other. */
  readonly follow: boolean;
  /** Whether 301 and 302 keep POST and its body, as urllib3 does. */
  readonly keepMethod: boolean;
  /** Header fields that go to another origin besides those of the safelist, in lower case. */
  readonly keepHeaders: readonly string[];
  /** Whether from https to http too. */
  readonly allowDowngrade: boolean;
  /** How many of one call, beside what its Retry allows; null where only that counts. */
  readonly max: number | null;
}

/** Redirects as options of a request, a pool or a manager. */
export interface RedirectOptions {
  /** Whether redirects are followed; if not, they are answers like any other. @default true */
  readonly redirect?: boolean | undefined;
  /** Whether 301 and 302 keep POST and its body, as urllib3 does; if not, they turn POST into GET. @default false */
  readonly keepMethodOnRedirect?: boolean | undefined;
  /** Names of header fields that go to another origin too; only fields of a safelist do otherwise. @default none */
  readonly keepHeadersOnRedirect?: Iterable<string> | undefined;
  /** Whether redirects are followed from https to http. @default false */
  readonly allowDowngrade?: boolean | undefined;
  /** How many redirects of one call are followed: one more is an error. @default what `retries` allows: 20 */
  readonly maxRedirects?: number | undefined;
}

export const REDIRECT_OPTION_NAMES = [
  'redirect',
  'keepMethodOnRedirect',
  'keepHeadersOnRedirect',
  'allowDowngrade',
  'maxRedirects',
] as const;

const DEFAULT_RULES: RedirectRules = Object.freeze({
  follow: true,
  keepMethod: false,
  keepHeaders: [],
  allowDowngrade: false,
  max: null,
});

/**
 * The rules that options stand for; what they leave out is that of `base`.
 *
 * @throws {RequestError} `ERR_INVALID_OPTION`
 */
export function redirectRules(options: RedirectOptions, base: RedirectRules = DEFAULT_RULES): RedirectRules {
  if (REDIRECT_OPTION_NAMES.every((name) => options[name] === undefined)) return base;
  const { redirect, keepMethodOnRedirect, keepHeadersOnRedirect, allowDowngrade, maxRedirects } = options;
  for (const [name, value] of Object.entries({ redirect, keepMethodOnRedirect, allowDowngrade })) {
    checkFlag(name, value);
  }
  checkWhole('maxRedirects', maxRedirects, 0);
  return {
    follow: redirect ?? base.follow,
    keepMethod: keepMethodOnRedirect ?? base.keepMethod,
    keepHeaders:
      keepHeadersOnRedirect === undefined
        ? base.keepHeaders
        : fieldNames('keepHeadersOnRedirect', keepHeadersOnRedirect),
    allowDowngrade: allowDowngrade ?? base.allowDowngrade,
    max: maxRedirects ?? base.max,
  };
}

/** What the request that follows has otherwise than the one before. */
export interface RedirectChange {
  readonly toOtherOrigin: boolean;
  readonly dropsBody: boolean;
  /** Fields that another origin gets besides those of the safelist, in lower case. */
  readonly kept: readonly string[];
  /** Fields that another origin does not get: given, all others go along, and the safelist does not count. */
  readonly removed: readonly string[] | null;
}

/** Whether a redirect leads from an encrypted connection to one that is not. */
export function isDowngrade(from: string, to: string): boolean {
  return /^https(?:\+unix)?:/.test(from) && /^http(?:\+unix)?:/.test(to);
}

/** Fields that say something of a body, in lower case (RFC 9110 §15.4, §6.6.2, §10.1.1; RFC 9530; RFC 9112 §6.1). */
const OF_BODY: ReadonlySet<string> = new Set([
  'content-encoding',
  'content-language',
  'content-location',
  'content-type',
  'content-length',
  'digest',
  'content-digest',
  'repr-digest',
  'last-modified',
  'transfer-encoding',
  'expect',
  'trailer',
]);

/**
 * The fields of the request that follows, in order and case. Host is not among them, since it is the caller's to add;
 * `dropped` are the names of the others left out, each once and as it was first given.
 */
export function redirectedFields(
  fields: Fields,
  change: RedirectChange,
): { readonly fields: Fields; readonly dropped: readonly string[] } {
  const kept: string[] = [];
  const dropped = new Map<string, string>();
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] ?? '';
    const lower = name.toLowerCase();
    if (lower === 'host') continue;
    if (survives(lower, change)) kept.push(name, fields[i + 1] ?? '');
    else if (!dropped.has(lower)) dropped.set(lower, name);
  }
  return { fields: kept, dropped: [...dropped.values()] };
}

function survives(lowerName: string, { toOtherOrigin, dropsBody, kept, removed }: RedirectChange): boolean {
  if (dropsBody && OF_BODY.has(lowerName)) return false;
  if (!toOtherOrigin) return true;
  return removed === null ? REDIRECT_SAFELIST.has(lowerName) || kept.includes(lowerName) : !removed.includes(lowerName);
}

/**
 * The URL that a Location leads to, by the WHATWG URL parser; null if it is none, or not http or https. It may hold
 * credentials. One that names a socket is followed from a URL of that same socket alone: which sockets of this machine are
 * connected to is for nobody else to say (CVE-2022-33987 of got).
 *
 * @param location The field's value, octets as U+0000 to U+00FF: what is UTF-8 is read as such.
 * @param base The URL that was asked for.
 */
export function redirectTarget(location: string, base: string): string | null {
  const reference = fromUtf8(location);
  const url = absoluteUrl(reference, base);
  if (url === null) return null;
  if (url.protocol === 'http:' || url.protocol === 'https:') return url.href;
  return namesSocket(url.href) && originPart(url.href) === originPart(base) ? url.href : null;
}

/** Text of octets read as UTF-8; what is not UTF-8, or no octets, is left as it is. */
function fromUtf8(text: string): string {
  if (!/[^\0-\x7f]/.test(text) || /[^\0-\xff]/.test(text)) return text;
  const octets = Buffer.from(text, 'latin1');
  return isUtf8(octets) ? octets.toString('utf8') : text;
}
