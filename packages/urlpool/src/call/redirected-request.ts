// The request that follows a redirect: the same one, to another place, without what must not go there.

import { FieldBlock } from '../message/field-block.ts';
import { findField } from '../message/fields.ts';
import { authority, type Origin, originText, parseUrl } from '../message/origin.ts';
import { redirectedFields } from '../policy/redirect.ts';
import { basicAuthorization } from '../request/header-fields.ts';
import type { WireRequest } from '../request/wire-request.ts';

/** Where the redirect leads, and what becomes of the request. */
export interface RedirectedTo {
  readonly url: string;
  readonly method: string;
  readonly dropsBody: boolean;
  /** Header fields that another origin gets besides those of the safelist, in lower case. */
  readonly kept: ReadonlySet<string>;
  /** Header fields that another origin does not get, in place of the safelist, in lower case. */
  readonly removed: readonly string[] | null;
}

export interface RedirectedRequest {
  readonly request: WireRequest;
  readonly origin: Origin;
  /** Names of the fields that were not taken along. */
  readonly dropped: readonly string[];
}

/** Makes the request of the next attempt. */
export function redirectedRequest(from: Origin, request: WireRequest, to: RedirectedTo): RedirectedRequest {
  const { origin, target, userinfo } = parseUrl(to.url);
  const { dropsBody, method, kept, removed } = to;
  const toOtherOrigin = originText(origin) !== originText(from);
  const { fields, dropped } = redirectedFields(request.fields.fields, { toOtherOrigin, dropsBody, kept, removed });
  const host = toOtherOrigin ? null : findField(request.fields.fields, 'host');
  const isBare = userinfo === null || findField(fields, 'authorization') !== null;
  const credentials = isBare ? [] : ['Authorization', basicAuthorization(userinfo)];
  return {
    origin,
    dropped,
    request: {
      ...request,
      method,
      target,
      url: originText(origin) + target,
      fields: new FieldBlock(['Host', host ?? authority(origin), ...fields, ...credentials]),
      body: dropsBody ? null : request.body,
      trailers: dropsBody ? null : request.trailers,
      repeatable: request.repeatable || dropsBody,
      attempt: request.attempt + 1,
    },
  };
}
