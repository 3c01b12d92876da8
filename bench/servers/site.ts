import { BODIES } from '../row.ts';
import type { Certificate } from './certificate.ts';

export const HOST = '127.0.0.1';

/** A page beside the bodies that tells how many connections were accepted: nginx's stub_status, or text of its form. */
export const STATUS_PATH = '/status';

/** Takes a PUT; GET and HEAD give what was stored. */
export const UPLOAD_PATH = '/uploaded';

/** In the site's directory: of each request to `Ports.handshakes`, "r" and a line feed where its handshake was resumed, "." and one where not. */
export const HANDSHAKES_LOG = 'handshakes.log';

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
  readonly ports: Ports;
}

export interface Ports {
  readonly http: number;
  readonly https: number;
  /** http on every address of the loopback network. */
  readonly anyAddress: number;
  /** https that gives out no tickets, and https that does, both logged; null where the server cannot. */
  readonly handshakes: { readonly full: number; readonly resumed: number } | null;
}
