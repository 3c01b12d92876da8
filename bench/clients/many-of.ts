import type { Request } from './client.ts';

/** URLs of one run through many(). */
export const URLS = 10_000;

/**
 * Results of one run after another, each as long as a list of URLs: what a program sees that works through them.
 *
 * @param run Goes through so many URLs, some at once, and gives the length of each body.
 */
export function resultsOf(run: (urls: number) => AsyncIterator<number, unknown, undefined>): Request {
  let results: AsyncIterator<number, unknown, undefined> | null = null;
  return async () => {
    for (;;) {
      results ??= run(URLS);
      const next = await results.next();
      if (!next.done) return next.value;
      results = null;
    }
  };
}

/** What a program writes for itself where its client has no many(): so many requests at once, results as they come. */
export async function* pooled(request: Request, urls: number, atOnce: number): AsyncGenerator<number, void, undefined> {
  const running = new Set<Promise<readonly [Promise<unknown>, number]>>();
  let begun = 0;
  while (begun < urls || running.size > 0) {
    while (begun < urls && running.size < atOnce) {
      begun++;
      const done: Promise<readonly [Promise<unknown>, number]> = request().then((length) => [done, length] as const);
      running.add(done);
    }
    const [done, length] = await Promise.race(running);
    running.delete(done as Promise<readonly [Promise<unknown>, number]>);
    yield length;
  }
}
