import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { InspectorPage } from '../../src/inspector-page.ts';
import type { SeenEvent } from '../../src/model/seen-event.ts';

/** A saved page on disk, with these events in it, until it is disposed of. */
export async function savedPage(events: readonly SeenEvent[]): Promise<{ readonly url: string } & Disposable> {
  const folder = mkdtempSync(join(tmpdir(), 'urlpool-inspector-'));
  const path = join(folder, 'saved.html');
  const lines = events.map((event) => `${JSON.stringify(event)}\n`);
  const page = await InspectorPage.load();
  writeFileSync(path, [...page.withTrace(lines, '2026-01-02T03:04:05.678Z')].join(''));
  return {
    url: pathToFileURL(path).href,
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}
