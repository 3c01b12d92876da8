import type { Origin } from '../message/origin.ts';
import { HTTPConnection } from './http-connection.ts';

/** One connection to a host over https: see HTTPConnection. */
export class HTTPSConnection extends HTTPConnection {
  override get scheme(): Origin['scheme'] {
    return 'https';
  }
}
