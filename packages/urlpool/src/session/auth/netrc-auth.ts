// Credentials from a netrc file: read when they are first needed, and again when the file has changed. It holds passwords
// as they are, so that nobody but its owner may be able to read it, as ftp and Python want of theirs; what is of the
// host of a request is decided in netrc.ts.

import type { Stats } from 'node:fs';
import { checkNames, invalidOption } from '../../errors/invalid-option.ts';
import { RequestError } from '../../errors/request-error.ts';
import { basicAuthorization } from '../../request/header-fields.ts';
import { codeOf } from '../../response/code-of.ts';
import type { Auth, Hop } from './auth.ts';
import { type NetrcEntry, NetrcFault, netrcEntry, parseNetrc } from './netrc.ts';

/** Options of netrcAuth(). */
export interface NetrcOptions {
  /** The file; `~/` stands for the home folder. @default the environment's NETRC, else `.netrc` at home, on Windows `_netrc` first */
  readonly path?: string | URL | undefined;
}

/** A file of a thousand machines has 100 KB. */
const MAX_BYTES = 1024 * 1024;

/**
 * Basic authentication by a netrc file, for exactly the hosts that it names, and by its `default` for others. Where a machine
 * has no `login`, its `account` is the user. A file that is missing has no credentials.
 *
 * @throws {RequestError} `ERR_INVALID_OPTION`. A call fails with `ERR_NETRC` where the file cannot be read, is malformed, or
 * holds a password and may be read by others than its owner (this last not on Windows).
 * @example
 * const session = new Session({ auth: netrcAuth() });
 */
export function netrcAuth(options: NetrcOptions = {}): Auth {
  checkNames('netrcAuth()', options, ['path']);
  const { env, platform } = process;
  const home = process.getBuiltinModule('node:os').homedir();
  return new NetrcAuth(netrcPaths(options.path, { env, platform, home }));
}

/** Where a file is looked for. */
export interface NetrcSurroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: string;
  /** The home folder, by the system; HOME goes before it. */
  readonly home: string;
}

/**
 * The paths of which the first that exists is read.
 *
 * @throws {RequestError} `ERR_INVALID_OPTION`
 */
export function netrcPaths(
  given: string | URL | undefined,
  { env, platform, home: own }: NetrcSurroundings,
): readonly string[] {
  const { [platform === 'win32' ? 'win32' : 'posix']: path } = process.getBuiltinModule('node:path');
  const { HOME, NETRC } = env;
  const home = HOME === undefined || HOME === '' ? own : HOME;
  if (given === undefined && (NETRC === undefined || NETRC === '')) {
    return (platform === 'win32' ? ['_netrc', '.netrc'] : ['.netrc']).map((name) => path.join(home, name));
  }
  const file: unknown = given instanceof URL && given.protocol === 'file:' ? filePath(given) : (given ?? NETRC);
  if (typeof file !== 'string' || file === '' || file.includes('\0')) {
    throw invalidOption('path of netrcAuth()', given, 'give a path, or a URL of a file');
  }
  return [file.startsWith('~/') ? path.join(home, file.slice(2)) : file];
}

function filePath(url: URL): string {
  return process.getBuiltinModule('node:url').fileURLToPath(url);
}

/** What was read of a file in one state of it. */
interface Reading {
  readonly path: string;
  readonly state: string;
  readonly entries: readonly NetrcEntry[];
}

class NetrcAuth implements Auth {
  readonly #paths: readonly string[];
  #last: Reading | null = null;
  /** Calls that need it at the same time look once. */
  #pending: Promise<Reading | null> | null = null;

  constructor(paths: readonly string[]) {
    this.#paths = paths;
  }

  async authorize({ url, method }: Hop): Promise<string | null> {
    this.#pending ??= this.#look().finally(() => {
      this.#pending = null;
    });
    try {
      this.#last = await this.#pending;
      if (this.#last === null) return null;
      const { entries, path } = this.#last;
      const entry = netrcEntry(entries, new URL(url).hostname);
      return entry === null ? null : authorization(entry, path);
    } catch (error) {
      if (!(error instanceof Unusable)) throw error;
      const message = `Cannot use the netrc file ${JSON.stringify(error.path)}: ${error.why}`;
      throw new RequestError(message, { code: 'ERR_NETRC', phase: 'request', method, url, cause: error.cause });
    }
  }

  /** The file as it is now; null where there is none. */
  async #look(): Promise<Reading | null> {
    for (const path of this.#paths) {
      const reading = await reread(path, this.#last).catch((error: unknown) => {
        const code = codeOf(error);
        if (code === 'ENOENT' || code === 'ENOTDIR') return null;
        throw error instanceof Unusable ? error : new Unusable(path, `it cannot be read (${code ?? error})`, error);
      });
      if (reading !== null) return reading;
    }
    return null;
  }
}

/** Why a file cannot be used; as an error of the library it gets the request it was for. */
class Unusable {
  readonly path: string;
  readonly why: string;
  readonly cause: unknown;

  constructor(path: string, why: string, cause?: unknown) {
    this.path = path;
    this.why = why;
    this.cause = cause;
  }
}

async function reread(path: string, last: Reading | null): Promise<Reading> {
  const files = process.getBuiltinModule('node:fs').promises;
  const before = await files.stat(path);
  if (last?.path === path && last.state === stateOf(before)) return last;
  // A pipe would be waited for when it is opened.
  if (!before.isFile()) throw new Unusable(path, 'it is no file');
  const handle = await files.open(path, 'r');
  try {
    const stats = await handle.stat();
    if (stats.size > MAX_BYTES)
      throw new Unusable(path, `it has ${stats.size} bytes; more than ${MAX_BYTES} are not read`);
    const entries = parseNetrc(await handle.readFile('utf8'));
    if (entries instanceof NetrcFault) throw new Unusable(path, `line ${entries.line}: ${entries.why}`);
    if (isOpenToOthers(stats) && entries.some(isSecret)) {
      const mode = (stats.mode & 0o777).toString(8);
      throw new Unusable(path, `it holds passwords and others than its owner may use it (mode ${mode}): chmod 600`);
    }
    return { path, state: stateOf(stats), entries };
  } finally {
    await handle.close();
  }
}

/** What is another one when the file has changed, its permissions included. */
function stateOf({ ino, size, mtimeMs, ctimeMs }: Stats): string {
  return [ino, size, mtimeMs, ctimeMs].join(' ');
}

function isOpenToOthers({ mode }: Stats): boolean {
  return process.platform !== 'win32' && (mode & 0o066) !== 0;
}

/** An anonymous login has no password worth hiding. */
function isSecret({ login, password }: NetrcEntry): boolean {
  return password !== null && login !== 'anonymous';
}

function authorization({ host, login, password, account }: NetrcEntry, path: string): string | null {
  const user = login ?? account;
  if (user === null && password === null) return null;
  if (user?.includes(':')) {
    const of = host === null ? 'default' : `the machine ${JSON.stringify(host)}`;
    throw new Unusable(path, `the login of ${of} holds a colon, which cannot be told from the password`);
  }
  return basicAuthorization(`${user ?? ''}:${password ?? ''}`);
}
