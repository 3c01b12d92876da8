// The header fields of a response, as a read-only view over the wire's list: names compare without regard to case,
// iteration gives the wire's order and case, and the index is built when someone first asks.

import { type Fields, NO_FIELDS } from './fields.ts';

/**
 * Header fields by name.
 *
 * @example
 * const headers = new HTTPHeaders(['Content-Type', 'text/html', 'Set-Cookie', 'a=1', 'Set-Cookie', 'b=2']);
 * headers.get('content-type'); // 'text/html'
 * headers.getAll('set-cookie'); // ['a=1', 'b=2']
 */
export class HTTPHeaders implements Iterable<[string, string]> {
  readonly #fields: Fields;
  #index: Map<string, string[]> | null = null;

  constructor(fields: Fields = NO_FIELDS) {
    this.#fields = fields;
  }

  /** How many field lines there are, repeated ones counted each. */
  get size(): number {
    return this.#fields.length / 2;
  }

  /**
   * The value of a field, null if it is absent. Repeated fields are joined with ", " (RFC 9110 §5.3), save Set-Cookie,
   * which cannot be: of that, the first. See `getAll()`.
   */
  get(name: string): string | null {
    const values = this.#lookup(name);
    if (values === undefined) return null;
    if (values.length > 1 && name.toLowerCase() === 'set-cookie') return values[0] ?? null;
    return values.join(', ');
  }

  /** The values of a field, one per field line. */
  getAll(name: string): string[] {
    return [...(this.#lookup(name) ?? [])];
  }

  has(name: string): boolean {
    return this.#lookup(name) !== undefined;
  }

  /** `[name, value]` per field line, in the wire's order and case. */
  *[Symbol.iterator](): Generator<[string, string]> {
    for (let i = 0; i < this.#fields.length; i += 2) yield [this.#fields[i] ?? '', this.#fields[i + 1] ?? ''];
  }

  /** Names in lower case, values as `get()` gives them; Set-Cookie as a list. */
  toJSON(): Record<string, string | string[]> {
    const object: Record<string, string | string[]> = Object.create(null);
    for (const [name, values] of this.#indexed()) {
      object[name] = name === 'set-cookie' ? [...values] : values.join(', ');
    }
    return object;
  }

  #lookup(name: string): string[] | undefined {
    return this.#indexed().get(name.toLowerCase());
  }

  #indexed(): Map<string, string[]> {
    if (this.#index !== null) return this.#index;
    const index = new Map<string, string[]>();
    for (const [name, value] of this) {
      const key = name.toLowerCase();
      const values = index.get(key);
      if (values === undefined) index.set(key, [value]);
      else values.push(value);
    }
    this.#index = index;
    return index;
  }
}
