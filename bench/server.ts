// The server of a run: nginx where it is installed, else Node's. It serves the bodies of rows.ts on loopback, plain
// and (with a certificate) by TLS 1.3, and counts the connections it accepted, which shows whether a client kept its own.

import { existsSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { makeCertificate } from './certificate.ts';
import { start, temporaryDirectory } from './children.ts';
import { startNginx } from './nginx.ts';
import { BODIES } from './rows.ts';
import { HOST, type Server, type Site, STATUS_PATH } from './site.ts';

/** Starts nginx, or Node's server where that is wanted or nginx is missing. It ends with this process. */
export async function startServer(
  wanted: 'nginx' | 'node',
  core: number | null,
): Promise<{ server: Server; ca: string | null }> {
  const directory = temporaryDirectory(existsSync('/dev/shm') ? '/dev/shm' : tmpdir());
  for (const body of Object.values(BODIES)) {
    writeFileSync(path.join(directory, body.path), Buffer.alloc(body.bytes, '_'));
  }
  const site: Site = { directory, certificate: makeCertificate(directory), core };
  const nginx = wanted === 'nginx' ? await startNginx(site) : null;
  return { server: nginx ?? (await startNodeServer(site)), ca: site.certificate?.ca ?? null };
}

function startNodeServer({ directory, certificate, core }: Site): Promise<Server> {
  const files = certificate === null ? [] : [certificate.keyFile, certificate.certificateFile];
  const child = start(process.execPath, [path.join(import.meta.dirname, 'node-server.ts'), directory, ...files], core);
  child.stderr?.pipe(process.stderr);
  return new Promise((resolve, reject) => {
    child.stdout?.once('data', (line: Buffer) => {
      resolve({ name: `node ${process.version}`, ports: JSON.parse(line.toString()) });
    });
    child.once('error', reject);
    child.once('close', (code) => reject(new Error(`node-server.ts did not start: exit code ${code}`)));
  });
}

/** Connections that the server has accepted so far, this question's own included. */
export function acceptedConnections(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    const options = { host: HOST, port: server.ports.http, path: STATUS_PATH, agent: false };
    http
      .get(options, (response) => {
        let text = '';
        response.setEncoding('latin1').on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('end', () => resolve(Number(/^ (\d+) \d+ \d+/m.exec(text)?.[1] ?? Number.NaN)));
      })
      .on('error', reject);
  });
}
