// http.fetch beside the runtime's own fetch: each case is run over both, against one server, and the outcomes have to be the
// same. Where they are not meant to be, the case stands in the second table, with what http.fetch does.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, test } from 'node:test';
import { type Fetch, PoolManager, Retry } from 'urlpool';
import { fetchServer } from './fetch-server.ts';

const { origin, elsewhere, close } = await fetchServer();
const http = new PoolManager({ retries: Retry.DEFAULT });
const runtimeFetch: Fetch = globalThis.fetch;

after(async () => {
  await http.close({ timeout: 1 });
  close();
});

/** A case: what is done with a fetch, and what of it is compared. */
type Case = (fetch: Fetch, at: string, elsewhere: string) => Promise<unknown>;

/** A TypeError is one whatever its text; any other error is compared by its text too. */
async function outcome(run: () => Promise<unknown>): Promise<unknown> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof Error)) return { thrown: error };
    return error instanceof TypeError ? 'TypeError' : `${error.name}: ${error.message}`;
  }
}

const echo =
  (init: RequestInit | (() => RequestInit), input?: (at: string) => string | URL | Request): Case =>
  async (fetch, at) => {
    const response = await fetch(input?.(at) ?? `${at}/echo`, typeof init === 'function' ? init() : init);
    return await response.json();
  };

interface Told {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const told = async (response: Response): Promise<Told> => (await response.json()) as Told;

const refused =
  (init: RequestInit, path = '/echo'): Case =>
  async (fetch, at) =>
    (await fetch(at + path, init)).status;

const seen = async (response: Response): Promise<unknown> => ({
  status: response.status,
  statusText: response.statusText,
  ok: response.ok,
  type: response.type,
  path: response.url.replace(/^http:\/\/[^/]+/, ''),
  redirected: response.redirected,
  hasBody: response.body !== null,
  text: await response.text(),
  bodyUsed: response.bodyUsed,
});

const answer =
  (path: string, init?: RequestInit): Case =>
  async (fetch, at) =>
    await seen(await fetch(at + path, init));

const read =
  (path: string, use: (response: Response) => unknown): Case =>
  async (fetch, at) =>
    await use(await fetch(at + path));

/** What each of several things done with one response comes to. */
const steps =
  (path: string, ...uses: readonly ((response: Response) => unknown)[]): Case =>
  async (fetch, at) => {
    const response = await fetch(at + path);
    const results: unknown[] = [];
    for (const use of uses) results.push(await outcome(async () => await use(response)));
    return results;
  };

const stream = (...pieces: readonly (string | number)[]): ReadableStream =>
  new ReadableStream({
    async pull(controller) {
      for (const piece of pieces) {
        controller.enqueue(typeof piece === 'string' ? new TextEncoder().encode(piece) : piece);
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
      controller.close();
    },
  });

async function* generated(): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode('gene');
  yield new TextEncoder().encode('rated');
}

const form = (): FormData => {
  const data = new FormData();
  data.append('name', 'line\nbreak');
  data.append('file', new Blob(['content'], { type: 'text/x-own' }), 'a "b".txt');
  return data;
};

/** Has a member that no type of ours allows. */
const odd = (init: Readonly<Record<string, unknown>>): RequestInit => init as RequestInit;

const digest = (algorithm: string, text: string): string =>
  `${algorithm}-${createHash(algorithm).update(text).digest('base64')}`;

async function inPieces(body: ReadableStream<Uint8Array> | null): Promise<string> {
  let text = '';
  for await (const piece of body ?? []) text += Buffer.from(piece).toString();
  return text;
}

const ABORTED = new Error('I changed my mind');

const SAME: Readonly<Record<string, Case>> = {
  // The request.
  'a text URL': echo({}),
  'a URL object': echo({}, (at) => new URL(`${at}/echo?a=1#part`)),
  'a Request': echo({}, (at) => new Request(`${at}/echo`, { headers: { 'X-Own': 'yes' } })),
  'a Request with a body': echo({}, (at) => new Request(`${at}/echo`, { method: 'POST', body: 'of a Request' })),
  'a Request with a form': echo(
    {},
    (at) => new Request(`${at}/echo`, { method: 'POST', body: new URLSearchParams('a=1') }),
  ),
  'a Request and init over it': echo(
    { method: 'PUT', body: 'own', headers: { 'X-Own': 'init' } },
    (at) =>
      new Request(`${at}/echo`, {
        method: 'POST',
        body: 'of a Request',
        headers: { 'X-Own': 'request', 'X-Other': 'lost' },
      }),
  ),
  'a Request of a class of one’s own': echo({}, (at) => new (class Own extends Request {})(`${at}/echo`)),
  'a Request that was read before': async (fetch, at) => {
    const request = new Request(`${at}/echo`, { method: 'POST', body: 'once' });
    await request.text();
    return (await fetch(request)).status;
  },
  'a Request is used up': async (fetch, at) => {
    const request = new Request(`${at}/echo`, { method: 'POST', body: 'once' });
    await (await fetch(request)).text();
    return [request.bodyUsed, await outcome(() => fetch(request))];
  },
  'a Request with a body, made a GET': echo(
    { method: 'GET' },
    (at) => new Request(`${at}/echo`, { method: 'POST', body: 'x' }),
  ),
  'what can be written as a URL': echo({}, (at) => ({ toString: () => `${at}/echo` }) as URL),
  'no URL': async (fetch) => (await fetch('not a url')).status,
  'no input': async (fetch) => (await (fetch as () => Promise<Response>)()).status,
  'a URL of another scheme': async (fetch) => (await fetch('ftp://127.0.0.1/')).status,
  'about:blank': async (fetch) => (await fetch('about:blank')).status,
  'a URL with a password': async (fetch, at) => (await fetch(at.replace('//', '//user:secret@'))).status,
  'init null': echo(null as unknown as RequestInit),
  'init that is no object': refused('x' as unknown as RequestInit),
  // Methods.
  ...Object.fromEntries(
    ['get', 'pOsT', 'put', 'delete', 'OPTIONS', 'PATCH', 'chicken'].map((method) => [
      `method ${method}`,
      echo({ method }),
    ]),
  ),
  ...Object.fromEntries(
    ['CONNECT', 'TRACE', 'track', '', 'a b', 'GET\r\n'].map((method) => [
      `method ${JSON.stringify(method)}`,
      refused({ method }),
    ]),
  ),
  'method head': answer('/text', { method: 'head' }),
  // Header fields.
  'an object of headers': echo({ headers: { 'X-B': '2', 'x-a': '1' } }),
  'pairs of headers': echo({
    headers: [
      ['X-A', '1'],
      ['X-B', '2'],
    ],
  }),
  Headers: echo({ headers: new Headers({ 'X-A': '1' }) }),
  'headers with blanks around their values': echo({ headers: { 'X-A': ' \t\n padded \r\n' } }),
  'headers that are no text': echo({
    headers: { 'X-A': 5, 'X-B': undefined, 'X-C': null } as unknown as Record<string, string>,
  }),
  'headers null': refused({ headers: null as unknown as [string, string][] }),
  'headers as a text': refused({ headers: 'x' as unknown as [string, string][] }),
  'a pair that is none': refused({ headers: [['a']] as unknown as [string, string][] }),
  'a name that is no token': refused({ headers: { 'a b': '1' } }),
  'an empty name': refused({ headers: { '': '1' } }),
  'a value with a line break': refused({ headers: { a: '1\r\nb: 2' } }),
  'a value with NUL': refused({ headers: { a: '1\0' } }),
  'a value above U+00FF': refused({ headers: { a: 'Ā' } }),
  'a value of Latin-1': echo({ headers: { 'X-A': 'café' } }),
  'an own Accept': echo({ headers: { Accept: 'text/x' } }),
  'an Authorization': echo({ headers: { Authorization: 'Bearer token' } }),
  'a Transfer-Encoding': refused({ method: 'POST', body: 'x', headers: { 'Transfer-Encoding': 'chunked' } }),
  'a Content-Length that is right': echo({ method: 'POST', body: 'four', headers: { 'Content-Length': '4' } }),
  'a Content-Length that is wrong': refused({ method: 'POST', body: 'four', headers: { 'Content-Length': '5' } }),
  // Bodies.
  'a text body': echo({ method: 'POST', body: 'grüße' }),
  'a text body with a type': echo({ method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } }),
  'an empty text body': echo({ method: 'POST', body: '' }),
  'no body to POST': echo({ method: 'POST' }),
  'body null': echo({ method: 'POST', body: null }),
  'no body to DELETE': echo({ method: 'DELETE' }),
  'a body to DELETE': echo({ method: 'DELETE', body: 'x' }),
  bytes: echo({ method: 'POST', body: new Uint8Array([1, 2, 255]) }),
  'a view of part of its memory': echo({ method: 'POST', body: new Uint8Array([1, 2, 3, 4]).subarray(1, 3) }),
  'an ArrayBuffer': echo({ method: 'POST', body: new Uint8Array([1, 2]).buffer }),
  'a DataView': echo({ method: 'POST', body: new DataView(new ArrayBuffer(2)) }),
  'a Buffer': echo({ method: 'POST', body: Buffer.from('buffer') }),
  'a Blob': echo({ method: 'POST', body: new Blob(['blob']) }),
  'a Blob with a type': echo({ method: 'POST', body: new Blob(['blob'], { type: 'text/x-own' }) }),
  'a Blob and a type of one’s own': echo({
    method: 'POST',
    body: new Blob(['b'], { type: 'a/b' }),
    headers: { 'Content-Type': 'c/d' },
  }),
  URLSearchParams: echo({ method: 'POST', body: new URLSearchParams({ a: '1 &', b: 'ü' }) }),
  FormData: echo(() => ({ method: 'POST', body: form() })),
  'a number as body': echo({ method: 'POST', body: 5 as unknown as string }),
  'an object as body': echo({ method: 'POST', body: { a: 1 } as unknown as string }),
  'a web stream': echo(() => ({ method: 'POST', body: stream('a', 'b'), duplex: 'half' })),
  'a web stream without duplex': async (fetch, at) =>
    (await fetch(`${at}/echo`, { method: 'POST', body: stream('a') })).status,
  'a web stream that is being read': async (fetch, at) => {
    const body = stream('a');
    body.getReader();
    return (await fetch(`${at}/echo`, { method: 'POST', body, duplex: 'half' })).status;
  },
  'a web stream of what are no bytes': async (fetch, at) =>
    (await fetch(`${at}/echo`, { method: 'POST', body: stream(5), duplex: 'half' })).status,
  'a web stream that fails': async (fetch, at) => {
    const body = new ReadableStream({
      pull() {
        throw new RangeError('out of bytes');
      },
    });
    return (await fetch(`${at}/echo`, { method: 'POST', body, duplex: 'half' })).status;
  },
  'a generator': echo(() => ({ method: 'POST', body: generated() as unknown as ReadableStream, duplex: 'half' })),
  'a body with GET': refused({ body: 'x' }),
  'a body with HEAD': refused({ method: 'HEAD', body: 'x' }),
  'a body with QUERY': echo({ method: 'QUERY', body: 'x' }),
  'duplex full': refused(odd({ duplex: 'full' })),
  // The rest of init.
  ...Object.fromEntries(
    (
      [
        ['credentials', 'omit'],
        ['credentials', 'include'],
        ['credentials', 'all'],
        ['mode', 'cors'],
        ['mode', 'same-origin'],
        ['mode', 'navigate'],
        ['mode', 'none'],
        ['cache', 'no-store'],
        ['cache', 'only-if-cached'],
        ['cache', 'never'],
        ['redirect', 'maybe'],
        ['redirect', null],
        ['referrerPolicy', 'no-referrer'],
        ['referrerPolicy', 'some'],
        ['referrer', 'http://example.org/'],
        ['referrer', ''],
        ['referrer', 'http://'],
        ['keepalive', true],
        ['keepalive', 5],
        ['priority', 'high'],
        ['window', null],
        ['window', 5],
        ['integrity', ''],
        ['integrity', 5],
        ['signal', null],
        ['signal', {}],
        ['signal', 'abort'],
        ['unknown', 1],
      ] as const
    ).map(([name, value]) => [`${name} ${JSON.stringify(value)}`, refused(odd({ [name]: value }))]),
  ),
  // The response.
  ...Object.fromEntries(
    [200, 201, 202, 203, 204, 205, 206, 299, 304, 400, 404, 418, 429, 499, 500, 503, 599].map((code) => [
      `status ${code}`,
      answer(`/status?code=${code}&text=The%20Text`),
    ]),
  ),
  'a status without a text': answer('/status?code=200'),
  'a body with 404': answer('/status?code=404&body=missing'),
  'an empty body': answer('/status?code=200'),
  'the class of a response': async (fetch, at) => {
    const response = await fetch(`${at}/text`);
    return [
      response instanceof Response,
      response.constructor === Response,
      Object.prototype.toString.call(response),
      Object.keys(response),
      response.headers instanceof Headers,
      response.body instanceof ReadableStream,
      'url' in response,
    ];
  },
  'the fields': read('/fields', ({ headers }) => [
    headers.getSetCookie(),
    headers.get('set-cookie'),
    headers.get('X-TWICE'),
    headers.get('x-latin'),
    headers.get('missing'),
    headers.has('x-twice'),
  ]),
  'the fields in order': read('/text', ({ headers }) =>
    [...headers].filter(([name]) => !/date|keep|connection/.test(name)),
  ),
  'a copy of the fields': read('/text', ({ headers }) => new Headers(headers).get('content-type')),
  'fields of a response are not changed': read('/text', async ({ headers }) => [
    await outcome(async () => headers.set('a', 'b')),
    await outcome(async () => headers.append('a', 'b')),
    await outcome(async () => headers.delete('content-type')),
    headers.get('content-type'),
  ]),
  'text of UTF-8': read('/text?hex=67c3bc', (response) => response.text()),
  'text with a byte order mark': read('/text?hex=efbbbf67c3bc', (response) => response.text()),
  'text that is no UTF-8': read('/text?hex=67fc', (response) => response.text()),
  'text of another charset': read('/text?hex=67fc&type=text/plain;charset=latin1', (response) => response.text()),
  json: read('/text?hex=7b2261223a317d', (response) => response.json()),
  'json with a byte order mark': read('/text?hex=efbbbf7b2261223a317d', (response) => response.json()),
  'json that is none': async (fetch, at) => {
    const response = await fetch(`${at}/text`);
    try {
      return await response.json();
    } catch (error) {
      return error instanceof SyntaxError;
    }
  },
  arrayBuffer: read('/text', async (response) => {
    const buffer = await response.arrayBuffer();
    return [buffer instanceof ArrayBuffer, buffer.byteLength, Buffer.from(buffer).toString()];
  }),
  blob: read('/text?type=text/HTML;%20charset=x', async (response) => {
    const blob = await response.blob();
    return [blob instanceof Blob, blob.size, blob.type, await blob.text()];
  }),
  'formData of a form': read('/text?type=application/x-www-form-urlencoded&hex=613d3126623d32', async (response) => [
    ...(await response.formData()),
  ]),
  'formData of what is none': read('/text', async (response) => [...(await response.formData())]),
  'body by a reader': read('/text', async ({ body }) => {
    const reader = body?.getReader();
    const first = await reader?.read();
    return [Buffer.from(first?.value ?? []).toString(), first?.value?.constructor.name, (await reader?.read())?.done];
  }),
  'body by a reader with memory of its own': read('/text', async ({ body }) => {
    const reader = body?.getReader({ mode: 'byob' });
    const first = await reader?.read(new Uint8Array(3));
    const second = await reader?.read(new Uint8Array(3));
    return [Buffer.from(first?.value ?? []).toString(), Buffer.from(second?.value ?? []).toString()];
  }),
  'body piece by piece': read('/chunks', ({ body }) => inPieces(body)),
  'text that comes in pieces': answer('/chunks'),
  'a large body': read('/large?bytes=3000000', async (response) => (await response.arrayBuffer()).byteLength),
  'a large body by its stream': read(
    '/large?bytes=3000000',
    async (response) => (await inPieces(response.body)).length,
  ),
  gzip: read('/gzip', async (response) => [response.headers.get('content-encoding'), await response.text()]),
  'a long body by gzip': read('/gzip?times=100000', async (response) => (await response.text()).length),
  'broken gzip': read('/gzip?broken', async (response) => (await response.text()).length),
  'a body twice': steps(
    '/text',
    (r) => r.text(),
    (r) => r.text(),
    (r) => r.bodyUsed,
    (r) => r.json(),
  ),
  'a body that comes in pieces, twice': steps(
    '/chunks',
    (r) => r.text(),
    (r) => r.arrayBuffer(),
  ),
  'text twice of a response without a body': steps(
    '/status?code=204',
    (r) => r.text(),
    (r) => r.text(),
    (r) => r.bodyUsed,
  ),
  'blob of a response without a body': steps('/status?code=204', async (r) => (await r.blob()).size),
  bodyUsed: steps(
    '/text',
    (r) => r.bodyUsed,
    (r) => r.body?.locked,
    (r) => r.bodyUsed,
    (r) => r.text(),
    (r) => r.bodyUsed,
    (r) => r.body?.locked,
  ),
  'a body that is being read': steps(
    '/text',
    (r) => void r.body?.getReader(),
    (r) => r.bodyUsed,
    (r) => r.text(),
    (r) => r.clone(),
  ),
  'a body that was cancelled': steps(
    '/chunks',
    (r) => r.body?.cancel(),
    (r) => r.bodyUsed,
    (r) => r.text(),
  ),
  'body and headers are the same each time': read('/text', (response) => {
    const { body, headers } = response;
    return [response.body === body, response.headers === headers];
  }),
  'a clone': steps('/text', async (r) => {
    const other = r.clone();
    return [await seen(other), await seen(r), other.headers.get('content-type')];
  }),
  'a clone of a body that comes in pieces': steps('/chunks', async (r) => {
    const other = r.clone();
    return [await other.text(), await r.text()];
  }),
  'a clone of a clone': steps(
    '/chunks',
    async (r) => await r.clone().clone().text(),
    (r) => r.text(),
  ),
  'a clone after the stream was looked at': steps('/text', async (r) => [
    r.body === null,
    await r.clone().text(),
    await r.text(),
  ]),
  'a clone of a body that was read': steps(
    '/text',
    (r) => r.text(),
    (r) => r.clone(),
  ),
  'a clone of a response without a body': steps('/status?code=204', async (r) => [
    r.clone().body,
    await r.clone().text(),
  ]),
  'a new Response of the body': steps(
    '/chunks',
    async (r) => await new Response(r.body, r).text(),
    (r) => r.bodyUsed,
  ),
  // Redirects.
  ...Object.fromEntries(
    [301, 302, 303, 307, 308].flatMap((code) =>
      ['GET', 'POST', 'PUT', 'HEAD'].map((method) => [
        `${method} and ${code}`,
        async (fetch: Fetch, at: string) => {
          const body =
            method === 'GET' || method === 'HEAD'
              ? {}
              : { body: 'sent', headers: { 'Content-Type': 'a/b', 'X-Own': '1' } };
          const response = await fetch(`${at}/to?code=${code}&location=/echo`, { method, ...body });
          const asked = method === 'HEAD' ? null : await told(response);
          return [response.redirected, response.url.slice(at.length), response.status, asked];
        },
      ]),
    ),
  ),
  'redirect error': refused({ redirect: 'error' }, '/to?location=/echo'),
  'redirect error without a redirect': refused({ redirect: 'error' }),
  'redirect error and 304': refused({ redirect: 'error' }, '/status?code=304'),
  'redirect manual': async (fetch, at) => {
    const response = await fetch(`${at}/to?code=301&location=/echo`, { redirect: 'manual' });
    return [await seen(response), response.headers.get('location')];
  },
  'redirect manual without a redirect': answer('/text', { redirect: 'manual' }),
  '20 redirects': answer('/count?left=20'),
  '21 redirects': answer('/count?left=21'),
  'a redirect without Location': answer('/to?code=302'),
  'a redirect with an empty Location': answer('/to?code=302&location='),
  'a redirect to what is no URL': answer('/to?code=302&location=http://'),
  'a redirect to data:': answer('/to?code=302&location=data:,x'),
  'a redirect to another scheme': answer('/to?code=302&location=mailto:a@b'),
  'a redirect with a fragment': answer('/to?code=302&location=/text%23part'),
  'a redirect of a stream': async (fetch, at) =>
    (await fetch(`${at}/to?code=307&location=/echo`, { method: 'POST', body: stream('a'), duplex: 'half' })).status,
  'a redirect of a stream that becomes a GET': async (fetch, at) =>
    (await fetch(`${at}/to?code=303&location=/echo`, { method: 'POST', body: stream('a'), duplex: 'half' })).status,
  'a redirect of a Request with a text': async (fetch, at) =>
    await (await fetch(new Request(`${at}/to?code=307&location=/echo`, { method: 'POST', body: 'again' }))).json(),
  'Authorization to another origin': async (fetch, at, elsewhere) => {
    const headers = { Authorization: 'secret', Cookie: 'a=1' };
    return await (await fetch(`${at}/to?location=${elsewhere}/echo`, { headers })).json();
  },
  // Integrity.
  'integrity that holds': answer('/text', { integrity: digest('sha256', 'hello') }),
  'integrity that does not': answer('/text', { integrity: digest('sha256', 'other') }),
  'the strongest integrity counts': answer('/text', {
    integrity: `${digest('sha256', 'hello')} ${digest('sha512', 'other')}`,
  }),
  'one of several digests': answer('/text', { integrity: `${digest('sha384', 'other')} ${digest('sha384', 'hello')}` }),
  'integrity of nobody knows what': answer('/text', { integrity: 'md5-abc unknown' }),
  'integrity of a body in pieces': answer('/chunks', { integrity: digest('sha256', 'piece 0\npiece 1\npiece 2\n') }),
  // Failures.
  'a server that closes': answer('/drop'),
  'a server that writes garbage': answer('/garbage'),
  'a body that is cut': read('/cut', (response) => response.text()),
  'a body that is cut, by its stream': read('/cut', (response) => inPieces(response.body)),
  'a port that is none': async (fetch) => (await fetch('http://127.0.0.1:99999/')).status,
  // Aborts.
  'a signal that had aborted': refused({ signal: AbortSignal.abort(ABORTED) }),
  'a signal that had aborted, for no reason': refused({ signal: AbortSignal.abort() }),
  'a Request whose signal had aborted': async (fetch, at) =>
    (await fetch(new Request(`${at}/echo`, { signal: AbortSignal.abort(ABORTED) }))).status,
  'the signal of init over that of the Request': async (fetch, at) =>
    (await fetch(new Request(`${at}/echo`, { signal: AbortSignal.abort(ABORTED) }), { signal: null })).status,
  'an abort before the answer': async (fetch, at) => {
    const abort = new AbortController();
    setTimeout(() => abort.abort(ABORTED), 20);
    return (await fetch(`${at}/silent`, { signal: abort.signal })).status;
  },
  'an abort of a Request before the answer': async (fetch, at) => {
    const abort = new AbortController();
    setTimeout(() => abort.abort(ABORTED), 20);
    return (await fetch(new Request(`${at}/silent`, { signal: abort.signal }))).status;
  },
  'a timeout': async (fetch, at) => (await fetch(`${at}/silent`, { signal: AbortSignal.timeout(20) })).status,
  'an abort with what is no error': async (fetch, at) => (await fetch(at, { signal: AbortSignal.abort('why') })).status,
  'an abort while text is read': async (fetch, at) => {
    const abort = new AbortController();
    const response = await fetch(`${at}/endless`, { signal: abort.signal });
    setTimeout(() => abort.abort(ABORTED), 20);
    return await response.text();
  },
  'an abort while the stream is read': async (fetch, at) => {
    const abort = new AbortController();
    const response = await fetch(`${at}/endless`, { signal: abort.signal });
    const reader = response.body?.getReader();
    const first = await reader?.read();
    setTimeout(() => abort.abort(ABORTED), 20);
    return [Buffer.from(first?.value ?? []).toString(), await outcome(async () => await reader?.read())];
  },
  'an abort before the stream is read': async (fetch, at) => {
    const abort = new AbortController();
    const response = await fetch(`${at}/endless`, { signal: abort.signal });
    const reader = response.body?.getReader();
    abort.abort(ABORTED);
    return [await outcome(async () => await reader?.read()), await outcome(async () => await reader?.closed)];
  },
  'an abort after the text was read': async (fetch, at) => {
    const abort = new AbortController();
    const response = await fetch(`${at}/text`, { signal: abort.signal });
    const text = await response.text();
    abort.abort(ABORTED);
    return [text, response.bodyUsed];
  },
  'an abort while the body is sent': async (fetch, at) => {
    const abort = new AbortController();
    const body = new ReadableStream({
      async pull(controller) {
        await new Promise((resolve) => setTimeout(resolve, 5));
        if (!abort.signal.aborted) controller.enqueue(new Uint8Array(9));
      },
    });
    setTimeout(() => abort.abort(ABORTED), 20);
    return (await fetch(`${at}/echo`, { method: 'POST', body, duplex: 'half', signal: abort.signal })).status;
  },
  // What is in this process.
  'data:': async (fetch) => {
    const response = await fetch('data:text/plain;charset=utf-8;base64,aGVsbG8=');
    return [response.status, response.headers.get('content-type'), await response.text()];
  },
  'data: that is none': async (fetch) => (await fetch('data:nothing')).status,
  'blob:': async (fetch) => {
    const response = await fetch(URL.createObjectURL(new Blob(['of a blob'], { type: 'a/b' })));
    return [response.status, response.headers.get('content-type'), await response.text()];
  },
  'blob: that is none': async (fetch) => (await fetch('blob:nodedata:0')).status,
};

/** What the runtime's own does only since Node 24. */
const SINCE_24: Readonly<Record<string, Case>> = {
  'an abort before the text is read': async (fetch, at) => {
    const abort = new AbortController();
    const response = await fetch(`${at}/endless`, { signal: abort.signal });
    abort.abort(ABORTED);
    return [await outcome(() => response.text()), response.bodyUsed];
  },
  'an abort before the whole text is read': async (fetch, at) => {
    const abort = new AbortController();
    const response = await fetch(`${at}/text`, { signal: abort.signal });
    abort.abort(ABORTED);
    return await response.text();
  },
  'an abort before a clone is read': async (fetch, at) => {
    const abort = new AbortController();
    const response = await fetch(`${at}/endless`, { signal: abort.signal });
    const clone = response.clone();
    abort.abort(ABORTED);
    return [await outcome(() => response.text()), await outcome(() => clone.text())];
  },
};

/** What http.fetch does otherwise, and is meant to. */
const OTHERWISE: readonly (readonly [name: string, run: Case, own: unknown])[] = [
  [
    'patch is PATCH, which is what was meant',
    async (fetch, at) => (await told(await fetch(`${at}/echo`, { method: 'patch' }))).method,
    'PATCH',
  ],
  [
    'a form that is redirected keeps the boundary that parts it',
    async (fetch, at) => {
      const init = { method: 'POST', body: form() };
      return (await told(await fetch(`${at}/to?code=307&location=/echo`, init))).body.startsWith('BOUNDARY');
    },
    true,
  ],
  [
    'only header fields of a safelist go to another origin',
    async (fetch, at) => {
      const headers = { 'X-API-Key': 'secret' };
      return (await told(await fetch(`${at}/to?location=${elsewhere}/echo`, { headers }))).headers['x-api-key'] ?? null;
    },
    null,
  ],
  [
    'a form goes with no Content-Type that does not name its boundary',
    refused({ method: 'POST', body: form(), headers: { 'Content-Type': 'multipart/form-data' } }),
    'TypeError',
  ],
  ['a URL with a line break is refused', async (fetch, at) => (await fetch(`${at}/te\nxt`)).status, 'TypeError'],
  [
    'an error says what happened',
    async (fetch, at) => {
      const text = (error: unknown): string => (error instanceof Error ? error.message : '');
      const message = await fetch(`${at}/drop`, { method: 'POST' }).then(() => '', text);
      return message.includes(`${at}/drop`) && message.includes('the server closed the connection');
    },
    true,
  ],
];

for (const [name, run, expected] of OTHERWISE) {
  test(`fetch() does not as the runtime's own: ${name}`, async () => {
    assert.deepEqual(await outcome(() => run(http.fetch, origin, elsewhere)), expected);
    // Others mend this or that.
    if (major !== 24) return;
    const theirs = await outcome(() => run(runtimeFetch, origin, elsewhere));
    assert.notDeepEqual(theirs, expected, 'then it belongs into the other table');
  });
}

const major: number = Number.parseInt(process.versions.node, 10);

for (const [name, run] of Object.entries({ ...SAME, ...(major < 24 ? {} : SINCE_24) })) {
  test(`fetch() does as the runtime's own: ${name}`, async () => {
    const own = await outcome(() => run(http.fetch, origin, elsewhere));
    const theirs = await outcome(() => run(runtimeFetch, origin, elsewhere));
    assert.deepEqual(own, theirs);
  });
}
