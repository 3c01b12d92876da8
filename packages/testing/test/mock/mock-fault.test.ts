import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RequestFault } from 'urlpool-testing';
import { failure, mocked, WAYS } from './mocked.ts';

const BODY = { body: 'x'.repeat(1000) };

// fault, and the code, phase and end of the message of what it is to the client
const CASES: readonly (readonly [RequestFault, string, string, RegExp])[] = [
  ['close', 'ERR_CONNECTION_CLOSED', 'head', /the server closed the connection before a response began,/],
  ['reset', 'ERR_CONNECTION_RESET', 'head', /the server reset the connection before a response began,/],
  ['malformed', 'ERR_PROTOCOL', 'head', /the server sent/],
  [
    'close-in-body',
    'ERR_CONNECTION_CLOSED',
    'body',
    /the server closed the connection 500 bytes before the end of the body,/,
  ],
  ['reset-in-body', 'ERR_CONNECTION_RESET', 'body', /the server reset the connection before the end of the body,/],
  ['hang', 'ERR_TIMEOUT', 'head', /Cannot read the response head of GET .* within 60 ms; option: timeout\.read$/],
  [
    'hang-in-body',
    'ERR_TIMEOUT',
    'body',
    /Cannot read the response body of GET .* within 60 ms; option: timeout\.read$/,
  ],
];

for (const way of WAYS) {
  for (const [fault, code, phase, message] of CASES) {
    test(`fault() ${fault} ${way}`, async (t) => {
      const { mock, http, origin } = await mocked(t, way, { timeout: { read: 60 } });
      mock.get('/').fault(fault, BODY);
      const error = await failure(http.request('GET', `${origin}/`));
      assert.deepEqual([error.code, error.phase], [code, phase]);
      assert.match(error.message, message);
      // The next one is served, on another connection.
      mock.get('/').reply(200);
      assert.equal((await http.request('GET', `${origin}/`)).status, 200);
      assert.deepEqual(
        mock.requests.map(({ connection }) => connection),
        [0, 1],
      );
      mock.assertDone();
    });
  }

  test(`fault() in a body ${way}: what came before it has come`, async (t) => {
    const { mock, http, origin } = await mocked(t, way);
    mock.get('/').fault('reset-in-body', { status: 206, ...BODY });
    const response = await http.stream('GET', `${origin}/`);
    assert.equal(response.status, 206);
    let bytes = 0;
    const error = await failure(
      (async () => {
        for await (const chunk of response) bytes += chunk.length;
      })(),
    );
    assert.deepEqual([error.code, bytes], ['ERR_CONNECTION_RESET', 500]);
  });
}
