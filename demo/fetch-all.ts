// Bounded concurrency over a list of any length: as many loops as requests may be under way, each taking the next URL
// when it is done with the last one. Responses are told of and dropped.

/** What became of one URL. */
export type FetchResult =
  | {
      readonly is: 'fetched';
      readonly url: string;
      readonly status: number;
      readonly bytes: number;
      readonly ms: number;
    }
  | { readonly is: 'failed'; readonly url: string; readonly error: unknown }
  /** The job was stopped while it was under way. */
  | { readonly is: 'given-up'; readonly url: string };

/** What is needed of a PoolManager. */
export interface Requester {
  request(method: 'GET', url: string, options: { readonly signal: AbortSignal }): Promise<Answer>;
}

interface Answer {
  readonly status: number;
  readonly data: { readonly length: number };
}

export interface FetchAllOptions {
  /** Requests under way at once. */
  readonly concurrency: number;
  /** Stops the job: no URL is begun any more, those under way are given up. */
  readonly signal: AbortSignal;
  /** Told of each URL that was begun. */
  readonly onResult: (result: FetchResult) => void;
}

/** Fetches every URL with GET. It rejects only if the list itself does: a URL that fails is a result. */
export async function fetchAll(
  http: Requester,
  urls: Iterable<string> | AsyncIterable<string>,
  options: FetchAllOptions,
): Promise<void> {
  const queue = shared(urls);
  const loop = async (): Promise<void> => {
    for await (const url of queue) {
      if (options.signal.aborted) break;
      options.onResult(await fetchOne(http, url, options.signal));
    }
  };
  await Promise.all(Array.from({ length: options.concurrency }, loop));
}

/** A generator answers one caller after the other, so several loops can take from it. */
async function* shared(urls: Iterable<string> | AsyncIterable<string>): AsyncGenerator<string> {
  yield* urls;
}

async function fetchOne(http: Requester, url: string, signal: AbortSignal): Promise<FetchResult> {
  const start = performance.now();
  let response: Answer;
  try {
    response = await http.request('GET', url, { signal });
  } catch (error) {
    return signal.aborted && error === signal.reason ? { is: 'given-up', url } : { is: 'failed', url, error };
  }
  const ms = performance.now() - start;
  return { is: 'fetched', url, status: response.status, bytes: response.data.length, ms };
}
