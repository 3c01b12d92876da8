// The layers of packages/urlpool/src, from the top down, and what else holds between its folders. A folder imports only
// folders below it, types included. This file is the list; check-layers.ts reads the code and layer-violations.ts
// compares.

/** Folders of `src`, top first. `index.ts` stands above them all. */
export const LAYERS: readonly string[] = [
  'index.ts',
  'session',
  'manager',
  'fetch',
  'record',
  'call',
  'pool',
  'connection',
  'transport',
  'route',
  'http1',
  'response',
  'request',
  'policy',
  'message',
  'trace',
  'errors',
  'util',
];

/** Modules that only these folders may import: any other of Node's may be imported anywhere, no other package at all. */
export const ONLY_IN: Readonly<Record<string, readonly string[]>> = {
  'node:net': ['transport'],
  'node:tls': ['transport'],
  'node:dns': ['transport'],
  'tough-cookie': ['session'],
};

/** Folders that may import of Node's modules only these. */
export const ONLY_THESE: Readonly<Record<string, readonly string[]>> = {
  http1: ['node:buffer'],
};

/** What only one file may call. */
export const ONLY_CALLED_IN: readonly { readonly call: RegExp; readonly file: string; readonly what: string }[] = [
  {
    call: /\b(?:Date\.now|performance\.now|process\.hrtime|setTimeout|setInterval|setImmediate)\b/,
    file: 'util/clock.ts',
    what: 'time and timers',
  },
  { call: /\bMath\.random\b/, file: 'util/random.ts', what: 'randomness that is not injected' },
];
