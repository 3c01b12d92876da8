// The options of an inspector, their defaults and checks.

import { inspect as show } from 'node:util';
import { InspectorError } from './inspector-error.ts';

/** How an inspector is served. */
export interface ServeOptions {
  /** The port on 127.0.0.1; 0 for any that is free. @default 0 */
  readonly port?: number;
  /** Opens the page in the system's browser, where there is one. @default false */
  readonly open?: boolean;
  /** Lets the process end while the inspector is open, as if it were not there. @default false */
  readonly unref?: boolean;
}

export interface InspectOptions extends ServeOptions {
  /**
   * Events to keep for pages that are opened later, and for what is saved: the newest. A request is about ten of them,
   * 2 KB together.
   * @default 100000
   */
  readonly recent?: number;
  /** Records the trace to this file as well, from the beginning to `close()`. */
  readonly trace?: string;
}

export interface InspectSettings {
  readonly port: number;
  readonly open: boolean;
  readonly unref: boolean;
  readonly recent: number;
  readonly trace: string | null;
}

const SERVE_NAMES = ['port', 'open', 'unref'];
const NAMES = [...SERVE_NAMES, 'recent', 'trace'];

/** @throws {InspectorError} `ERR_INVALID_OPTION` */
export function inspectSettings(options: InspectOptions): InspectSettings {
  return settingsOf(options, NAMES);
}

/** @throws {InspectorError} `ERR_INVALID_OPTION` */
export function serveSettings(options: ServeOptions): InspectSettings {
  return settingsOf(options, SERVE_NAMES);
}

function settingsOf(options: InspectOptions, names: readonly string[]): InspectSettings {
  if (typeof options !== 'object' || options === null) throw invalid('options', options, 'give an object of options');
  const unknown = Object.keys(options).find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new InspectorError(
      `Unknown option "${unknown}": the inspector has ${names.join(', ')}`,
      'ERR_INVALID_OPTION',
    );
  }
  const { port = 0, open = false, unref = false, recent = 100_000, trace = null } = options;
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw invalid('port', port, 'give a whole number from 0 to 65535');
  }
  if (typeof open !== 'boolean') throw invalid('open', open, 'give true or false');
  if (typeof unref !== 'boolean') throw invalid('unref', unref, 'give true or false');
  if (!Number.isInteger(recent) || recent < 1) throw invalid('recent', recent, 'give a whole number above 0');
  if (trace !== null && (typeof trace !== 'string' || trace === '')) {
    throw invalid('trace', trace, 'give the path of a file');
  }
  return { port, open, unref, recent, trace };
}

/** The error of a value that cannot be used. */
export function invalid(name: string, value: unknown, want: string): InspectorError {
  return new InspectorError(`Invalid ${name} ${shown(value)}: ${want}`, 'ERR_INVALID_OPTION');
}

/** Of an object its kind alone, and of a URL no credentials: who mistakes options for a client may have them in there. */
function shown(value: unknown): string {
  const text = show(value, { depth: -1, customInspect: false, maxStringLength: 100 });
  return text.replace(/\/\/[^/?#]*@/, '//REDACTED@');
}
