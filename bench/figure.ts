/** Everything that a turn can measure, in the order of the tables; those without a heading only explain the others. */
export const FIGURES = {
  cpu: { title: 'CPU per request', unit: 'µs', heading: 'cpu µs/req' },
  memory: { title: 'RSS per idle connection', unit: 'KB', heading: 'KB/connection' },
  heap: { title: 'live heap per idle connection', unit: 'KB', heading: 'of it live heap' },
  importTime: { title: 'time of import()', unit: 'ms', heading: 'import ms' },
  cpuRatio: { title: "CPU per request of many origins over one's", unit: '×', heading: 'many/one' },
  cpuOne: { title: 'CPU per request, one origin', unit: 'µs', heading: 'one µs/req' },
  cpuMany: { title: 'CPU per request, many origins', unit: 'µs', heading: 'many µs/req' },
  wait: { title: 'mean time from call to server', unit: 'ms', heading: 'mean ms' },
  waitMax: { title: 'longest time from call to server', unit: 'ms', heading: 'max ms' },
  errors: { title: 'errors', unit: '', heading: 'errors' },
  requestsPerSecond: { title: 'requests per second', unit: '1/s', heading: 'req/s' },
  p50: { title: 'p50 latency', unit: 'µs', heading: 'p50 µs' },
  p99: { title: 'p99 latency', unit: 'µs', heading: 'p99 µs' },
  peakRss: { title: 'peak RSS', unit: 'MB', heading: 'peak RSS MB' },
  requests: { title: 'requests', unit: '', heading: null },
  /** Of the handshakes that the server saw. */
  resumed: { title: 'handshakes resumed', unit: '%', heading: 'resumed %' },
  opened: { title: 'connections opened', unit: '', heading: null },
} as const;

export type Figure = keyof typeof FIGURES;

/** What one turn measured. */
export type Sample = { readonly [Name in Figure]?: number };

/** The figures' names in the order of the tables. */
export const FIGURE_NAMES: readonly Figure[] = Object.keys(FIGURES) as Figure[];
