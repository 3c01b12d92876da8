import type { Certificate } from './certificate.ts';

export const HOST = '127.0.0.1';

/** A page beside the bodies that tells how many connections were accepted: nginx's stub_status, or text of its form. */
export const STATUS_PATH = '/status';

/** What a server is started with. */
export interface Site {
  /** Holds the bodies as files, in memory where the system has /dev/shm. */
  readonly directory: string;
  /** Without one there is no https. */
  readonly certificate: Certificate | null;
  readonly core: number | null;
}

/** A server that runs. */
export interface Server {
  /** "nginx 1.22.1" */
  readonly name: string;
  readonly ports: { readonly http: number; readonly https: number };
}
