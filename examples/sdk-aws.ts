// The AWS SDK over a PoolManager, by a request handler of a few lines. What it signs is sent as it is: no header field is
// added that it has, redirects are its own, and so are retries.

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { type BodyInput, PoolManager } from 'urlpool';

/** A request of the SDK's. */
interface SDKRequest {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number | undefined;
  readonly path: string;
  readonly query: Readonly<Record<string, string | string[] | null>>;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: BodyInput | undefined;
}

interface SDKOptions {
  readonly abortSignal?: object | undefined;
  readonly requestTimeout?: number | undefined;
}

/** What the SDK sends its requests by. */
class PoolHandler {
  readonly metadata = { handlerProtocol: 'http/1.1' };
  readonly #http: PoolManager;

  constructor(http: PoolManager) {
    this.#http = http;
  }

  async handle(request: SDKRequest, options: SDKOptions = {}) {
    const { protocol, hostname, port, path, query, method, headers, body } = request;
    const url = new URL(`${protocol}//${hostname}${port === undefined ? '' : `:${port}`}${path}`);
    for (const [name, value] of Object.entries(query)) {
      for (const one of value === null ? [''] : [value].flat()) url.searchParams.append(name, one);
    }
    const { host: _, ...own } = headers;
    const response = await this.#http.stream(method, url, {
      headers: own,
      redirect: false,
      retries: 0,
      ...(body === undefined ? {} : { body }),
      ...(options.abortSignal === undefined ? {} : { signal: options.abortSignal as AbortSignal }),
      ...(options.requestTimeout === undefined ? {} : { timeout: { total: options.requestTimeout } }),
    });
    const { status, reason } = response;
    const fields = Object.fromEntries([...response.headers].map(([name, value]) => [name.toLowerCase(), value]));
    return { response: { statusCode: status, reason, headers: fields, body: response.readable() } };
  }

  destroy(): void {}
  updateHttpClientConfig(): void {}
  httpHandlerConfigs(): object {
    return {};
  }
}

let seen = '';
const server = createServer(async (request, response) => {
  for await (const piece of request) seen += piece;
  const isSigned = request.headers.authorization?.startsWith('AWS4-HMAC-SHA256') === true;
  console.log(request.method, request.headers['x-amz-target'], isSigned ? 'signed' : 'not signed', seen);
  response.setHeader('Content-Type', 'application/x-amz-json-1.0');
  response.end(JSON.stringify({ QueueUrls: ['http://localhost/1/first', 'http://localhost/1/second'] }));
});
await once(server.listen(0, '127.0.0.1'), 'listening');
const { port } = server.address() as AddressInfo;

const http = new PoolManager();
const client = new SQSClient({
  region: 'eu-central-1',
  endpoint: `http://127.0.0.1:${port}`,
  credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'none' },
  requestHandler: new PoolHandler(http),
});

console.log((await client.send(new ListQueuesCommand({ MaxResults: 2 }))).QueueUrls);

await http.close();
server.close();
