// The pool of an origin, or of a proxy that forwards the requests of many: where its connections lead, and how they are
// opened.

import type { Router } from '../call/router.ts';
import { LineMemo } from '../http1/line-memo.ts';
import { namedSocket, type Origin, originText } from '../message/origin.ts';
import { OriginPool } from '../pool/origin-pool.ts';
import type { PoolWatch } from '../pool/pool-surroundings.ts';
import { HttpConnect } from '../route/http-connect.ts';
import type { ProxyServer } from '../route/proxy-server.ts';
import { Socks4, Socks5 } from '../route/socks.ts';
import type { TunnelEnd, TunnelTalk } from '../route/tunnel-talk.ts';
import { NO_NAMES } from '../transport/no-names.ts';
import { USUAL_SOCKET } from '../transport/socket-options.ts';
import { TLSSettings } from '../transport/tls-settings.ts';
import type { DialTarget } from '../transport/transport-dial.ts';
import { OriginClient } from './origin-client.ts';
import type { PoolSettings } from './pool-options.ts';
import { type ProxySettings, tunnelling } from './proxy-options.ts';
import { checkConnectable, guardOfWay, socketPathFor, socketTo } from './socket-route.ts';

/** Whether a proxy forwards the requests to an origin, each in its own name, and opens no tunnel. */
export function isForwarded(
  origin: Origin,
  proxy: ProxySettings | null,
  { guard }: Pick<PoolSettings, 'guard'>,
): proxy is ProxySettings {
  // Which address a proxy connects to by itself nobody could judge.
  if (proxy === null || proxy.tunnelsAll || origin.scheme === 'https' || guard !== null) return false;
  return proxy.server.scheme === 'http' || proxy.server.scheme === 'https';
}

/**
 * Makes a pool.
 *
 * @param proxy What the origin is reached through; null for nothing.
 */
export function poolFor(
  origin: Origin,
  settings: PoolSettings,
  { proxy, watch }: { readonly proxy: ProxySettings | null; readonly watch: PoolWatch | null },
): OriginPool {
  const { limits, idleTimeout, maxRequests, clock, alarms, gate, tracer, random, open, room, poolLimits } = settings;
  checkConnectable(origin, open !== undefined);
  const forwards = isForwarded(origin, proxy, settings);
  const target = forwards ? hopTo(proxy, settings) : targetOf(origin, settings, proxy);
  return new OriginPool(
    target,
    {
      origin: forwards ? proxy.text : originText(origin),
      limits,
      idleTimeout,
      maxRequests,
      clock,
      alarms,
      gate,
      get trace() {
        return tracer.listener;
      },
      isSecure: target.tls !== null,
      forward: forwards ? proxy.forward : null,
      lines: new LineMemo(),
      open,
    },
    poolLimits,
    { room, random, watch },
  );
}

/** The client of a pool of its own. */
export function singleClient(origin: Origin, settings: PoolSettings): OriginClient {
  const isByNetwork = namedSocket(origin) === null && settings.socket.path === null;
  const proxy = (isByNetwork ? settings.proxies?.(origin) : null) ?? null;
  const pool = poolFor(origin, settings, { proxy, watch: null });
  if (!isForwarded(origin, proxy, settings)) return new OriginClient(origin, settings, pool);
  const text = originText(origin);
  let tunnels: OriginClient | null = null;
  const router: Router = {
    to: (other, upgrades) => {
      if (originText(other) !== text) return null;
      if (!upgrades) return client;
      tunnels ??= new OriginClient(
        origin,
        settings,
        poolFor(origin, settings, { proxy: tunnelling(proxy), watch: null }),
      );
      client.closesToo = tunnels.pool;
      return tunnels;
    },
  };
  const client: OriginClient = new OriginClient(origin, settings, pool, router);
  return client;
}

function targetOf(origin: Origin, settings: PoolSettings, proxy: ProxySettings | null): DialTarget {
  const { options, tlsContext } = settings;
  const { lookup, resolve } = options;
  const chosen = settings.socket.path;
  const path = socketPathFor(origin, chosen);
  const guard = guardOfWay(path, chosen, settings.guard);
  const names = path === null ? settings.names : NO_NAMES;
  // What is said of sockets is about the connection to the proxy, where there is one.
  const socket = proxy === null ? socketTo(path, settings.socket) : USUAL_SOCKET;
  const tls = origin.scheme === 'https' ? new TLSSettings(options, tlsContext) : null;
  const tunnel = proxy === null ? null : tunnelThrough(proxy, settings);
  return { origin, names, lookup, resolve, guard, socket, tls, tunnel, proxy: null };
}

/** The proxy itself, as what is connected to. */
function hopTo(
  { server, text, tls, tlsContext }: ProxySettings,
  { options, names, socket: usual }: PoolSettings,
): DialTarget {
  const { lookup, resolve } = options;
  const isSecure = server.scheme === 'https';
  const origin = { scheme: isSecure ? 'https' : 'http', host: server.host, port: server.port } as const;
  // The guard is for what others name, and the proxy is the program's own.
  const hopTLS = isSecure ? new TLSSettings(tls, tlsContext) : null;
  const socket = socketTo(null, usual);
  return { origin, names, lookup, resolve, guard: null, socket, tls: hopTLS, tunnel: null, proxy: text };
}

function tunnelThrough(proxy: ProxySettings, settings: PoolSettings): DialTarget['tunnel'] {
  const { server, text } = proxy;
  return {
    hop: hopTo(proxy, settings),
    text,
    looksUp: server.scheme === 'socks4' || server.scheme === 'socks5',
    isOfIPv4: server.scheme === 'socks4' || server.scheme === 'socks4a',
    talk: (end) => talkWith(server, end) ?? new HttpConnect(end, proxy, settings.limits),
  };
}

/** A conversation with a SOCKS proxy; null with one that speaks HTTP. */
function talkWith({ scheme, userinfo }: ProxyServer, end: TunnelEnd): TunnelTalk | null {
  switch (scheme) {
    case 'socks4':
    case 'socks4a':
      return new Socks4(end, userinfo?.split(':')[0] ?? '');
    case 'socks5':
    case 'socks5h':
      return new Socks5(end, userinfo);
    default:
      return null;
  }
}
