// Events for the tests of the model, written short: what does not matter to a test has a value here.

import type { SeenError, SeenEvent, SeenOf } from '../../src/model/seen-event.ts';

export const ORIGIN = 'http://a.test:80';

export const REFUSED: SeenError = { name: 'ConnectError', code: 'ERR_CONNECTION_REFUSED', message: 'refused' };

export const TIMINGS: SeenOf<'call-end'>['timings'] = {
  queue: 0,
  dns: 0,
  connect: 0,
  proxy: 0,
  tls: 0,
  send: 0,
  wait: 0,
  receive: 0,
  total: 10,
  reused: false,
  connection: 1,
  addresses: [],
  attempt: 1,
};

/** The opening of a connection: a look-up of 2 ms, TCP of 3 ms, TLS of 5 ms. */
export function opening(connection: number, at: number, origin: string = ORIGIN): SeenEvent[] {
  const ids = { connection, origin };
  const address = '192.0.2.1:443';
  return [
    { type: 'dial-start', at, via: null, why: 'request', ...ids },
    { type: 'dns-start', at, ...ids, host: 'a.test' },
    { type: 'dns-end', at: at + 2, ...ids, addresses: ['192.0.2.1'], error: null },
    { type: 'connect-start', at: at + 2, ...ids, address },
    { type: 'connect-end', at: at + 5, ...ids, address, error: null },
    { type: 'tls-start', at: at + 5, ...ids, address },
    { type: 'tls-end', at: at + 10, ...ids, address, protocol: 'TLSv1.3', cipher: null, resumed: true, error: null },
    { type: 'dial-end', at: at + 10, ...ids, address, error: null },
  ];
}

export interface ExchangeOptions {
  readonly origin?: string;
  readonly status?: number;
  readonly attempt?: number;
  readonly served?: number;
  readonly error?: SeenError | null;
}

/** What an exchange tells from its connection's acquisition to its end, 4 ms later. */
export function exchange(call: number, connection: number, at: number, options: ExchangeOptions = {}): SeenEvent[] {
  const { origin = ORIGIN, status = 200, attempt = 1, served = 0, error = null } = options;
  const ids = { call, attempt, connection };
  const url = `http://a.test/${call}`;
  return [
    { type: 'acquired', at, ...ids, origin, reused: served > 0, idleFor: 0, served },
    { type: 'exchange-start', at, ...ids, peer: '192.0.2.1:443', method: 'GET', url, fields: ['Host', 'a.test'] },
    { type: 'send-start', at, ...ids },
    { type: 'send-end', at: at + 1, ...ids, bytes: 50, bodyBytes: 0, complete: true },
    { type: 'receive-start', at: at + 3, ...ids, status, reason: 'OK', version: '1.1', fields: ['Server', 'x'] },
    { type: 'receive-end', at: at + 4, ...ids, bytes: 10, complete: error === null },
    { type: 'exchange-end', at: at + 4, ...ids, bytesSent: 50, bytesReceived: 100, error },
  ];
}

/** A call with its only exchange between its start and its end. */
export function call(id: number, connection: number, at: number, options: ExchangeOptions = {}): SeenEvent[] {
  const { origin = ORIGIN, status = 200 } = options;
  return [
    { type: 'call-start', at, call: id, method: 'GET', url: `http://a.test/${id}` },
    { type: 'queue-start', at, call: id, attempt: 1, origin, queued: 1 },
    { type: 'queue-end', at, call: id, attempt: 1, origin, connection, queued: 0 },
    ...exchange(id, connection, at, options),
    { type: 'call-end', at: at + 4, call: id, status, error: null, timings: TIMINGS, attempts: [] },
  ];
}
