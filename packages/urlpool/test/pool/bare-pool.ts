// A pool without calls: waiters of the test's own ask it for connections.

import type { TestContext } from 'node:test';
import type { HTTPError, PoolOptions } from 'urlpool';
import { ScriptedServer } from 'urlpool-testing';
import type { Connection } from '../../src/connection/connection.ts';
import { singleClient } from '../../src/manager/pool-for.ts';
import { poolSettings } from '../../src/manager/pool-options.ts';
import { parseHost } from '../../src/message/origin.ts';
import type { OriginPool } from '../../src/pool/origin-pool.ts';
import type { Waiter } from '../../src/pool/waiter.ts';

/** A waiter that remembers what it got. */
export class Asking implements Waiter {
  previous: Waiter | null = null;
  next: Waiter | null = null;
  list: object | null = null;
  queuedAt = 0;
  readonly call = 0;
  readonly attempt = 1;
  readonly trace = null;
  readonly connectTimeout = null;
  readonly isDone = false;
  readonly wantsExchange = true;
  readonly hasPoolTimeout = false;
  readonly notKeptBefore: number | null;
  connection: Connection | null = null;
  error: HTTPError | null = null;
  /** Resolves when it has a connection, or will get none. */
  readonly over: Promise<void>;
  #end: () => void = () => {};

  /** @param notKeptBefore That of a replay; null for any other attempt. */
  constructor(notKeptBefore: number | null = null) {
    this.notKeptBefore = notKeptBefore;
    this.over = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  onConnection(connection: Connection): boolean {
    this.connection = connection;
    this.#end();
    return true;
  }

  onRefused(error: HTTPError): void {
    this.error = error;
    this.#end();
  }

  /** Gives the connection back without having used it. */
  giveBack(): void {
    this.connection?.unreserve();
    this.connection?.onChange?.(this.connection);
  }
}

/** A pool to a server that says nothing; both are closed after the test. */
export async function barePool(t: TestContext, options: PoolOptions = {}): Promise<OriginPool> {
  const server = await ScriptedServer.start({}, () => {});
  const { pool } = singleClient(parseHost('http', '127.0.0.1', server.port), poolSettings(options));
  t.after(async () => {
    pool.close();
    await server.close();
  });
  return pool;
}

/** Asks for a connection, and waits for it. */
export async function ask(pool: OriginPool): Promise<Asking> {
  const asking = new Asking();
  pool.acquire(asking);
  await asking.over;
  return asking;
}
