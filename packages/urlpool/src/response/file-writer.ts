// A file that is written beside its place and put there when it is complete, so that nobody ever sees half of it. Every
// error of the system is told as a FileError here, and nowhere else.

import { FileError } from '../errors/file-error.ts';
import type { ErrorConnection, HTTPError } from '../errors/http-error.ts';
import { invalidOption } from '../errors/invalid-option.ts';
import { codeOf } from './code-of.ts';

/** Whose body is written: for the errors. */
export interface Written {
  readonly method: string;
  readonly url: string;
  readonly connection: ErrorConnection | null;
}

/** How far a body has been written. */
export interface SaveProgress {
  /** Bytes of the file so far. */
  readonly bytes: number;
  /** Bytes that it will have; null where nobody knows yet. */
  readonly total: number | null;
}

type Handle = Awaited<ReturnType<typeof import('node:fs/promises').open>>;

/** Links are not to be had on this file system. */
const NO_LINKS: readonly string[] = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EXDEV', 'EINVAL'];

/** What is read at once. */
const READ_BYTES = 256 * 1024;

let lastName = 0;

/** @throws {RequestError} `ERR_INVALID_OPTION` for what is no path. */
export function checkPath(path: unknown): asserts path is string {
  if (typeof path === 'string' && path !== '' && !path.includes('\0')) return;
  throw invalidOption('the path of a file', path, 'give a string');
}

/** A file that is open for writing. */
export class FileWriter {
  /** Where it is for now. */
  readonly path: string;
  readonly #target: string;
  readonly #of: Written;
  #handle: Handle | null;

  private constructor(handle: Handle, path: string, target: string, of: Written) {
    this.#handle = handle;
    this.path = path;
    this.#target = target;
    this.#of = of;
  }

  /** A new file of a name of its own beside its place. */
  static async beside(target: string, of: Written): Promise<FileWriter> {
    await refuseDirectory(target, of);
    for (;;) {
      const path = `${target}.${process.pid}-${++lastName}.tmp`;
      try {
        return new FileWriter(await files().open(path, 'wx'), path, target, of);
      } catch (error) {
        if (codeOf(error) !== 'EEXIST') throw fileError(error, target, of);
      }
    }
  }

  /** A new file at this path, in place of what was there: who still writes to that cannot spoil this one. */
  static async anew(path: string, target: string, of: Written): Promise<FileWriter> {
    await refuseDirectory(target, of);
    return await told(target, of, async () => {
      await removed(path);
      return new FileWriter(await files().open(path, 'wx'), path, target, of);
    });
  }

  /** The file at this path, to go on with. */
  static async again(path: string, target: string, of: Written): Promise<FileWriter> {
    await refuseDirectory(target, of);
    return await told(target, of, async () => new FileWriter(await files().open(path, 'r+'), path, target, of));
  }

  /** Writes all of it at a place. */
  async write(piece: Uint8Array, position: number): Promise<void> {
    await told(this.#target, this.#of, async () => {
      for (let from = 0; from < piece.length; ) {
        const { bytesWritten } = await this.#open.write(piece, from, piece.length - from, position + from);
        from += bytesWritten;
      }
    });
  }

  /** Cuts off what stands behind `length` bytes. */
  async cut(length: number): Promise<void> {
    await told(this.#target, this.#of, () => this.#open.truncate(length));
  }

  /** Reads it from its beginning, piece by piece; a piece is valid until the next. */
  async readAll(take: (piece: Uint8Array) => void): Promise<void> {
    await told(this.#target, this.#of, async () => {
      const memory = Buffer.allocUnsafeSlow(READ_BYTES);
      const handle = await files().open(this.path, 'r');
      try {
        for (let at = 0; ; ) {
          const { bytesRead } = await handle.read(memory, 0, memory.length, at);
          if (bytesRead === 0) break;
          at += bytesRead;
          take(memory.subarray(0, bytesRead));
        }
      } finally {
        await handle.close();
      }
    });
  }

  /** Whether the file at its path is this one, and not that of another program by now. */
  async isInPlace(): Promise<boolean> {
    return await told(this.#target, this.#of, async () => {
      const [own, found] = [await this.#open.stat(), await files().stat(this.path)];
      return own.ino === found.ino && own.dev === found.dev;
    });
  }

  async close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = null;
    await told(this.#target, this.#of, async () => await handle?.close());
  }

  /**
   * Closes it, and puts it in its place.
   *
   * @throws {FileError} `ERR_FILE_EXISTS` where something is there that must not be overwritten.
   */
  async commit(overwrite: boolean): Promise<void> {
    await this.close();
    await told(this.#target, this.#of, () => put(this.path, this.#target, overwrite));
  }

  /** Closes and removes it, whatever became of it. */
  async discard(): Promise<void> {
    await this.close().catch(() => {});
    await removed(this.path).catch(() => {});
  }

  get #open(): Handle {
    if (this.#handle === null) throw new Error('a file was written after it had been closed');
    return this.#handle;
  }
}

/** Refuses early what `commit()` would refuse in the end. */
export async function checkAbsent(target: string, of: Written): Promise<void> {
  if ((await found(target, of)) !== null) throw existsError(target, of);
}

/** As `checkAbsent()`, for what cannot be overwritten: a large body would come in vain. */
async function refuseDirectory(target: string, of: Written): Promise<void> {
  if ((await found(target, of))?.isDirectory() !== true) return;
  const { method, url, connection } = of;
  const details = { code: 'ERR_FILE', phase: 'body', path: target, method, url, connection } as const;
  throw new FileError('it is a directory: give the path of a file', details);
}

/** What is at a place; null for nothing. */
async function found(target: string, of: Written): Promise<import('node:fs').Stats | null> {
  return await told(target, of, async () => {
    try {
      return await files().lstat(target);
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return null;
      throw error;
    }
  });
}

/** Removes a file, if it is there. */
export async function removed(path: string): Promise<void> {
  try {
    await files().unlink(path);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}

/** Does something with files, and tells what goes wrong as an error of saving. */
export async function told<Result>(target: string, of: Written, act: () => Promise<Result>): Promise<Result> {
  try {
    return await act();
  } catch (error) {
    throw codeOf(error) === 'EEXIST' ? existsError(target, of) : fileError(error, target, of);
  }
}

/** The file system, loaded when it is first needed. */
export function files(): typeof import('node:fs/promises') {
  return process.getBuiltinModule('node:fs').promises;
}

/** A link is refused where a file is, a renaming is not: so the one is for what must not be overwritten. */
async function put(from: string, to: string, overwrite: boolean): Promise<void> {
  if (overwrite) {
    await files().rename(from, to);
    return;
  }
  try {
    await files().link(from, to);
  } catch (error) {
    if (!NO_LINKS.includes(codeOf(error) ?? '')) throw error;
    await reserveAndRename(from, to);
    return;
  }
  await files().unlink(from);
}

async function reserveAndRename(from: string, to: string): Promise<void> {
  await (await files().open(to, 'wx')).close();
  try {
    await files().rename(from, to);
  } catch (error) {
    await files().unlink(to);
    throw error;
  }
}

function existsError(path: string, { method, url, connection }: Written): HTTPError {
  const details = { code: 'ERR_FILE_EXISTS', phase: 'body', path, method, url, connection } as const;
  return new FileError('it is there already; option: overwrite', details);
}

function fileError(error: unknown, path: string, { method, url, connection }: Written): unknown {
  const code = codeOf(error);
  if (code === null || !(error instanceof Error)) return error;
  const details = { code: 'ERR_FILE', phase: 'body', path, method, url, connection, cause: error } as const;
  return new FileError(systemWords(error), details);
}

/** What the system says of a file, in words: `no such file or directory (ENOENT)`. */
export function systemWords(error: Error): string {
  const code = codeOf(error);
  // "ENOENT: no such file or directory, open '/a/b'"
  return code === null ? error.message : `${/^\w+: ([^,]*)/.exec(error.message)?.[1] ?? error.message} (${code})`;
}
