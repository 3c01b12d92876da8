// The Response that fetch() gives: one of the global class, whose members are answered here. The class as Node has it makes a
// web stream for every body, which costs more than the request (12 to 15 µs, where a Response without a body costs 0.3), so
// that is done only for who asks for `body`, `clone()`, `blob()` or `formData()`; text and bytes are read without one.
//
// The class is made when first wanted: to name the global Response loads Node's whole fetch.

import type { BaseResponse } from '../response/base-response.ts';
import { utf8Text } from '../response/body-decoder.ts';
import type { FetchContent } from './fetch-content.ts';

/** What a response is made of. */
export interface FetchAnswer {
  readonly response: BaseResponse;
  readonly redirected: boolean;
  /** Null for a response that has no body by its nature. */
  readonly content: FetchContent | null;
}

type MakeResponse = (answer: FetchAnswer) => Response;

let made: MakeResponse | null = null;

/** A global Response. */
export function fetchResponse(answer: FetchAnswer): Response {
  made ??= responseMaker();
  return made(answer);
}

function responseMaker(): MakeResponse {
  const NativeResponse: new (body: null) => object = Response;

  const NativeHeaders: new (fields: [string, string][]) => Omit<Headers, 'append' | 'delete' | 'set'> = Headers;

  /** Header fields that nobody changes (WHATWG Fetch §5.1, the guard "immutable"). */
  class FixedHeaders extends NativeHeaders implements Headers {
    append(): never {
      throw new TypeError('Cannot change the header fields of a response: they are immutable');
    }

    set(): never {
      this.append();
    }

    delete(): never {
      this.append();
    }
  }

  class FetchResponse extends NativeResponse implements Response {
    readonly #answer: FetchAnswer;
    #headers: Headers | null = null;
    /** The body as a Response that has a stream, once somebody asked for what only that can give. */
    #native: Response | null;
    #used = false;

    constructor(answer: FetchAnswer, native: Response | null = null) {
      super(null);
      this.#answer = answer;
      this.#native = native;
    }

    get type(): Response['type'] {
      return 'basic';
    }

    get url(): string {
      return this.#answer.response.url;
    }

    get redirected(): boolean {
      return this.#answer.redirected;
    }

    get status(): number {
      return this.#answer.response.status;
    }

    get ok(): boolean {
      return this.#answer.response.ok;
    }

    get statusText(): string {
      return this.#answer.response.reason;
    }

    get headers(): Headers {
      this.#headers ??= new FixedHeaders([...this.#answer.response.headers]);
      return this.#headers;
    }

    get body(): Response['body'] {
      return this.#answer.content === null ? null : this.#streaming(this.#answer.content).body;
    }

    get bodyUsed(): boolean {
      return this.#native?.bodyUsed ?? this.#used;
    }

    async arrayBuffer(): Promise<ArrayBuffer> {
      if (this.#native !== null) return await this.#native.arrayBuffer();
      const { buffer, byteOffset, byteLength } = await this.#read();
      return (buffer as ArrayBuffer).slice(byteOffset, byteOffset + byteLength);
    }

    async bytes(): Promise<Uint8Array<ArrayBuffer>> {
      return new Uint8Array(await this.arrayBuffer());
    }

    async text(): Promise<string> {
      return this.#native === null ? utf8Text(await this.#read()) : await this.#native.text();
    }

    async json(): Promise<unknown> {
      return JSON.parse(await this.text());
    }

    async blob(): Promise<Blob> {
      return await this.#whole().blob();
    }

    async formData(): Promise<FormData> {
      return await this.#whole().formData();
    }

    clone(): Response {
      const { content } = this.#answer;
      if (this.bodyUsed || this.#native?.body?.locked) {
        throw new TypeError('Cannot clone the response: its body was read before, or is being read');
      }
      if (content === null) return new FetchResponse(this.#answer);
      const copy = this.#native === null ? content.copy() : null;
      if (copy !== null) return new FetchResponse({ ...this.#answer, content: copy });
      return new FetchResponse(this.#answer, this.#streaming(content).clone());
    }

    async #read(): Promise<Buffer> {
      const { content } = this.#answer;
      if (content === null) return Buffer.alloc(0);
      if (this.#used) throw new TypeError('Cannot read the body of the response again: it was read before');
      this.#used = true;
      return await content.bytes();
    }

    /** What reads the body by its Content-Type. */
    #whole(): Response {
      const { content } = this.#answer;
      return content === null ? new Response(null, { headers: this.headers }) : this.#streaming(content);
    }

    #streaming(content: FetchContent): Response {
      if (this.#native === null) {
        const { headers } = this;
        this.#native = new Response(this.#used ? '' : content.stream(), { headers });
        // It was read without it: so is it now.
        if (this.#used) void this.#native.arrayBuffer();
      }
      return this.#native;
    }
  }

  // Who asks a response for its class is to get the one that can be made from outside.
  Object.defineProperty(FetchResponse.prototype, 'constructor', {
    value: Response,
    configurable: true,
    writable: true,
  });
  return (answer) => new FetchResponse(answer);
}
