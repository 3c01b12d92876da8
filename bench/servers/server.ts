// The server of a run: nginx where it is installed, else Node's. It serves the bodies of row.ts on loopback, plain
// and (with a certificate) by TLS 1.3, and counts the connections it accepted, which shows whether a client kept its own.

import { existsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { temporaryDirectory } from '../children.ts';
import { ask } from './ask.ts';
import { makeCertificate } from './certificate.ts';
import { gzippedDocument } from './json-document.ts';
import { startNginx } from './nginx.ts';
import { startNode } from './node-process.ts';
import { type Bodies, JSON_PATH, type Ports, type Server, type Site, STATUS_PATH } from './site.ts';

/** Makes the files of a server, in a directory that is removed at exit. */
export function makeSite(bodies: Bodies, core: number | null): Site {
  const directory = temporaryDirectory(existsSync('/dev/shm') ? '/dev/shm' : tmpdir());
  for (const { path: name, bytes } of bodies) {
    const content = name === JSON_PATH ? gzippedDocument(bytes) : Buffer.alloc(bytes, '_');
    writeFileSync(path.join(directory, name), content);
  }
  return { directory, bodies, certificate: makeCertificate(directory), core };
}

/** Starts nginx, or Node's server where that is wanted or nginx is missing. It ends with this process. */
export async function startServer(wanted: 'nginx' | 'node', site: Site): Promise<Server> {
  const nginx = wanted === 'nginx' ? await startNginx(site) : null;
  return nginx ?? (await startNodeServer(site));
}

async function startNodeServer({ directory, certificate, core }: Site): Promise<Server> {
  const files = certificate === null ? [] : [certificate.keyFile, certificate.certificateFile];
  const { told } = await startNode<Ports>('node-server.ts', [directory, ...files], core);
  return { name: `node ${process.version}`, ports: told };
}

/** Connections that the server has accepted so far, this question's own included. */
export async function acceptedConnections(port: number): Promise<number> {
  return Number(/^ (\d+) \d+ \d+/m.exec(await ask(port, STATUS_PATH))?.[1] ?? Number.NaN);
}
