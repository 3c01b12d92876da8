import type { Endpoint } from './client.ts';

/** An endpoint's TLS options, by the names that Node, undici and urlpool share. */
export function tlsOptions({ ca, servername }: Endpoint): { ca?: string; servername?: string } {
  return { ...(ca === null ? {} : { ca }), ...(servername === null ? {} : { servername }) };
}
