// The little of http-cookie-agent 8.0.0 that is measured: see undici.d.ts.

declare module 'http-cookie-agent/http' {
  import type { AgentOptions } from 'node:http';
  import { Agent } from 'node:http';
  import type { CookieJar } from 'tough-cookie';

  export class HttpCookieAgent extends Agent {
    constructor(options: AgentOptions & { cookies: { jar: CookieJar } });
  }
}
