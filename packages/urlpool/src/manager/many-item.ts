import { invalidOption } from '../errors/invalid-option.ts';
import { ownOptions } from '../util/own-options.ts';
import type { ManagerRequestOptions } from './pool-manager.ts';

/** One request of many: a URL to GET, or what to send. */
export type ManyItem<Options extends ManagerRequestOptions = ManagerRequestOptions> =
  | string
  | URL
  | ({ readonly method?: string; readonly url: string | URL } & Options);

/** What an item asks for. @throws {RequestError} `ERR_INVALID_OPTION` */
export function requestOf(item: ManyItem): Exclude<ManyItem, string | URL> {
  if (typeof item === 'string' || item instanceof URL) return { url: item };
  if (typeof item === 'object' && item !== null) return ownOptions(item);
  throw invalidOption('an item of many()', item, 'give a URL, or an object that has one as url');
}
