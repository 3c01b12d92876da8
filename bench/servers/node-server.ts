// The server where nginx is missing: `node node-server.ts <directory> [<key> <certificate>]`. Writes its ports as JSON.
// Slower than nginx, so that clients wait for it more; they all do.

import { existsSync, readFileSync } from 'node:fs';
import http, { type IncomingMessage, type RequestListener } from 'node:http';
import https from 'node:https';
import type { Server } from 'node:net';
import path from 'node:path';
import { BODIES } from '../row.ts';
import { listen } from './listen.ts';
import { HOST, JSON_PATH, STATUS_PATH, UPLOAD_PATH } from './site.ts';

const [directory = '.', keyFile, certificateFile] = process.argv.slice(2);
const bodies = new Map<string, Buffer>(
  Object.values(BODIES)
    .map((body) => [body.path, path.join(directory, body.path)] as const)
    .filter(([, file]) => existsSync(file))
    .map(([url, file]) => [url, readFileSync(file)]),
);
let accepted = 0;
let uploaded = 0;

const answer: RequestListener = (request, response) => {
  const body = bodies.get(request.url ?? '');
  if (body !== undefined) {
    response.writeHead(200, { ...typeOf(request.url), 'Content-Length': body.byteLength });
    response.end(body);
  } else if (request.url === STATUS_PATH) {
    response.end(`server accepts handled requests\n ${accepted} ${accepted} 0 \n`);
  } else if (request.url === UPLOAD_PATH && request.method === 'PUT') {
    store(request, () => response.writeHead(204).end());
  } else if (request.url === UPLOAD_PATH) {
    response.writeHead(200, { 'Content-Length': uploaded }).end();
  } else {
    response.writeHead(404).end();
  }
};

function typeOf(url: string | undefined): Record<string, string> {
  return url === JSON_PATH
    ? { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' }
    : { 'Content-Type': 'application/octet-stream' };
}

/** Keeps the length only. */
function store(request: IncomingMessage, onEnd: () => void): void {
  let length = 0;
  request.on('data', (chunk: Buffer) => {
    length += chunk.byteLength;
  });
  request.on('end', () => {
    uploaded = length;
    onEnd();
  });
}

const options = { keepAliveTimeout: 3_600_000, noDelay: true };
const ports = {
  http: await counted(http.createServer(options, answer), HOST),
  https:
    keyFile === undefined || certificateFile === undefined
      ? 0
      : await counted(
          https.createServer(
            { ...options, key: readFileSync(keyFile), cert: readFileSync(certificateFile), minVersion: 'TLSv1.3' },
            answer,
          ),
          HOST,
        ),
  anyAddress: await counted(http.createServer(options, answer), '0.0.0.0'),
  handshakes: null,
};
process.stdout.write(`${JSON.stringify(ports)}\n`);

function counted(server: Server, address: string): Promise<number> {
  server.on('connection', () => {
    accepted++;
  });
  return listen(server, address);
}
