// What the command line asks for: a pure function of its words. It opens nothing; a URL that cannot be read is found
// out when it is fetched, as one in a list is, so that the rest goes on.

import { parseArgs } from 'node:util';
import type { UrlSource } from './url-list.ts';

/** How URLs are fetched. */
export interface FetchSettings {
  /** Requests under way at once. */
  readonly concurrency: number;
  /** Accept any certificate. */
  readonly insecure: boolean;
  /** For one URL from beginning to end, in ms; null for no limit but the library's own. */
  readonly timeout: number | null;
}

/** What the program is to do. */
export type Command =
  | { readonly is: 'help' }
  | { readonly is: 'version' }
  /** The demo site, with reuse and without. */
  | { readonly is: 'demo'; readonly inspect: boolean; readonly settings: FetchSettings }
  /** URLs of the user's; `compare` fetches them a second time, without reuse; `inspect` serves the inspector's page. */
  | {
      readonly is: 'list';
      readonly sources: readonly UrlSource[];
      readonly compare: boolean;
      readonly inspect: boolean;
      readonly settings: FetchSettings;
    }
  | { readonly is: 'wrong'; readonly message: string };

const CONCURRENCY = 32;
/** Each request may need a socket of its own, and many systems allow a process 1,024 open files. */
const MOST_CONCURRENCY = 1000;
/** A week: a longer timeout is a mistake in the unit. */
const LONGEST_TIMEOUT_S = 604_800;

export const USAGE = `Usage:
  npm start                       fetch 1,000 URLs of a demo site, started here
  npm start -- [options] URL…     fetch these URLs
  npm start -- [options] -i FILE  fetch the URLs in a file

All URLs are fetched with GET through one PoolManager, over kept connections.
A summary follows. Redirects are not followed: the 3xx response is the answer.

Options:
  -i, --input FILE      one URL per line; blank lines and lines that begin
                        with # are ignored; - is standard input; may be
                        given several times
  -c, --concurrency N   requests under way at once, 1 to 1,000 (default ${CONCURRENCY})
  -k, --insecure        accept any certificate
      --timeout SECONDS for one URL from beginning to end, e.g. 2.5
      --compare         fetch everything a second time, with a new connection
                        for each request (the demo site: always,
                        but with --inspect)
      --inspect         serve a page on this machine that shows every
                        connection and what it carries, until Ctrl-C
  -h, --help            print this
      --version         print the version of urlpool

Exit codes:
  0    everything was fetched; a response with a status of 400 or more is one
  1    one or more URLs failed: a line on standard error says why
  2    the command line is wrong, a list cannot be read, or holds no URLs
  130  stopped by Ctrl-C: no URL is begun any more, those under way are given
       up, and the summary tells what was done`;

/** Reads the words after the program's name. */
export function parseArguments(words: readonly string[]): Command {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(words);
  } catch (error) {
    return wrong(reasonOf(error));
  }
  const { values, positionals } = parsed;
  if (values.help === true) return { is: 'help' };
  if (values.version === true) return { is: 'version' };

  const concurrency = Number(values.concurrency ?? CONCURRENCY);
  if (!Number.isInteger(concurrency) || concurrency < 1 || concurrency > MOST_CONCURRENCY) {
    return wrong(`--concurrency is ${JSON.stringify(values.concurrency)}, not a whole number from 1 to 1,000`);
  }
  const seconds = values.timeout === undefined ? null : Number(values.timeout);
  if (seconds !== null && !(seconds > 0 && seconds <= LONGEST_TIMEOUT_S)) {
    return wrong(`--timeout is ${JSON.stringify(values.timeout)}, not a number of seconds above 0, at most a week`);
  }
  const settings: FetchSettings = {
    concurrency,
    insecure: values.insecure === true,
    timeout: seconds === null ? null : seconds * 1000,
  };

  const sources = (values.input ?? []).map(
    (path): UrlSource => (path === '-' ? { is: 'stdin' } : { is: 'file', path }),
  );
  const compare = values.compare === true;
  const inspect = values.inspect === true;
  if (compare && inspect) return wrong('--inspect makes a run slower, so it does not go with --compare');
  if (positionals.length > 0) sources.unshift({ is: 'urls', urls: positionals });
  if (sources.length === 0) return { is: 'demo', inspect, settings };
  return { is: 'list', sources, compare, inspect, settings };
}

function parse(words: readonly string[]) {
  return parseArgs({
    args: [...words],
    allowPositionals: true,
    options: {
      input: { type: 'string', short: 'i', multiple: true },
      concurrency: { type: 'string', short: 'c' },
      insecure: { type: 'boolean', short: 'k' },
      timeout: { type: 'string' },
      compare: { type: 'boolean' },
      inspect: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
      version: { type: 'boolean' },
    },
  });
}

/** The first sentence of what parseArgs says: the others are advice for another kind of program. */
function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const sentence = message.split(/\.\s|\n/)[0] ?? message;
  return sentence.charAt(0).toLowerCase() + sentence.slice(1);
}

function wrong(reason: string): Command {
  return { is: 'wrong', message: `Cannot use this command line: ${reason}; see npm start -- --help` };
}
