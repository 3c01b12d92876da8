import type { ChildProcess } from 'node:child_process';
import path from 'node:path';
import { start } from '../children.ts';

/** Starts a server of this folder in a process of its own; resolves with the first line it writes, which is JSON. */
export function startNode<T>(
  file: string,
  args: readonly string[],
  core: number | null,
): Promise<{ readonly child: ChildProcess; readonly told: T }> {
  const child = start(process.execPath, [path.join(import.meta.dirname, file), ...args], core);
  child.stderr?.pipe(process.stderr);
  return new Promise((resolve, reject) => {
    child.stdout?.once('data', (line: Buffer) => resolve({ child, told: JSON.parse(line.toString()) }));
    child.once('error', reject);
    child.once('close', (code) => reject(new Error(`${file} did not start: exit code ${code}`)));
  });
}
