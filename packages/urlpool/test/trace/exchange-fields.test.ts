import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BodyInput, TraceEvent } from 'urlpool';
import { mockFor } from 'urlpool-testing';

async function* pieces(): AsyncGenerator<string> {
  yield 'ab';
}

// what is sent, method, body, the field that frames it
const CASES: readonly (readonly [string, string, BodyInput | undefined, readonly string[]])[] = [
  ['no body', 'GET', undefined, []],
  ['no body where one is expected', 'POST', undefined, ['Content-Length', '0']],
  ['text', 'POST', 'abc', ['Content-Length', '3']],
  ['a stream', 'POST', pieces, ['Transfer-Encoding', 'chunked']],
];

for (const [what, method, body, framing] of CASES) {
  test(`exchange-start has the field that frames ${what}`, async (t) => {
    const mock = mockFor(t);
    mock.route(method, 'http://h/a').reply(200);
    const events: TraceEvent[] = [];
    const http = mock.manager({ onEvent: (event) => events.push(event) });
    await http.request(method, 'http://h/a', {
      headers: { Authorization: 'Bearer x' },
      ...(body === undefined ? {} : { body }),
    });
    const start = events.find((event) => event.type === 'exchange-start');
    const fields = start?.fields ?? [];
    assert.deepEqual(fields.slice(fields.length - framing.length), framing);
    assert.equal(fields[fields.indexOf('Authorization') + 1], 'REDACTED');
    assert.equal(
      fields.filter((name) => /^(?:content-length|transfer-encoding)$/i.test(name)).length,
      framing.length / 2,
    );
  });
}
