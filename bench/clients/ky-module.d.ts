// The little of ky 2.1.0 that is measured: see undici.d.ts.

declare module 'ky' {
  function ky(
    url: string,
    options: { method?: 'PUT'; body?: AsyncIterable<Uint8Array>; duplex?: 'half' },
  ): Promise<{
    status: number;
    body: AsyncIterable<Uint8Array> | null;
    arrayBuffer(): Promise<ArrayBuffer>;
  }>;
  export default ky;
}
