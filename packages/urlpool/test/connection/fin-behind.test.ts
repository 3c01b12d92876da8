// A server that says it keeps the connection and closes it all the same, right behind its response: the FIN is there, or
// on its way, when the next request is made. What can be sent again is written at once and sent again on a new connection.
// What cannot waits for a whole poll phase, in which the FIN is seen, and goes to a new connection in the first place.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { RequestOptions } from 'urlpool';
import type { ScriptedConnection } from 'urlpool-testing';
import { localCertificate, servedPool } from './served-pool.ts';

const REQUESTS = 30;

/** Answers one request, and sends FIN behind the answer, before the event loop turns. */
async function answerAndLeave(connection: ScriptedConnection): Promise<void> {
  const { target, body } = await connection.request();
  const text = `${target} ${body.toString()}`;
  const head = `HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: ${text.length}\r\n\r\n`;
  void connection.write(head + text);
  connection.end();
}

/** A pool of a server that leaves after every response, and one request after the other to it. */
async function leavingServer(t: TestContext, secure: boolean) {
  const options = secure ? { tls: await localCertificate() } : {};
  const served = await servedPool(t, answerAndLeave, { ...options, retries: false });
  const ask = async (method: string, request: () => RequestOptions): Promise<string[]> => {
    const answers: string[] = [];
    for (let i = 0; i < REQUESTS; i++) {
      const response = await served.pool.request(method, `/${i}`, request());
      answers.push(response.text());
    }
    return answers;
  };
  return { ...served, ask };
}

const numbers = Array.from({ length: REQUESTS }, (_, i) => i);

// name, method, options of each request, body as the server gets it
const KINDS: readonly (readonly [string, string, () => RequestOptions, string])[] = [
  ['GETs', 'GET', () => ({}), ''],
  ['PUTs', 'PUT', () => ({ body: 'some' }), 'some'],
  ['POSTs', 'POST', () => ({ body: 'some' }), 'some'],
  ['POSTs without a body', 'POST', () => ({}), ''],
  ['POSTs of a body that can be sent once', 'POST', () => ({ body: ['so', 'me'].values() }), 'some'],
  ['PUTs of a body that can be sent once', 'PUT', () => ({ body: ['so', 'me'].values() }), 'some'],
  ['GETs that are never sent twice', 'GET', () => ({ replay: 'unsent' }), ''],
];

for (const secure of [false, true]) {
  const over = secure ? 'TLS' : 'TCP';

  for (const [name, method, request, body] of KINDS) {
    test(`request() of ${REQUESTS} ${name} succeeds where FIN comes behind every response, over ${over}`, async (t) => {
      const { ask } = await leavingServer(t, secure);
      assert.deepEqual(
        await ask(method, request),
        numbers.map((i) => `/${i} ${body}`),
      );
    });

    test(`request() of ${REQUESTS} ${name} uses a connection for each where FIN comes behind, over ${over}`, async (t) => {
      const { pool, server, ask } = await leavingServer(t, secure);
      await ask(method, request);
      assert.deepEqual(
        server.requests.map(({ connection, exchange, target }) => [connection, exchange, target]),
        numbers.map((i) => [i, 0, `/${i}`]),
      );
      assert.deepEqual([server.connections.length, pool.numConnections], [REQUESTS, REQUESTS]);
    });
  }

  test(`request() writes no POST to a connection behind whose response FIN came, over ${over}`, async (t) => {
    const { server, ask } = await leavingServer(t, secure);
    await ask('POST', () => ({ body: 'some' }));
    const ends = await Promise.all(server.connections.map(({ closed }) => closed));
    assert.deepEqual(
      ends.map(({ bytesRead }) => bytesRead),
      server.requests.map(({ raw }) => raw.length),
    );
  });
}

test('request() of all methods in turn succeeds where FIN comes behind every response', async (t) => {
  const { pool } = await servedPool(t, answerAndLeave, { retries: false });
  const answers: string[] = [];
  for (const i of numbers) {
    const method = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'][i % 5] ?? 'GET';
    answers.push((await pool.request(method, `/${i}`)).text());
  }
  assert.deepEqual(
    answers,
    numbers.map((i) => `/${i} `),
  );
});
