import { MockServer, type MockServerOptions } from './mock-server.ts';

/** What a test gives to clean up by: the context of node:test and of tap; `{ after: onTestFinished }` for Vitest. */
export interface TestEnd {
  after(callback: () => Promise<void>): void;
}

/**
 * A mock server for one test: at its end it is closed, and the test fails if a route was not used or a request met none.
 *
 * @example
 * ```js
 * import assert from 'node:assert/strict';
 * import { test } from 'node:test';
 * import { mockFor } from 'urlpool-testing';
 *
 * await test('the name is asked for', async (t) => {
 *   const mock = mockFor(t);
 *   mock.get('https://api.example/name').reply({ json: 'Ada' });
 *   assert.equal((await mock.manager().request('GET', 'https://api.example/name')).json(), 'Ada');
 * });
 * ```
 *
 * @throws {TypeError} for what is no test, or an option that cannot be used.
 */
export function mockFor(test: TestEnd, options: MockServerOptions = {}): MockServer {
  if (typeof test?.after !== 'function') {
    throw new TypeError('Cannot mock for that: give the context of a test, or { after: onTestFinished }');
  }
  const mock = new MockServer(options);
  test.after(() => mock.close());
  return mock;
}
