// How the system's browser is told to open a URL.

import { spawn } from 'node:child_process';

/** The program and its arguments, by the platform's name as `process.platform` has it. */
export function browserCommand(platform: string, url: string): readonly [string, readonly string[]] {
  if (platform === 'darwin') return ['open', [url]];
  if (platform === 'win32') return ['rundll32', ['url.dll,FileProtocolHandler', url]];
  return ['xdg-open', [url]];
}

/** Opens it where there is a browser; where there is none, nothing happens. */
export function openBrowser(url: string): void {
  const [program, words] = browserCommand(process.platform, url);
  const child = spawn(program, words, { stdio: 'ignore', detached: true });
  child.on('error', () => {}); // no such program: the URL is there to be opened by hand
  child.unref();
}
