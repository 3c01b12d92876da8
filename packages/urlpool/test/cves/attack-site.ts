// What the cases of advisories share: servers that do what an attacker's did, and managers that meet them. All are closed
// when the test is over, whatever became of it.

import type { TestContext } from 'node:test';
import { PoolManager, type PoolManagerOptions, Session, type SessionOptions } from 'urlpool';
import { type ReceivedRequest, type Script, ScriptedServer, type ScriptedServerOptions } from 'urlpool-testing';

/** A server with one script for every connection; what its peers break off is no failure of the test. */
export async function attackSite(
  t: TestContext,
  script: Script | readonly Script[],
  options: ScriptedServerOptions = {},
): Promise<ScriptedServer> {
  const server = await ScriptedServer.start({ strict: false, ...options }, script);
  t.after(() => server.close());
  return server;
}

/** Every name is this machine. */
const everyName: NonNullable<PoolManagerOptions['lookup']> = (_name, _options, answer) =>
  answer(null, [{ address: '127.0.0.1', family: 4 }]);

/** A manager to which every name is this machine. */
export function victim(t: TestContext, options: PoolManagerOptions = {}): PoolManager {
  const http = new PoolManager({ lookup: everyName, ...options });
  t.after(() => http.close({ timeout: 0 }));
  return http;
}

/** A session to which every name is this machine. */
export function victimSession(t: TestContext, options: SessionOptions = {}): Session {
  const session = new Session({ lookup: everyName, ...options });
  t.after(() => session.close({ timeout: 0 }));
  return session;
}

/** Answers `/307?URL` with that status and Location, and anything else with its target. */
export const redirector: Script = async (connection) => {
  for (;;) {
    const { target } = await connection.request();
    const [, status, location = ''] = /^\/(3\d\d)\?(.*)$/.exec(target) ?? [];
    if (status === undefined) await connection.respond({ body: target });
    else await connection.respond({ status: Number(status), headers: { Location: decodeURIComponent(location) } });
  }
};

/** The path that makes `redirector` lead to a URL. */
export function leadingTo(url: string, status = 302): string {
  return `/${status}?${encodeURIComponent(url)}`;
}

/** Sends the same bytes for every request, however long, and closes. */
export function answering(bytes: string | Uint8Array): Script {
  return async (connection) => {
    await connection.request();
    await connection.write(bytes);
    connection.end();
  };
}

/** Sends the same bytes for every request, and keeps the connection. */
export function keeping(bytes: string | Uint8Array): Script {
  return async (connection) => {
    for (;;) {
      await connection.request();
      await connection.write(bytes);
    }
  };
}

/** All bytes of the requests that a server was sent. */
export function bytesOf(requests: readonly ReceivedRequest[]): string {
  return requests.map(({ raw }) => raw.toString('latin1')).join('');
}
