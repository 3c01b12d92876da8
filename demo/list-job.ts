// The job with URLs of the user's own, from the command line, files or standard input.

import type { TraceListener } from 'urlpool';
import type { Command } from './arguments.ts';
import { EXIT, exitCode } from './exit-code.ts';
import { perform } from './job.ts';
import type { Screen } from './screen.ts';
import { urlList } from './url-list.ts';

export type ListCommand = Extract<Command, { is: 'list' }>;

/**
 * @param onEvent Is told of what happens.
 * @returns The exit code.
 */
export async function listJob(
  command: ListCommand,
  signal: AbortSignal,
  screen: Screen,
  onEvent?: TraceListener,
): Promise<number> {
  const { sources, compare, settings } = command;
  let unreadable = 0;
  const list = urlList(sources, {
    signal,
    onUnreadable: (message) => {
      unreadable++;
      screen.complain(message);
    },
  });
  // Two runs are compared: then reading the list must not be part of the first.
  const job = compare
    ? ({ settings, compares: true, urls: await collected(list) } as const)
    : ({ settings, compares: false, urls: list, ...(onEvent === undefined ? {} : { onEvent }) } as const);
  const { begun, failed } = await perform(job, signal, screen);
  if (begun === 0 && !signal.aborted) {
    if (unreadable === 0) screen.complain('Cannot find a URL to fetch: the list is empty');
    return EXIT.usage;
  }
  return exitCode({ failed, unreadable, interrupted: signal.aborted });
}

async function collected(urls: AsyncIterable<string>): Promise<string[]> {
  const all: string[] = [];
  for await (const url of urls) all.push(url);
  return all;
}
