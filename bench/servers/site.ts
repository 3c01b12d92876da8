import { BODIES } from '../row.ts';
import type { Certificate } from './certificate.ts';

export const HOST = '127.0.0.1';

/** A page beside the bodies that tells how many connections were accepted: nginx's stub_status, or text of its form. */
export const STATUS_PATH = '/status';

/** Takes a PUT; GET and HEAD give what was stored. */
export const UPLOAD_PATH = '/uploaded';

/** The file that holds a JSON document by gzip: a server says so in Content-Encoding. */
export const JSON_PATH: string = BODIES['100 KB of JSON by gzip'].path;

/** The bodies that a server holds. */
export type Bodies = readonly (typeof BODIES)[keyof typeof BODIES][];

/** What a server is started with. */
export interface Site {
  /** Holds the bodies as files, in memory where the system has /dev/shm. */
  readonly directory: string;
  readonly bodies: Bodies;
  /** Without one there is no https. */
  readonly certificate: Certificate | null;
  readonly core: number | null;
}

/** A server that runs. */
export interface Server {
  /** "nginx 1.22.1" */
  readonly name: string;
  /** `anyAddress` is http on every address of the loopback network. */
  readonly ports: { readonly http: number; readonly https: number; readonly anyAddress: number };
}
