// A manager that is traced, and a scripted server for it: both are closed when the test is over.

import type { TestContext } from 'node:test';
import { PoolManager, type PoolManagerOptions } from 'urlpool';
import type { OpenTelemetryOptions } from 'urlpool-opentelemetry';
import { type Script, type ScriptedConnection, ScriptedServer, type ServerTls } from 'urlpool-testing';
import { type Traced, traced } from './traced.ts';

export interface Served extends Traced {
  readonly http: PoolManager;
  readonly server: ScriptedServer;
  /** Where the server is, without a slash at the end. */
  readonly origin: string;
}

export interface ServedOptions extends PoolManagerOptions {
  readonly telemetry?: OpenTelemetryOptions;
  readonly tls?: ServerTls;
}

export async function served(
  t: TestContext,
  script: Script | readonly Script[],
  options: ServedOptions = {},
): Promise<Served> {
  const { telemetry = {}, tls, ...rest } = options;
  const server = await ScriptedServer.start(tls === undefined ? {} : { tls }, script);
  const all = traced(t, telemetry);
  const http = new PoolManager({ ...(tls === undefined ? {} : { ca: tls.ca }), ...all.hooks, ...rest });
  t.after(async () => {
    const awake = setTimeout(() => {}, 5_000); // neither the pool nor its timers keep the loop turning
    const quiet = http.close({ timeout: 1 });
    await server.close();
    await quiet;
    clearTimeout(awake);
  });
  return { ...all, http, server, origin: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${server.port}` };
}

/** Answers by target: `/404` with that status, `/to/x` with a redirect to `/x`, all else with itself as the body. */
export async function site(connection: ScriptedConnection): Promise<void> {
  for (;;) {
    const { target } = await connection.request();
    const status = /^\/(\d{3})$/.exec(target)?.[1];
    if (target.startsWith('/to/')) {
      await connection.write(`HTTP/1.1 302 Found\r\nLocation: ${target.slice(3)}\r\nContent-Length: 0\r\n\r\n`);
    } else if (status !== undefined) {
      await connection.write(`HTTP/1.1 ${status} Status\r\nContent-Length: 0\r\n\r\n`);
    } else {
      await connection.respond({ body: target });
    }
  }
}

/** Serves one request, and closes at the next one without a word. */
export async function dying(connection: ScriptedConnection): Promise<void> {
  await connection.request();
  await connection.respond();
  await connection.request();
  connection.end();
}

/** The traceparent of each request that the server had. */
export function traceparents(server: ScriptedServer): (string | undefined)[] {
  return server.requests.map(({ raw }) => /^traceparent: (.*)$/im.exec(raw.toString('latin1'))?.[1]?.trim());
}
