// Where the URLs come from: the command line, files, standard input. Lists are streamed, line by line, so that one of
// a million lines needs no more memory than one of ten. A list that cannot be read is told of, and the next one begins.

import { createReadStream } from 'node:fs';
import { addAbortSignal, type Readable } from 'node:stream';

/** One source of URLs. */
export type UrlSource =
  | { readonly is: 'urls'; readonly urls: readonly string[] }
  | { readonly is: 'file'; readonly path: string }
  | { readonly is: 'stdin' };

export interface UrlListOptions {
  /** Ends the list where it is, also while it waits for standard input. */
  readonly signal: AbortSignal;
  /** Told in a sentence of each list that cannot be read. */
  readonly onUnreadable: (message: string) => void;
  /** @default process.stdin */
  readonly stdin?: Readable;
}

/** A longer line is no URL, and must not fill the memory: servers and browsers end at 8 KiB to 2 MiB. */
const LONGEST_LINE = 2 ** 20;

/** All URLs of all sources, in order, duplicates too. */
export async function* urlList(sources: Iterable<UrlSource>, options: UrlListOptions): AsyncGenerator<string> {
  for (const source of sources) {
    if (options.signal.aborted) return;
    if (source.is === 'urls') {
      yield* source.urls;
      continue;
    }
    const stream = source.is === 'file' ? createReadStream(source.path) : (options.stdin ?? process.stdin);
    try {
      for await (const line of linesOf(addAbortSignal(options.signal, stream))) {
        const url = urlOfLine(line);
        if (url !== null) yield url;
      }
    } catch (error) {
      if (options.signal.aborted) return;
      const name = source.is === 'file' ? JSON.stringify(source.path) : 'from standard input';
      options.onUnreadable(`Cannot read the list ${name}: ${whyUnreadable(error)}`);
    }
  }
}

/** The URL on a line of a list; null for a blank line and for a comment, which begins with `#`. */
export function urlOfLine(line: string): string | null {
  const text = line.trim(); // takes a byte order mark and the \r of \r\n as well
  return text === '' || text.startsWith('#') ? null : text;
}

/** The lines of a stream of UTF-8, without their line ends. */
export async function* linesOf(stream: Readable): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of stream.setEncoding('utf8') as AsyncIterable<string>) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
    if (rest.length > LONGEST_LINE) throw new Error('it has a line of more than 1 MiB; is it a list of URLs?');
  }
  if (rest !== '') yield rest;
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EACCES: 'it may not be read (permission denied)',
  EISDIR: 'it is a directory',
};

function whyUnreadable(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const known = 'code' in error && typeof error.code === 'string' ? REASONS[error.code] : undefined;
  return known ?? error.message;
}
