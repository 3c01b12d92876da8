// The job without arguments: 1,000 pages of the demo site through one PoolManager, then the same with reuse switched
// off. Both runs get the same URLs in the same order at the same concurrency, and each comes after a warm-up of its own
// kind, so that neither pays for what client and server load and compile once. A warm-up of 200 URLs left the first run
// twice as slow as later ones (299 ms, then 164 ms) and the second as fast as ever: so it is the whole list.

import type { TraceListener } from 'urlpool';
import type { FetchSettings } from './arguments.ts';
import { DemoSite } from './demo-site.ts';
import { exitCode } from './exit-code.ts';
import { perform } from './job.ts';
import { demoUrls, PAGE_COUNT, pageOf } from './page.ts';
import { count, counted, size } from './quantity.ts';
import type { Screen } from './screen.ts';

const URLS = 1000;

/** TCP's handshake is one, TLS 1.3 adds one (RFC 8446 §2), TLS 1.2 two. */
const ON_A_NETWORK = 'Over a network each new connection adds a round trip, with TLS two or three.';

/** Who tells what happens takes time of the run. */
const NOT_COMPARED = 'Not compared with a run without reuse: the inspector takes time of what it looks at.';

/**
 * @param onEvent Is told of what happens in the measured run with reuse; there is no other then, to compare it with.
 * @returns The exit code.
 */
export async function demoJob(
  settings: FetchSettings,
  signal: AbortSignal,
  screen: Screen,
  onEvent?: TraceListener,
): Promise<number> {
  await using site = await DemoSite.start();
  const pages = `${size(pageOf(0).size)} to ${size(pageOf(PAGE_COUNT - 1).size)}`;
  screen.write([
    `Demo site on this machine: ${site.origins.length} origins (1 HTTPS), ${PAGE_COUNT} pages of ${pages}.`,
    `${counted(URLS, 'URL')} through one PoolManager, ${count(settings.concurrency)} at a time.`,
    '',
  ]);
  const urls = demoUrls(site.origins, URLS);
  const parts = { settings, pool: { ca: site.ca }, warmsUp: true, urls } as const;
  const job =
    onEvent === undefined ? { ...parts, compares: true as const } : { ...parts, compares: false as const, onEvent };
  const { failed } = await perform(job, signal, screen);
  if (!signal.aborted) screen.write([onEvent === undefined ? ON_A_NETWORK : NOT_COMPARED]);
  return exitCode({ failed, unreadable: 0, interrupted: signal.aborted });
}
