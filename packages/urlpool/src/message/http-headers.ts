// Header fields by name, over a flat list as the wire has it: names compare without regard to case, iteration gives the
// order and case of the list, and the index by name is built when someone first asks. A list that was given is never
// written to: the first change makes one of its own, so that a response's owner may change its fields and the library
// still reads what came. It is urllib3's HTTPHeaderDict and the WHATWG's Headers in one; what those do differently is said
// at the method.

import { type Fields, NO_FIELDS } from './fields.ts';
import { checkFieldName, fieldValues, type HeadersInput, type HeaderValue, headerEntries } from './headers-input.ts';

const VERB = 'set';
/** The one field whose lines cannot be joined (RFC 9110 §5.3). */
const SET_COOKIE = 'set-cookie';

/**
 * Header fields by name.
 *
 * @example
 * const headers = new HTTPHeaders({ 'Content-Type': 'text/html', 'Set-Cookie': ['a=1', 'b=2'] });
 * headers.get('content-type'); // 'text/html'
 * headers.getAll('set-cookie'); // ['a=1', 'b=2']
 * headers.add('Vary', 'Accept');
 * [...headers].at(-1); // ['Vary', 'Accept']
 */
export class HTTPHeaders implements Iterable<[string, string]> {
  #fields: Fields;
  /** Whether the list is this object's own: else it is copied before it is changed. */
  #isOwn = false;
  #index: Map<string, string[]> | null = null;

  /**
   * @param input Nothing, an object, pairs, a Map, any Headers; or the wire's flat list, name, value, name, value …, which
   * has been checked by who made it. A list as a value repeats the field; null and undefined give none.
   * @throws {RequestError} `ERR_INVALID_HEADER` for a name or value that could not be sent.
   */
  constructor(input: HeadersInput | Fields = NO_FIELDS) {
    if (input instanceof HTTPHeaders) this.#fields = [...input.#fields];
    else if (isFlat(input)) this.#fields = input;
    else this.#fields = linesOf(input);
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
    if (values.length > 1 && name.toLowerCase() === SET_COOKIE) return values[0] ?? null;
    return values.join(', ');
  }

  /** The values of a field, one per field line. */
  getAll(name: string): string[] {
    return [...(this.#lookup(name) ?? [])];
  }

  /** The values of Set-Cookie, one per field line. */
  getSetCookie(): string[] {
    return this.getAll(SET_COOKIE);
  }

  has(name: string): boolean {
    return this.#lookup(name) !== undefined;
  }

  /**
   * Gives a field this value in place of all it had. It stands where the first of them stood, else at the end.
   *
   * @param value A list repeats the field; an empty one removes it.
   * @throws {RequestError} `ERR_INVALID_HEADER`
   */
  set(name: string, value: string | number | readonly string[]): this {
    const lines = checkedLines(name, value);
    const lower = name.toLowerCase();
    const at = this.#fields.findIndex((text, i) => i % 2 === 0 && text.toLowerCase() === lower);
    if (at === -1) return this.#push(lines);
    const rest = without(this.#fields.slice(at), lower);
    return this.#replace([...this.#fields.slice(0, at), ...lines, ...rest]);
  }

  /**
   * Adds a field line, and leaves those of that name as they are.
   *
   * @param value A list adds a line for each.
   * @throws {RequestError} `ERR_INVALID_HEADER`
   */
  add(name: string, value: string | number | readonly string[]): this {
    return this.#push(checkedLines(name, value));
  }

  /** `add()`, as the WHATWG calls it. */
  append(name: string, value: string | number | readonly string[]): this {
    return this.add(name, value);
  }

  /** Removes all lines of a field; false where there were none. */
  delete(name: string): boolean {
    if (!this.has(name)) return false;
    this.#replace(without(this.#fields, name.toLowerCase()));
    return true;
  }

  /**
   * Adds the lines of others, and replaces none.
   *
   * @throws {RequestError} `ERR_INVALID_HEADER`; then nothing is added.
   */
  extend(...inputs: readonly HeadersInput[]): this {
    return this.#push(inputs.flatMap(linesOf));
  }

  /**
   * The value of a field, as `get()` gives it, after it was given this one if it had none.
   *
   * @throws {RequestError} `ERR_INVALID_HEADER`
   */
  setDefault(name: string, value: string | number): string {
    if (!this.has(name)) this.add(name, value);
    return this.get(name) ?? '';
  }

  /** Whether the other has the same fields with the same values: without regard to the case of names, or to how lines are split. */
  equals(other: HeadersInput): boolean {
    const mine = Object.entries(this.toJSON());
    const others = (other instanceof HTTPHeaders ? other : new HTTPHeaders(other)).toJSON();
    if (mine.length !== Object.keys(others).length) return false;
    return mine.every(([name, value]) => JSON.stringify(value) === JSON.stringify(others[name]));
  }

  /** `[name, value]` per field line, in the list's order and case. The WHATWG's are sorted and in lower case. */
  *[Symbol.iterator](): Generator<[string, string]> {
    const fields = this.#fields;
    for (let i = 0; i < fields.length; i += 2) yield [fields[i] ?? '', fields[i + 1] ?? ''];
  }

  entries(): Generator<[string, string]> {
    return this[Symbol.iterator]();
  }

  /** The name of each field line, repeated ones each time. */
  *keys(): Generator<string> {
    for (const [name] of this) yield name;
  }

  /** The value of each field line. */
  *values(): Generator<string> {
    for (const [, value] of this) yield value;
  }

  /** Calls back with each field line, the value first, as a Map does. */
  forEach(callback: (value: string, name: string, headers: this) => void, thisArg?: unknown): void {
    for (const [name, value] of this) callback.call(thisArg, value, name, this);
  }

  /** Names in lower case, values as `get()` gives them; Set-Cookie as a list. */
  toJSON(): Record<string, string | string[]> {
    const object: Record<string, string | string[]> = Object.create(null);
    for (const [name, values] of this.#indexed()) {
      object[name] = name === SET_COOKIE ? [...values] : values.join(', ');
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

  #push(lines: readonly string[]): this {
    if (!this.#isOwn) return this.#replace([...this.#fields, ...lines]);
    const own = this.#fields as string[];
    for (const text of lines) own.push(text);
    this.#index = null;
    return this;
  }

  #replace(fields: string[]): this {
    this.#fields = fields;
    this.#isOwn = true;
    this.#index = null;
    return this;
  }
}

/** Whether it is the wire's list: pairs are lists themselves. */
function isFlat(input: HeadersInput | Fields): input is Fields {
  return Array.isArray(input) && (input.length === 0 || typeof input[0] === 'string');
}

function linesOf(input: HeadersInput): string[] {
  return headerEntries(input, VERB).flatMap(([name, value]) => (value === null ? [] : [name, value]));
}

function checkedLines(name: string, value: HeaderValue): string[] {
  checkFieldName(name, VERB);
  return fieldValues(name, value, VERB).flatMap((text) => [name, text]);
}

/** The lines of other names than this one, which is in lower case. */
function without(fields: Fields, lowerCaseName: string): string[] {
  const rest: string[] = [];
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] ?? '';
    if (name.toLowerCase() !== lowerCaseName) rest.push(name, fields[i + 1] ?? '');
  }
  return rest;
}

// What `console.log()` shows.
Object.defineProperty(HTTPHeaders.prototype, Symbol.for('nodejs.util.inspect.custom'), {
  value(this: HTTPHeaders, _depth: number, options: object, inspect: (...values: unknown[]) => string): string {
    return `HTTPHeaders ${inspect({ ...this.toJSON() }, options)}`;
  },
});
