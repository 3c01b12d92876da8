import { Worker } from 'node:worker_threads';
import type { SiteAddress } from './site.ts';

/**
 * The demo site, seen from the client's thread.
 *
 * @example
 * await using site = await DemoSite.start();
 * site.origins; // ['http://127.0.0.1:40123', …]
 */
export class DemoSite implements AsyncDisposable {
  /** Its origins, the last of them https. */
  readonly origins: readonly string[];
  /** What to trust for that one, PEM. */
  readonly ca: string;
  readonly #worker: Worker;

  private constructor(worker: Worker, { origins, ca }: SiteAddress) {
    this.#worker = worker;
    this.origins = origins;
    this.ca = ca;
  }

  /** Starts the servers, on ports that the system picks. */
  static start(): Promise<DemoSite> {
    return new Promise((resolve, reject) => {
      const worker = new Worker(new URL('./site.ts', import.meta.url));
      worker.once('error', reject);
      worker.once('message', (address: SiteAddress) => resolve(new DemoSite(worker, address)));
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker.terminate();
  }
}
