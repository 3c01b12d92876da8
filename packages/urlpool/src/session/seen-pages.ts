// The pages that were asked for, so that one that leads back to another is told from one that leads on. Two are the same
// where method, URL and body are.

import { RequestError } from '../errors/request-error.ts';
import { absoluteUrl } from '../message/absolute-url.ts';
import { redactUrl } from '../message/redact-url.ts';
import type { PageRequest } from './next-page.ts';

export class SeenPages {
  /** Which page it was, from 1. */
  readonly #pages = new Map<string, number>();
  /** Bodies that only their identity tells apart. */
  readonly #objects = new Map<unknown, number>();

  /**
   * Counts a page.
   *
   * @param whole Its URL with its parameters.
   * @throws {RequestError} `ERR_PAGE_LOOP` for one that was asked for before.
   */
  add({ method, options }: Pick<PageRequest, 'method' | 'options'>, whole: string): void {
    const { body, fields, json } = options;
    const url = (absoluteUrl(whole)?.href ?? whole).replace(/#.*$/s, '');
    const key = [method, url, this.#keyOf(body), this.#keyOf(fields), this.#keyOf(json)].join(' ');
    const before = this.#pages.get(key);
    const page = this.#pages.size + 1;
    if (before === undefined) {
      this.#pages.set(key, page);
      return;
    }
    const shown = redactUrl(url);
    const message = `Cannot ask for page ${page} of ${method} ${shown}: it was page ${before}, and the pages would never end`;
    throw new RequestError(message, { code: 'ERR_PAGE_LOOP', phase: 'request', method, url: shown });
  }

  #keyOf(value: unknown): string {
    if (value === undefined || value === null) return '';
    if (typeof value !== 'object' || Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype) {
      try {
        return JSON.stringify(value) ?? '';
      } catch {
        // it holds itself, or what JSON has not
      }
    }
    const id = this.#objects.get(value) ?? this.#objects.size;
    this.#objects.set(value, id);
    return `#${id}`;
  }
}
