// A server that asks for Digest authentication and checks it by its own reading of RFC 7616: parameters, response, and a
// counter that each use of a nonce raises by one, in whatever order they come.

import { createHash } from 'node:crypto';
import type { TestContext } from 'node:test';
import { fieldValues, type ReceivedRequest, ScriptedServer } from 'urlpool-testing';

export interface SiteOptions {
  /** Node's name for the hash. @default 'md5' */
  readonly hash?: string;
  /** What the challenge says besides realm and nonce. */
  readonly more?: string | ((target: string) => string);
  /** The realm of a path. @default 'site' */
  readonly realm?: (target: string) => string;
  /** After how many uses a nonce is too old. @default never */
  readonly uses?: number;
  /** What a challenge says where a nonce is too old. @default 'stale=true' */
  readonly tooOld?: string;
  /** Whether every answer names the next nonce. */
  readonly next?: boolean;
  readonly password?: string;
  /** The number of an accepted request, from 1, whose connection is closed in place of an answer. */
  readonly drops?: number;
}

export interface Site {
  readonly server: ScriptedServer;
  /** What became of each request: `none`, `stale`, the count that it was accepted with, or why it was refused. */
  readonly verdicts: string[];
  /** The parameters of each Authorization that came. */
  readonly sent: ReadonlyMap<string, string>[];
}

/** Starts it for the user `me` with the password `pw`. */
export async function digestSite(t: TestContext, options: SiteOptions = {}): Promise<Site> {
  const { hash = 'md5', more = 'qop="auth"', uses = Number.POSITIVE_INFINITY, tooOld = 'stale=true' } = options;
  const { next = false, password = 'pw', realm = () => 'site', drops } = options;
  const nonces = new Map<string, Set<string>>();
  const verdicts: string[] = [];
  const sent: ReadonlyMap<string, string>[] = [];
  const newNonce = (): string => {
    const nonce = `nonce-${nonces.size + 1}`;
    nonces.set(nonce, new Set());
    return nonce;
  };
  const digest = (data: string | Buffer): string => createHash(hash).update(data).digest('hex');
  let keys = new Map<string, string>();

  const judge = ({ headers, method, target, body }: ReceivedRequest): string => {
    const [value] = fieldValues(headers, 'authorization');
    if (value === undefined) return 'none';
    const found = parameters(value);
    sent.push(found);
    const get = (name: string): string => found.get(name) ?? '';
    const used = nonces.get(get('nonce'));
    if (get('username') !== 'me') return 'another user';
    if (get('realm') !== realm(target)) return 'another realm';
    if (get('uri') !== target) return 'another target';
    if (used === undefined) return 'an unknown nonce';
    const plain = digest(`me:${get('realm')}:${password}`);
    const isSession = /-sess$/i.test(get('algorithm'));
    // A session's key is made once; the nonces that follow use it too.
    if (isSession && !keys.has(get('cnonce')))
      keys = keys.set(get('cnonce'), digest(`${plain}:${get('nonce')}:${get('cnonce')}`));
    const key = isSession ? (keys.get(get('cnonce')) ?? '') : plain;
    const integrity = get('qop') === 'auth-int' ? `:${digest(body)}` : '';
    const request = digest(`${method}:${target}${integrity}`);
    const counted = found.has('qop') ? `${get('nc')}:${get('cnonce')}:${get('qop')}:` : '';
    if (get('response') !== digest(`${key}:${get('nonce')}:${counted}${request}`)) return 'a wrong response';
    if (used.size >= uses) return 'stale';
    if (counted === '') return 'accepted';
    if (used.has(get('nc'))) return 'a count for the second time';
    used.add(get('nc'));
    return `accepted ${Number.parseInt(get('nc'), 16)}`;
  };

  const server = await ScriptedServer.start({}, async (connection) => {
    for (;;) {
      const request = await connection.request();
      const verdict = judge(request);
      verdicts.push(verdict);
      if (verdict === `accepted ${drops}`) {
        connection.reset();
        return;
      }
      if (verdict.startsWith('accepted')) {
        await connection.respond({
          headers: next ? [['Authentication-Info', `qop=auth, nextnonce="${newNonce()}"`]] : [],
        });
      } else {
        const about = [typeof more === 'string' ? more : more(request.target), verdict === 'stale' ? tooOld : '']
          .filter((part) => part !== '')
          .join(', ');
        const challenge = `Digest realm="${realm(request.target)}", nonce="${newNonce()}"${about === '' ? '' : `, ${about}`}`;
        await connection.respond({ status: 401, headers: [['WWW-Authenticate', challenge]], body: 'who are you?' });
      }
    }
  });
  t.after(() => server.close());
  return { server, verdicts, sent };
}

/** The parameters of an Authorization without escapes in it. */
function parameters(value: string): ReadonlyMap<string, string> {
  const found = value.matchAll(/([\w*]+)=(?:"([^"]*)"|([^,\s]*))/g);
  return new Map(Array.from(found, ([, name = '', inQuotes, bare]) => [name, inQuotes ?? bare ?? '']));
}
