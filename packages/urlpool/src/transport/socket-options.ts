// How a connection is opened below HTTP and TLS: over which socket, from which address, by which family of addresses, and with
// which options of TCP. Through a proxy it is about the connection to the proxy.

import { isIP, type Socket } from 'node:net';
import { invalidOption } from '../errors/invalid-option.ts';
import { checkFlag } from '../errors/option-values.ts';
import { socketPathFault } from '../message/socket-path.ts';

export interface SocketOptions {
  /**
   * The path of a Unix socket, or of a Windows pipe (`\\.\pipe\name`), in place of the network: nothing is looked up, and
   * Host stays that of the URL. A redirect to another origin does not go through it. null: over the network.
   *
   * @default null
   */
  readonly socketPath?: string | null | undefined;
  /** The address of this machine to connect from: only addresses of its family are connected to. @default the system's choice */
  readonly localAddress?: string | null | undefined;
  /** The only family of addresses to connect to: 4 or 6. @default null: both, raced (RFC 8305) */
  readonly family?: 4 | 6 | null | undefined;
  /**
   * Whether the kernel asks a silent peer whether it is still there (RFC 9293 §3.8.4), and after how long a silence first, in
   * ms: whole seconds, 1000 to 32_767_000.
   *
   * @default true: after 60_000
   */
  readonly tcpKeepAlive?: boolean | number | undefined;
  /** Whether small writes are sent at once (TCP_NODELAY), and do not wait for the answer to those before. @default true */
  readonly noDelay?: boolean | undefined;
}

/** Their names. */
export const SOCKET_OPTION_NAMES = ['family', 'localAddress', 'noDelay', 'socketPath', 'tcpKeepAlive'] as const;

/** The options with their defaults. */
export interface SocketSettings {
  /** Null for the network. */
  readonly path: string | null;
  readonly localAddress: string | null;
  readonly family: 4 | 6 | null;
  /** After how long a silence the kernel asks, in ms; null for never. */
  readonly keepAlive: number | null;
  readonly noDelay: boolean;
}

/** Go's and Node's first probe comes after 15 s and 2 h, curl's after 60 s, as here. */
const KEEP_ALIVE_MS = 60_000;

/** Linux's MAX_TCP_KEEPIDLE, in ms: more is refused by the kernel, and Node does not tell. */
const MOST_KEEP_ALIVE_MS = 32_767_000;

/**
 * What the options stand for.
 *
 * @throws {RequestError} `ERR_INVALID_OPTION`
 */
export function socketSettings(options: SocketOptions): SocketSettings {
  const { socketPath = null, localAddress = null, family = null, tcpKeepAlive = true, noDelay = true } = options;
  checkFlag('noDelay', noDelay);
  checkSocketPath(socketPath);
  if (localAddress !== null && (typeof localAddress !== 'string' || isIP(localAddress) === 0)) {
    throw invalidOption('localAddress', localAddress, 'give an IP address of this machine');
  }
  if (family !== null && family !== 4 && family !== 6) throw invalidOption('family', family, 'give 4 or 6');
  if (family !== null && localAddress !== null && isIP(localAddress) !== family) {
    throw invalidOption('family', family, `localAddress is ${localAddress}, of the other family`);
  }
  return { path: socketPath, localAddress, family, keepAlive: keepAliveOf(tcpKeepAlive), noDelay };
}

function checkSocketPath(path: unknown): asserts path is string | null {
  if (path === null) return;
  if (typeof path !== 'string') {
    throw invalidOption('socketPath', path, 'give the path of a socket, e.g. /run/docker.sock');
  }
  const fault = socketPathFault(path);
  if (fault !== null) throw invalidOption('socketPath', path, fault);
}

function keepAliveOf(value: boolean | number): number | null {
  if (typeof value === 'boolean') return value ? KEEP_ALIVE_MS : null;
  if (typeof value === 'number' && value >= 1_000 && value <= MOST_KEEP_ALIVE_MS) return value;
  const want = `give true, false or a number of milliseconds, 1000 to ${MOST_KEEP_ALIVE_MS}`;
  throw invalidOption('tcpKeepAlive', value, want);
}

/** Nothing was asked for. */
export const USUAL_SOCKET: SocketSettings = Object.freeze(socketSettings({}));

/** What `net.connect()` and `tls.connect()` are told of where to, and from where. */
export type SocketPlace =
  | { readonly path: string }
  | {
      readonly path: undefined;
      readonly host: string;
      readonly port: number;
      readonly localAddress: string | undefined;
    };

/** The place of an address. It says what is not given, too: Node would take that from a prototype that has it. */
export function placeOf({ path, localAddress }: SocketSettings, address: string, port: number): SocketPlace {
  return path === null ? { path: undefined, host: address, port, localAddress: localAddress ?? undefined } : { path };
}

/** Sets what can be set once it is connected. */
export function setOptions(socket: Socket, { path, keepAlive, noDelay }: SocketSettings): void {
  if (path !== null) return;
  if (noDelay) socket.setNoDelay(true);
  if (keepAlive !== null) socket.setKeepAlive(true, keepAlive);
}

/** Those of the addresses that may be connected to, or why there is none, as the end of a sentence. */
export function ofFamily(
  addresses: readonly string[],
  { path, family, localAddress }: Pick<SocketSettings, 'path' | 'family' | 'localAddress'>,
): readonly string[] | { readonly why: string } {
  if (path !== null || (family === null && localAddress === null)) return addresses;
  const wanted = family ?? isIP(localAddress ?? '');
  const found = addresses.filter((address) => isIP(address) === wanted);
  if (found.length > 0) return found;
  const option = family === null ? 'localAddress' : 'family';
  const what = addresses.length === 1 ? 'its address' : `none of its ${addresses.length} addresses,`;
  const shown = addresses.slice(0, 3).join(', ') + (addresses.length > 3 ? ', …' : '');
  const is = addresses.length === 1 ? 'is no' : 'is an';
  return { why: `${what} ${shown}${addresses.length === 1 ? '' : ','} ${is} IPv${wanted} address; option: ${option}` };
}
