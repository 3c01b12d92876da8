// The little of axios 1.21.1 that is measured: see undici.d.ts.

declare module 'axios' {
  interface Axios {
    create(options: {
      httpAgent: import('node:http').Agent;
      httpsAgent?: import('node:https').Agent;
      auth?: { username: string; password: string };
      headers?: Readonly<Record<string, string>>;
    }): Axios;
    get<T>(url: string, options: { responseType: 'arraybuffer' | 'stream' }): Promise<{ data: T }>;
    put(url: string, body: import('node:stream').Readable, options: { maxRedirects: 0 }): Promise<{ status: number }>;
  }
  const axios: Axios;
  export default axios;
}
