// The server that the pages of docs/migrate ask: a small API with users, files, logins and faults. It keeps what it has to
// for one piece of a page at a time: reset() forgets it.

import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { createCertificateAuthority, TestProxy } from 'urlpool-testing';

/** A request with its body. */
interface Asked {
  readonly request: IncomingMessage;
  readonly url: URL;
  readonly body: Buffer;
}

type Answer = (asked: Asked, response: ServerResponse, state: SiteState) => void | Promise<void>;

/** What the site remembers while one piece runs. */
interface SiteState {
  /** How often each path was asked. */
  readonly counts: Map<string, number>;
}

/** Where the site listens. */
export interface SiteAddress {
  /** `http://127.0.0.1:…` */
  readonly origin: string;
  /** The same over TLS, `https://localhost:…`, with a certificate of an authority of its own. */
  readonly secureOrigin: string;
  /** A proxy that leads to both, `http://127.0.0.1:…` */
  readonly proxyUrl: string;
  /** Files that pieces read, by name. */
  readonly files: Readonly<Record<string, string>>;
}

/** The site, listening. */
export interface Site extends SiteAddress {
  /** Forgets what was asked. */
  reset(): void;
  close(): void;
}

const LARGE = Buffer.alloc(1 << 20, 'urlpool ');
const USERS = Array.from({ length: 6 }, (_, index) => ({ id: index + 1, name: `user ${index + 1}` }));
const PER_PAGE = 2;
const NONCE = '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v';

/** By method and the first segment of the path. */
const ANSWERS: Readonly<Record<string, Answer>> = {
  'GET /hello': (_asked, response) => text(response, 200, 'hello'),
  'GET /echo': echo,
  'GET /users': users,
  'POST /users': ({ body }, response) => json(response, 201, { id: 7, ...JSON.parse(body.toString()) }),
  'POST /forms': form,
  'POST /login': ({ body }, response) => {
    const { user } = Object.fromEntries(new URLSearchParams(body.toString()));
    response.setHeader('Set-Cookie', ['sid=s3cr3t; Path=/; HttpOnly', `user=${user}; Path=/`]);
    text(response, 200, 'welcome');
  },
  'GET /me': ({ request }, response) => {
    const isKnown = /\bsid=s3cr3t\b/.test(request.headers.cookie ?? '');
    json(response, isKnown ? 200 : 401, isKnown ? { name: 'Ada' } : { error: 'log in first' });
  },
  'GET /basic': ({ request }, response) => {
    const isKnown = request.headers.authorization === `Basic ${btoa('ada:secret')}`;
    if (!isKnown) response.setHeader('WWW-Authenticate', 'Basic realm="site"');
    text(response, isKnown ? 200 : 401, isKnown ? 'welcome' : 'who are you?');
  },
  'GET /bearer': ({ request }, response) => {
    const isKnown = request.headers.authorization === 'Bearer t0ken';
    text(response, isKnown ? 200 : 401, isKnown ? 'welcome' : 'who are you?');
  },
  'GET /digest': ({ request }, response) => {
    const isKnown = isDigest(request.headers.authorization ?? '', 'ada', 'secret');
    if (!isKnown) {
      response.setHeader('WWW-Authenticate', `Digest realm="site", nonce="${NONCE}", qop="auth", algorithm=SHA-256`);
    }
    text(response, isKnown ? 200 : 401, isKnown ? 'welcome' : 'who are you?');
  },
  'GET /flaky': flaky,
  'GET /slow': () => {},
  'GET /redirect': ({ url }, response) => {
    const left = Number(url.pathname.split('/')[2] ?? 1);
    response.writeHead(302, { Location: left > 1 ? `/redirect/${left - 1}` : '/hello' }).end();
  },
  'GET /large.bin': ({ request }, response) => {
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    response.setHeader('ETag', '"v1"').setHeader('Accept-Ranges', 'bytes');
    if (from > 0) response.setHeader('Content-Range', `bytes ${from}-${LARGE.length - 1}/${LARGE.length}`);
    response.writeHead(from > 0 ? 206 : 200, { 'Content-Length': LARGE.length - from }).end(LARGE.subarray(from));
  },
  'GET /log': (_asked, response) => {
    response.writeHead(200, { 'Content-Type': 'application/x-ndjson' });
    response.end('{"event":"start"}\n{"event":"stop"}\n');
  },
  'GET /events': ({ request }, response) => {
    if (request.headers['last-event-id'] !== undefined) return void response.writeHead(204).end();
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.end('retry: 10\n\nid: 1\ndata: one\n\nid: 2\ndata: two\n\n');
  },
  'GET /gzip': (_asked, response) => {
    const body = gzipSync('{"packed":true}');
    response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' }).end(body);
  },
  'PUT /upload': ({ request, body }, response) => {
    json(response, 200, { bytes: body.length, type: request.headers['content-type'] ?? null });
  },
};

function echo({ request, url, body }: Asked, response: ServerResponse): void {
  const { host: _host, ...headers } = request.headers;
  const query = Object.fromEntries(url.searchParams);
  json(response, 200, {
    method: request.method,
    path: url.pathname + url.search,
    query,
    headers,
    body: body.toString(),
  });
}

function users({ url }: Asked, response: ServerResponse): void {
  const id = url.pathname.split('/')[2];
  if (id !== undefined) {
    const user = USERS.find((one) => String(one.id) === id);
    json(response, user === undefined ? 404 : 200, user ?? { error: `no user ${id}` });
    return;
  }
  const page = Number(url.searchParams.get('page') ?? 1);
  const pages = Math.ceil(USERS.length / PER_PAGE);
  if (page < pages) response.setHeader('Link', `</users?page=${page + 1}>; rel="next"`);
  json(response, 200, USERS.slice((page - 1) * PER_PAGE, page * PER_PAGE));
}

async function form({ request, body }: Asked, response: ServerResponse): Promise<void> {
  const type = request.headers['content-type'] ?? '';
  const fields = await new Response(new Uint8Array(body), { headers: { 'Content-Type': type } }).formData();
  const values = [...fields].map(([name, value]) => {
    return [name, typeof value === 'string' ? value : { filename: value.name, bytes: value.size, type: value.type }];
  });
  json(response, 200, { type: type.split(';')[0], fields: Object.fromEntries(values) });
}

/** Fails twice, then answers. */
function flaky({ url }: Asked, response: ServerResponse, { counts }: SiteState): void {
  const times = counts.get(url.pathname) ?? 0;
  const isOver = times > 2;
  if (!isOver) response.setHeader('Retry-After', '0');
  text(response, isOver ? 200 : 503, isOver ? `answered at attempt ${times}` : 'not now');
}

function text(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', 'Content-Length': body.length }).end(body);
}

function json(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(value));
}

/** Whether a Digest of SHA-256 with qop=auth is right (RFC 7616 §3.4). */
function isDigest(authorization: string, user: string, password: string): boolean {
  const hash = (...parts: string[]): string => createHash('sha256').update(parts.join(':')).digest('hex');
  const pairs = [...authorization.matchAll(/(\w+)=(?:"([^"]*)"|([^\s,]+))/g)];
  const given = Object.fromEntries(pairs.map(([, name = '', quoted, bare]) => [name, quoted ?? bare ?? '']));
  const { uri = '', nc = '', cnonce = '', response } = given;
  return response === hash(hash(user, 'site', password), NONCE, nc, cnonce, 'auth', hash('GET', uri));
}

/** Starts the site on free ports of this machine. */
export async function startSite(): Promise<Site> {
  const state: SiteState = { counts: new Map() };
  const listener: RequestListener = async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://site');
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    state.counts.set(url.pathname, (state.counts.get(url.pathname) ?? 0) + 1);
    const answer = ANSWERS[`${request.method} /${url.pathname.split('/')[1]}`];
    const asked = { request, url, body: Buffer.concat(chunks) };
    if (answer === undefined) text(response, 404, 'not found');
    else await answer(asked, response, state);
  };
  const authority = await createCertificateAuthority();
  const own = await authority.issue();
  const client = await authority.issue({ client: true });
  const plain = createServer(listener);
  const secure = createSecureServer({ key: own.key, cert: own.cert, ca: own.ca, requestCert: true }, listener);
  const servers = [plain, secure];
  await Promise.all(servers.map((server) => once(server.listen(0, '127.0.0.1'), 'listening')));
  const proxy = await TestProxy.start();
  const [port, securePort] = servers.map((server) => (server.address() as AddressInfo).port);
  return {
    origin: `http://127.0.0.1:${port}`,
    secureOrigin: `https://localhost:${securePort}`,
    proxyUrl: proxy.url,
    files: {
      'report.csv': 'name,born\nAda,1815\n',
      'ca.pem': authority.certificate,
      'client.pem': client.cert,
      'client.key': client.key,
    },
    reset: () => state.counts.clear(),
    close() {
      for (const server of servers) {
        server.close();
        server.closeAllConnections();
      }
      void proxy.close();
    },
  };
}
