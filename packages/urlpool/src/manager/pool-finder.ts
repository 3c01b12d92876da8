// Which pool a request goes to: by its origin, by how that is reached, and by the proxy in between.

import { namedSocket, type Origin, originText } from '../message/origin.ts';
import { guardFrom } from '../policy/address-guard.ts';
import { TLSContext } from '../transport/tls-settings.ts';
import { ManagedPool } from './managed-pool.ts';
import type { OriginClient } from './origin-client.ts';
import { PoolDirectory } from './pool-directory.ts';
import { isForwarded } from './pool-for.ts';
import { guardOf, namesFrom, type PoolSettings, socketOf } from './pool-options.ts';
import { type ProxyOption, proxyChooser } from './proxy-chooser.ts';
import { type ProxyChooser, type ProxySettings, tunnelling } from './proxy-options.ts';
import { RouteKeys, type RouteOptions, routeElsewhere, withoutSocket, withRoute } from './route-options.ts';
import { checkOneWay } from './socket-route.ts';

/** Proxies that single requests gave, to remember. */
const REMEMBERED_CHOOSERS = 64;

export class PoolFinder {
  readonly directory: PoolDirectory<ManagedPool>;
  readonly #settings: PoolSettings;
  readonly #routeKeys = new RouteKeys();
  readonly #choosers = new Map<ProxyOption, ProxyChooser | null>();

  constructor(settings: PoolSettings, numPools: number) {
    this.#settings = settings;
    this.directory = new PoolDirectory(numPools);
  }

  /**
   * The client of an origin.
   *
   * @param text The origin as text.
   * @param given What one request says of how it is reached; null for nothing.
   * @param upgrades Whether its connection is to be handed over: then a proxy in between opens a tunnel (RFC 6455 §4.1).
   * @throws {RequestError} for what a function of the caller's that chooses a proxy gives or throws.
   */
  clientFor(origin: Origin, text: string, given: RouteOptions | null, upgrades = false): OriginClient {
    const isUsual = given?.socketPath === null && this.#settings.socket.path === null;
    const route = isUsual ? withoutSocket(given) : given;
    const chosen = this.#proxyOf(origin, route);
    const guard = route !== null && 'guard' in route ? guardFrom(route.guard) : this.#settings.guard;
    const proxy = upgrades && isForwarded(origin, chosen, { guard }) ? tunnelling(chosen) : chosen;
    const own = isForwarded(origin, proxy, { guard }) ? '' : text;
    const via = proxy === null ? own : `${own} via ${proxy.key}`;
    const key = route === null ? via : `${via} ${this.#routeKeys.keyOf(route)}`;
    const known = this.directory.get(key);
    if (known !== undefined) return known.clientOf(origin, text);
    const pool = new ManagedPool(key, origin, this.#settingsOf(route), {
      proxy,
      directory: this.directory,
      routerFrom: (from) => ({
        to: (other, isHandedOver) => {
          const to = originText(other);
          const toRoute = to === from ? route : routeElsewhere(route, this.#settings.socket.path);
          return this.clientFor(other, to, toRoute, isHandedOver);
        },
      }),
    });
    this.directory.add(pool);
    return pool.clientOf(origin, text);
  }

  #proxyOf(origin: Origin, route: RouteOptions | null): ProxySettings | null {
    const isOwn = route !== null && 'proxy' in route;
    const chooser = isOwn ? this.#chooserOf(route.proxy) : this.#settings.proxies;
    return chooser === null || this.#goesToSocket(origin, route) ? null : chooser(origin);
  }

  /** Whether nothing in between is used. */
  #goesToSocket(origin: Origin, route: RouteOptions | null): boolean {
    if (namedSocket(origin) !== null) return true;
    const { path } = this.#settings.socket;
    const chosen = route?.socketPath === undefined ? path : route.socketPath;
    if (chosen === null) return false;
    // What one request asks for is not passed over in silence.
    if (route?.socketPath === undefined) checkOneWay({ proxy: route?.proxy, socketPath: chosen });
    return true;
  }

  /** A program gives the same ones again and again. */
  #chooserOf(option: ProxyOption): ProxyChooser | null {
    const known = this.#choosers.get(option);
    if (known !== undefined) return known;
    const chooser = proxyChooser(option);
    if (this.#choosers.size >= REMEMBERED_CHOOSERS) this.#choosers.clear();
    this.#choosers.set(option, chooser);
    return chooser;
  }

  #settingsOf(route: RouteOptions | null): PoolSettings {
    if (route === null) return this.#settings;
    const options = withRoute(this.#settings.options, route);
    const { clock, names } = this.#settings;
    const isLookedUpApart = ['lookup', 'resolver', 'dnsCache'].some((name) => name in route);
    const own = isLookedUpApart ? namesFrom(options, clock) : names;
    return {
      ...this.#settings,
      options,
      tlsContext: new TLSContext(options),
      names: own,
      guard: guardOf(options),
      socket: socketOf(options),
    };
  }
}
