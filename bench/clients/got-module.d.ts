// The little of got 16.1.0 that is measured: see undici.d.ts.

declare module 'got' {
  interface Got {
    extend(
      options:
        | { agent: { http: import('node:http').Agent; https: import('node:https').Agent } }
        | {
            cookieJar: import('tough-cookie').CookieJar;
            username: string;
            password: string;
            headers: Readonly<Record<string, string>>;
          },
    ): Got;
    get(url: string, options: { responseType: 'buffer' }): Promise<{ body: Uint8Array }>;
    get(url: string, options: { responseType: 'json' }): Promise<{ body: unknown }>;
    put(url: string, options: { body: AsyncGenerator<Buffer, void, void> | FormData }): Promise<{ statusCode: number }>;
    stream(url: string): AsyncIterable<Uint8Array>;
  }
  const got: Got;
  export default got;
}
