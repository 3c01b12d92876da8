import type { TestContext } from 'node:test';
import { PoolManager, type PoolManagerOptions, type ProxyOption, type TraceEvent } from 'urlpool';
import {
  type ReceivedRequest,
  type ResponseChoices,
  ScriptedServer,
  TestProxy,
  type TestProxyOptions,
} from 'urlpool-testing';
import { localCertificate, testAuthority } from '../connection/served-pool.ts';

/** What a test gets. */
export interface Setup {
  readonly proxy?: TestProxyOptions;
  readonly manager?: PoolManagerOptions;
  readonly reply?: (request: ReceivedRequest) => ResponseChoices;
  /** The option, where it is more than the proxy's URL. */
  readonly option?: (proxy: TestProxy) => ProxyOption;
}

export interface Served {
  readonly proxy: TestProxy;
  readonly plain: ScriptedServer;
  readonly secure: ScriptedServer;
  readonly http: PoolManager;
  readonly events: readonly TraceEvent[];
}

/** A manager whose requests go through a proxy, to a plain server and one with TLS. */
export async function served(
  t: TestContext,
  { proxy: proxyOptions, manager, reply, option }: Setup = {},
): Promise<Served> {
  const proxy = await TestProxy.start(proxyOptions);
  const serve = async (tls: boolean): Promise<ScriptedServer> =>
    await ScriptedServer.start(tls ? { tls: await localCertificate() } : {}, async (connection) => {
      for (;;) {
        const request = await connection.request();
        await connection.respond({ body: request.target, ...reply?.(request) });
      }
    });
  const [plain, secure] = [await serve(false), await serve(true)];
  const events: TraceEvent[] = [];
  const http = new PoolManager({
    ca: (await testAuthority()).certificate,
    retries: false,
    onEvent: (event) => events.push(event),
    proxy: option === undefined ? proxy.url : option(proxy),
    ...manager,
  });
  t.after(async () => {
    await http.close({ timeout: 0 });
    await Promise.all([proxy.close(), plain.close(), secure.close()]);
  });
  return { proxy, plain, secure, http, events };
}
