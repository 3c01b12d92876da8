import type { Environment } from '../route/proxy-environment.ts';
import { PoolManager, type PoolManagerOptions } from './pool-manager.ts';
import { environmentChooser, type ProxyOption } from './proxy-chooser.ts';

/** Options of a ProxyManager: those of a PoolManager. */
export type ProxyManagerOptions = Omit<PoolManagerOptions, 'proxy'>;

/**
 * A PoolManager whose requests go through a proxy: plain ones are forwarded, over connections that all their origins share;
 * to each https origin there is a tunnel.
 *
 * @example
 * const http = new ProxyManager('http://user:secret@proxy.example:3128');
 * const response = await http.request('GET', 'https://example.org/');
 */
export class ProxyManager extends PoolManager {
  /**
   * @param proxy Its URL, its options, or what else the option `proxy` takes.
   * @throws {RequestError} for an option that cannot be used.
   */
  constructor(proxy: NonNullable<ProxyOption>, options: ProxyManagerOptions = {}) {
    super({ ...options, proxy });
  }

  /**
   * A manager that goes where the environment says: `http_proxy`, `https_proxy`, `all_proxy` and `no_proxy`, in lower case
   * or capitals. They are read now, not with each request.
   *
   * @throws {RequestError} `ERR_INVALID_OPTION` for a variable that holds no proxy.
   */
  static fromEnv(options: ProxyManagerOptions = {}, env: Environment = process.env): PoolManager {
    return new PoolManager({ ...options, proxy: environmentChooser(env) });
  }
}
