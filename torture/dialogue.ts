// The canonical dialogues: what a client asks on one connection, byte for byte what the server answers, and what must
// come of it. Everything the byte-cut harness does, it does to these.

/** One request of a dialogue and its response. */
export interface Turn {
  readonly method: string;
  /** What the client sends as a body: bytes (Content-Length), or a list of chunks (chunked). */
  readonly body?: string | readonly string[];
  /** The response on the wire, latin1. */
  readonly response: string;
  readonly status: number;
  readonly data: string;
  readonly trailers?: Readonly<Record<string, string>>;
  /** Only the close of the connection ends the body: what came before a FIN is a whole body. */
  readonly untilClose?: boolean;
}

export interface Dialogue {
  readonly name: string;
  readonly tls?: boolean;
  /** Too long to be cut everywhere: at most at one position in this many. */
  readonly stride?: number;
  readonly turns: readonly Turn[];
}

const HELLO: Turn = {
  method: 'GET',
  response: 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello',
  status: 200,
  data: 'hello',
};
const CHUNKED: Turn = {
  method: 'GET',
  response:
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: Sum\r\n\r\n' +
    '5;a="b"\r\nhello\r\n10\r\n, chunked world!\r\n0\r\nSum: 15\r\n\r\n',
  status: 200,
  data: 'hello, chunked world!',
  trailers: { sum: '15' },
};

export const DIALOGUES: readonly Dialogue[] = [
  { name: 'length', turns: [HELLO] },
  { name: 'chunked with trailers', turns: [CHUNKED] },
  {
    name: 'until close',
    turns: [
      {
        method: 'GET',
        response: 'HTTP/1.1 200 OK\r\nA: b\r\n\r\nto the end',
        status: 200,
        data: 'to the end',
        untilClose: true,
      },
    ],
  },
  {
    name: 'interim',
    turns: [{ ...HELLO, response: `HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${HELLO.response}` }],
  },
  {
    name: 'HEAD',
    turns: [{ method: 'HEAD', response: 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n', status: 200, data: '' }],
  },
  { name: '204', turns: [{ method: 'DELETE', response: 'HTTP/1.1 204 No Content\r\n\r\n', status: 204, data: '' }] },
  {
    name: 'upload of known length',
    turns: [
      {
        method: 'POST',
        body: 'name=value',
        response: 'HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nok',
        status: 201,
        data: 'ok',
      },
    ],
  },
  {
    name: 'chunked upload',
    turns: [
      {
        method: 'PUT',
        body: ['first ', 'second'],
        response: 'HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nok',
        status: 201,
        data: 'ok',
      },
    ],
  },
  { name: 'two requests on one connection', turns: [CHUNKED, HELLO] },
  { name: 'TLS', tls: true, turns: [HELLO, CHUNKED] },
  {
    name: 'large upload of known length',
    stride: 40_009,
    turns: [{ ...HELLO, method: 'POST', body: 'u'.repeat(600_000) }],
  },
  {
    name: 'large chunked upload over TLS',
    tls: true,
    stride: 40_009,
    turns: [{ ...HELLO, method: 'POST', body: Array.from({ length: 10 }, () => 'v'.repeat(60_000)) }],
  },
  {
    name: 'large response',
    stride: 40_009,
    turns: [
      {
        method: 'GET',
        response: `HTTP/1.1 200 OK\r\nContent-Length: 600000\r\n\r\n${'w'.repeat(600_000)}`,
        status: 200,
        data: 'w'.repeat(600_000),
      },
    ],
  },
];
