// What the command line asks for: a pure function of its words.

import { parseArgs } from 'node:util';

export type Command =
  | { readonly is: 'help' }
  | { readonly is: 'serve'; readonly path: string; readonly port: number; readonly open: boolean }
  | { readonly is: 'wrong'; readonly message: string };

export const USAGE = `Usage: urlpool-inspector [options] TRACE

Serves a page on this machine that shows a trace recorded by urlpool's
recordTrace(), until Ctrl-C.

Options:
  -o, --open       open the page in the system's browser
  -p, --port PORT  listen on this port (default: any that is free)
  -h, --help       print this`;

export function parseCommand(words: readonly string[]): Command {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(words);
  } catch (error) {
    const [sentence = ''] = (error instanceof Error ? error.message : String(error)).split(/\.\s|\n/);
    return wrong(sentence.charAt(0).toLowerCase() + sentence.slice(1));
  }
  const { values, positionals } = parsed;
  if (values.help === true) return { is: 'help' };
  const [path, ...more] = positionals;
  if (path === undefined) return wrong('the path of a trace is missing');
  if (more.length > 0) return wrong('it names more than one trace');
  const port = Number(values.port ?? 0);
  if (values.port?.trim() === '' || !Number.isInteger(port) || port < 0 || port > 65_535) {
    return wrong(`--port is ${JSON.stringify(values.port)}, not a whole number from 0 to 65535`);
  }
  return { is: 'serve', path, port, open: values.open === true };
}

function parse(words: readonly string[]) {
  return parseArgs({
    args: [...words],
    allowPositionals: true,
    options: {
      open: { type: 'boolean', short: 'o' },
      port: { type: 'string', short: 'p' },
      help: { type: 'boolean', short: 'h' },
    },
  });
}

function wrong(reason: string): Command {
  return { is: 'wrong', message: `Cannot use this command line: ${reason}; see urlpool-inspector --help` };
}
