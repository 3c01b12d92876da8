import type { AddressInfo, Server } from 'node:net';

/** More than any row has clients that connect at once: one turned away would try again after a second. */
const BACKLOG = 4096;

/** Listens on a free port of an address; resolves with the port. */
export function listen(server: Server, address: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: address, port: 0, backlog: BACKLOG }, () => resolve((server.address() as AddressInfo).port));
  });
}
