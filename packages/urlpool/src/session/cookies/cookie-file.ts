// The file of a jar: written beside its place and put there when it is complete, and readable by its owner alone.

import { CookieFileError } from '../../errors/cookie-file-error.ts';
import { codeOf } from '../../response/code-of.ts';
import { checkPath, files, removed } from '../../response/file-writer.ts';

let lastName = 0;

/**
 * Writes a file in place of what was there.
 *
 * @throws {CookieFileError} `ERR_COOKIE_FILE`
 */
export async function writeCookieFile(path: string, bytes: Uint8Array): Promise<void> {
  checkPath(path);
  const beside = `${path}.${process.pid}-${++lastName}.tmp`;
  try {
    const handle = await files().open(beside, 'wx', 0o600);
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await files().rename(beside, path);
  } catch (error) {
    await removed(beside).catch(() => {});
    throw fileError('save cookies to', path, error);
  }
}

/**
 * What a file holds; null where there is none.
 *
 * @throws {CookieFileError} `ERR_COOKIE_FILE`
 */
export async function readCookieFile(path: string): Promise<Buffer | null> {
  checkPath(path);
  try {
    return await files().readFile(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw fileError('load cookies from', path, error);
  }
}

function fileError(doing: string, path: string, error: unknown): unknown {
  const code = codeOf(error);
  if (code === null || !(error instanceof Error)) return error;
  const text = /^\w+: ([^,]*)/.exec(error.message)?.[1] ?? error.message;
  return new CookieFileError(doing, path, `${text} (${code})`, error);
}
