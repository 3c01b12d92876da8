// A trace of any size, made up: requests on kept connections, one after the other on each, with what can happen to them.
// The same numbers give the same trace.

import type { SeenEvent } from '../../src/model/seen-event.ts';

export interface SyntheticTrace {
  readonly requests: number;
  readonly connections: number;
  readonly origins: number;
}

/** Its events, by their time. */
export function syntheticTrace({ requests, connections, origins }: SyntheticTrace): SeenEvent[] {
  const events: SeenEvent[] = [];
  let seed = 42;
  const random = (): number => {
    seed = (seed * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return seed / 4_294_967_296;
  };
  const free = new Float64Array(connections);
  const isOpen = new Uint8Array(connections);
  const served = new Uint32Array(connections);
  /** How many connections each place has had. */
  const generations = new Uint32Array(connections);
  const none = { dns: 0, connect: 0, proxy: 0, tls: 0 };
  for (let call = 1; call <= requests; call++) {
    const place = call <= connections ? call - 1 : Math.floor(random() * connections);
    const connection = (generations[place] ?? 0) * connections + place + 1;
    const origin = `https://host-${(place % origins) + 1}.example`;
    const url = `${origin}/item/${call}?page=${call % 7}`;
    const opens = isOpen[place] === 0;
    let at = (free[place] ?? 0) + 1 + random() * 30;
    const begun = at;
    events.push({ type: 'call-start', at, call, method: 'GET', url });
    events.push({ type: 'queue-start', at, call, attempt: 1, origin, queued: 1 });
    if (opens) {
      isOpen[place] = 1;
      const address = `192.0.2.${(place % 250) + 1}:443`;
      events.push({ type: 'dial-start', at, connection, origin, via: null, why: 'request' });
      events.push({ type: 'dns-start', at, connection, origin, host: 'host.example' });
      at += 1 + random() * 2;
      events.push({ type: 'dns-end', at, connection, origin, addresses: [address], error: null });
      events.push({ type: 'connect-start', at, connection, origin, address });
      at += 4 + random() * 4;
      events.push({ type: 'connect-end', at, connection, origin, address, error: null });
      events.push({ type: 'tls-start', at, connection, origin, address });
      at += 8 + random() * 8;
      events.push({
        type: 'tls-end',
        at,
        connection,
        origin,
        address,
        protocol: 'TLSv1.3',
        cipher: 'TLS_AES_256_GCM_SHA384',
        resumed: place % 3 === 1,
        error: null,
      });
      events.push({ type: 'dial-end', at, connection, origin, address, error: null });
    }
    events.push({ type: 'queue-end', at, call, attempt: 1, origin, connection, queued: 0 });
    const before = served[place] ?? 0;
    events.push({
      type: 'acquired',
      at,
      call,
      attempt: 1,
      connection,
      origin,
      reused: !opens,
      idleFor: 1,
      served: before,
    });
    const peer = '192.0.2.1:443';
    const fields = ['host', 'host.example', 'accept', '*/*', 'authorization', 'REDACTED'];
    events.push({ type: 'exchange-start', at, call, attempt: 1, connection, peer, method: 'GET', url, fields });
    const sent = at + 0.2 + random();
    const head = sent + 3 + random() * 20;
    const end = head + 1 + random() * 6;
    const isBroken = call % 97 === 0;
    const status = call % 41 === 0 ? 503 : call % 29 === 0 ? 404 : 200;
    const error = { name: 'ConnectionError', code: 'ERR_CONNECTION_RESET', message: 'the server reset the connection' };
    events.push({ type: 'send-end', at: sent, call, attempt: 1, connection, bytes: 120, bodyBytes: 0, complete: true });
    if (!isBroken) {
      const answer = ['content-type', 'text/plain', 'content-length', '1234'];
      events.push({
        type: 'receive-start',
        at: head,
        call,
        attempt: 1,
        connection,
        status,
        reason: status === 200 ? 'OK' : '',
        version: '1.1',
        fields: answer,
      });
    }
    events.push({
      type: 'exchange-end',
      at: end,
      call,
      attempt: 1,
      connection,
      bytesSent: 120,
      bytesReceived: isBroken ? 0 : 1400,
      error: isBroken ? error : null,
    });
    const total = end - begun;
    const timings = {
      ...none,
      queue: 0,
      send: sent - at,
      wait: head - sent,
      receive: end - head,
      total,
      reused: !opens,
      connection,
      addresses: [],
      attempt: 1,
    };
    events.push({
      type: 'call-end',
      at: end,
      call,
      status: isBroken ? null : status,
      error: isBroken ? error : null,
      timings,
      attempts: [],
    });
    free[place] = end;
    served[place] = before + 1;
    if (!isBroken) continue;
    events.push({
      type: 'connection-closed',
      at: end,
      connection,
      origin,
      reason: 'server-reset',
      served: before + 1,
      age: 100,
    });
    isOpen[place] = 0;
    served[place] = 0;
    generations[place] = (generations[place] ?? 0) + 1;
  }
  return events.toSorted((a, b) => a.at - b.at);
}
