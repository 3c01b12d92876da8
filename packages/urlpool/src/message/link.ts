// Link fields (RFC 8288): pagination and the like. Read by the algorithm of its appendix B, which no text can make fail:
// what is no link is passed over.

import { absoluteUrl } from './absolute-url.ts';
import { readParameters, skipBlanks } from './parameters.ts';

/** A link from a response to somewhere: one for each relation that it has. */
export interface Link {
  /** Where it leads, absolute. */
  readonly url: string;
  /** The relation, in lower case: `next`, say; empty where none is given. */
  readonly rel: string;
  /**
   * The parameters by name in lower case, `rel` included; the first of a name counts. A `title*` (RFC 8187) is decoded,
   * and stands as `title` too, in place of the plain one.
   */
  readonly params: Readonly<Record<string, string>>;
}

/**
 * The links of one Link field.
 *
 * @param base The URL that relative ones are resolved against.
 * @example
 * parseLinks('</page/2>; rel="next", </page/9>; rel=last', 'https://h/page/1');
 * // [{ url: 'https://h/page/2', rel: 'next', … }, { url: 'https://h/page/9', rel: 'last', … }]
 */
export function parseLinks(value: string, base: string): Link[] {
  const links: Link[] = [];
  let i = 0;
  while (i < value.length) {
    i = skipBlanks(value, i);
    if (value[i] === ',') {
      i++;
      continue;
    }
    if (value[i] !== '<') {
      i = readParameters(value, i).end; // up to the comma after what is no link
      continue;
    }
    const close = value.indexOf('>', i);
    if (close === -1) break;
    const target = value.slice(i + 1, close);
    const { parameters, end } = readParameters(value, close + 1);
    i = end;
    const url = absoluteUrl(target, base)?.href;
    if (url === undefined) continue;
    const params = paramsOf(parameters);
    for (const rel of relations(params.rel)) links.push({ url, rel, params });
  }
  return links;
}

function relations(rel = ''): string[] {
  const all = rel
    .toLowerCase()
    .split(/[ \t]+/)
    .filter((one) => one !== '');
  return all.length === 0 ? [''] : all;
}

function paramsOf(parameters: ReadonlyMap<string, string>): Record<string, string> {
  const params: Record<string, string> = Object.create(null);
  for (const [name, value] of parameters) {
    if (!name.endsWith('*')) params[name] ??= value;
    else {
      const decoded = decodeExtended(value);
      if (decoded === null) continue;
      params[name] = decoded;
      params[name.slice(0, -1)] = decoded;
    }
  }
  return params;
}

/** `UTF-8'en'%c2%a3` (RFC 8187 §3.2.1); null where it is not that. */
function decodeExtended(value: string): string | null {
  const match = /^utf-8'[^']*'(.*)$/i.exec(value);
  try {
    return match === null ? null : decodeURIComponent(match[1] ?? '');
  } catch {
    return null;
  }
}
