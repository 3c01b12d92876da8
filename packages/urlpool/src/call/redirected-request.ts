// The request that follows a redirect: the same one, to another place, without what must not go there.

import { FieldBlock } from '../message/field-block.ts';
import { findField } from '../message/fields.ts';
import { authority, type Origin, originText, parseUrl } from '../message/origin.ts';
import { redirectedFields } from '../policy/redirect.ts';
import { isReplayable, type ReplayPolicy } from '../policy/should-replay.ts';
import { basicAuthorization } from '../request/header-fields.ts';
import type { WireRequest } from '../request/wire-request.ts';

/** Where the redirect leads, and what becomes of the request. */
export interface RedirectedTo {
  readonly url: string;
  readonly method: string;
  readonly dropsBody: boolean;
  /** Header fields that another origin gets besides those of the safelist, in lower case. */
  readonly kept: readonly string[];
  /** Header fields that another origin does not get, in place of the safelist, in lower case. */
  readonly removed: readonly string[] | null;
  readonly replay: ReplayPolicy;
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
  const block = new FieldBlock(['Host', host ?? authority(origin), ...fields, ...credentials]);
  const body = dropsBody ? null : request.body;
  const parts = {
    method,
    hasIdempotencyKey: block.hasIdempotencyKey,
    body: body === null ? 'none' : body.state,
  } as const;
  return {
    origin,
    dropped,
    request: {
      ...request,
      method,
      target,
      url: originText(origin) + target,
      fields: block,
      body,
      trailers: dropsBody ? null : request.trailers,
      repeatable: isReplayable(parts, to.replay),
      attempt: request.attempt + 1,
    },
  };
}
