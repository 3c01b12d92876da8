import { checkNames } from '../errors/invalid-option.ts';
import { checkBound } from '../errors/option-values.ts';
import { systemClock } from '../util/clock.ts';
import { type HAR, HARLog } from './har.ts';
import { checkSource, type TraceSource } from './trace-source.ts';

export interface HAROptions {
  /** Entries to keep; beyond that the oldest are forgotten. @default 10_000 */
  readonly maxEntries?: number | undefined;
}

/** A HAR that grows while requests are made. */
export interface HARRecording extends Disposable {
  /** What has been recorded so far: `JSON.stringify()` takes the recording itself too. */
  toJSON(): HAR;
  /** Records no more; what is recorded stays. */
  stop(): void;
}

/**
 * Records requests as HAR 1.2, which browsers and other tools show: the calls that begin from now on, each when it is over.
 *
 * @example
 * const har = recordHAR(http);
 * await http.request('GET', 'https://example.org/');
 * writeFileSync('requests.har', JSON.stringify(har));
 *
 * @throws {RequestError} `ERR_INVALID_OPTION`
 */
export function recordHAR(source: TraceSource, options: HAROptions = {}): HARRecording {
  checkSource(source);
  checkNames('recordHAR()', options, ['maxEntries']);
  const { maxEntries = 10_000 } = options;
  checkBound('maxEntries', maxEntries, 1);
  const log = new HARLog(systemClock.wallNow() - systemClock.now(), maxEntries);
  let isStopped = false;
  const unsubscribe = source.subscribe((event) => {
    // A call that has begun before tells its events to its end.
    if (!isStopped) log.see(event);
  });
  const stop = (): void => {
    isStopped = true;
    unsubscribe();
  };
  return { toJSON: () => log.toJSON(), stop, [Symbol.dispose]: stop };
}
