// A pool with the scripted server it talks to: both are closed when the test is over, whatever became of it.

import type { TestContext } from 'node:test';
import { HTTPConnectionPool, type HTTPConnectionPoolOptions, HTTPSConnectionPool, type TraceEvent } from 'urlpool';
import {
  type CertificateAuthority,
  createCertificateAuthority,
  type Script,
  type ScriptedConnection,
  ScriptedServer,
  type ServerTls,
} from 'urlpool-testing';

export interface ServedPool {
  readonly pool: HTTPConnectionPool;
  readonly server: ScriptedServer;
  /** Everything the pool has told so far. */
  readonly events: readonly TraceEvent[];
  /** The first event of a type, once it has come; `after` leaves out that many earlier ones. */
  told<Type extends TraceEvent['type']>(type: Type, after?: number): Promise<Extract<TraceEvent, { type: Type }>>;
}

export interface ServedPoolOptions extends HTTPConnectionPoolOptions {
  /** Serve TLS, with a certificate that the pool trusts unless its own `ca` says otherwise. */
  readonly tls?: ServerTls;
  /** The host that the pool is made for. @default '127.0.0.1', or 'localhost' with TLS */
  readonly host?: string;
}

let authority: Promise<CertificateAuthority> | null = null;

/** One authority for a test file: making one takes longer than most tests. */
export function testAuthority(): Promise<CertificateAuthority> {
  authority ??= createCertificateAuthority();
  return authority;
}

/** A certificate of the test file's authority for `localhost` and the loopback addresses. */
export async function localCertificate(): Promise<ServerTls> {
  return await (await testAuthority()).issue();
}

/** A script that answers every request with its own target. */
export async function echo(connection: ScriptedConnection): Promise<void> {
  for (;;) {
    const { target } = await connection.request();
    await connection.respond({ body: target });
  }
}

export async function servedPool(
  t: TestContext,
  script: Script | readonly Script[],
  options: ServedPoolOptions = {},
): Promise<ServedPool> {
  const { tls, host = tls === undefined ? '127.0.0.1' : 'localhost', ...poolOptions } = options;
  const server = await ScriptedServer.start(tls === undefined ? {} : { tls }, script);
  const events: TraceEvent[] = [];
  const listeners = new Set<() => void>();
  const settings: HTTPConnectionPoolOptions = {
    port: server.port,
    retries: false,
    onEvent: (event) => {
      events.push(event);
      for (const listener of listeners) listener();
    },
    ...(tls === undefined ? {} : { ca: tls.ca }),
    ...poolOptions,
  };
  const pool = tls === undefined ? new HTTPConnectionPool(host, settings) : new HTTPSConnectionPool(host, settings);
  t.after(async () => {
    const awake = setTimeout(() => {}, 5_000); // neither the pool nor its timers keep the loop turning
    const quiet = pool.close({ timeout: 1 });
    await server.close();
    await quiet;
    clearTimeout(awake);
  });

  const told: ServedPool['told'] = (type, after = 0) =>
    new Promise((resolve) => {
      const look = (): void => {
        const found = events.filter(
          (event): event is Extract<TraceEvent, { type: typeof type }> => event.type === type,
        );
        const event = found[after];
        if (event === undefined) return;
        listeners.delete(look);
        resolve(event);
      };
      listeners.add(look);
      look();
    });
  return { pool, server, events, told };
}

/** Waits, turn by turn of the event loop, for a condition that no event tells of; not for ever. */
export async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`Waited 10 s in vain for ${condition}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** A promise and the function that resolves it. */
export function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}
