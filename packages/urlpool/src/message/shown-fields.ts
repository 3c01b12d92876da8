import type { Fields } from './fields.ts';
import { redactUrl } from './redact-url.ts';

/** Fields whose values are credentials, or may hold some. */
const SECRET = /^(?:authorization|proxy-authorization|cookie|set-cookie|x-api-key|x-auth-token)$/i;

/** Fields whose values are URLs, or hold some. */
const WITH_URL = /^(?:location|content-location|link|referer|refresh|origin)$/i;

/** Header fields as events and records show them: what may be a credential is `REDACTED`, and URLs have none. */
export function shownFields(fields: Fields): Fields {
  const isPlain = fields.every((name, i) => i % 2 === 1 || shown(name, fields[i + 1] ?? '') === fields[i + 1]);
  return isPlain ? fields : fields.map((text, i) => (i % 2 === 0 ? text : shown(fields[i - 1] ?? '', text)));
}

function shown(name: string, value: string): string {
  if (SECRET.test(name)) return 'REDACTED';
  return WITH_URL.test(name) && MAY_HOLD_USERINFO.test(value) ? redactUrl(value) : value;
}

/** "@", also encoded or in other widths. */
const MAY_HOLD_USERINFO = /@|%40|\uff20|\ufe6b/;
