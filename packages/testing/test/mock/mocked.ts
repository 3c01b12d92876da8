import type { TestContext } from 'node:test';
import { HTTPError, PoolManager, type PoolManagerOptions } from 'urlpool';
import { MockServer, type MockServerOptions } from 'urlpool-testing';

/** Both ways in which a mock is reached: what follows is true of each. */
export const WAYS = ['in process', 'over a socket', 'over TLS'] as const;

export interface Mocked {
  readonly mock: MockServer;
  readonly http: PoolManager;
  /** Where the routes are. */
  readonly origin: string;
}

/** A mock and a manager that reaches it. */
export async function mocked(
  t: TestContext,
  way: (typeof WAYS)[number],
  options: PoolManagerOptions = {},
  mockOptions: MockServerOptions = {},
): Promise<Mocked> {
  const mock = new MockServer({ strict: false, ...mockOptions });
  if (way === 'in process') {
    t.after(() => mock.close());
    return { mock, http: mock.manager({ retries: false, ...options }), origin: 'https://api.example' };
  }
  const { origin, ca } = await mock.listen({ tls: way === 'over TLS' });
  const http = new PoolManager({ retries: false, ...(ca === null ? {} : { ca }), ...options });
  t.after(async () => {
    await http.close({ timeout: 0 });
    await mock.close();
  });
  return { mock, http, origin };
}

/** The error that a call fails with. */
export async function failure(call: Promise<unknown>): Promise<HTTPError> {
  const error: unknown = await call.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof HTTPError) return error;
  throw new Error(`No HTTPError, but ${String(error)}`);
}
