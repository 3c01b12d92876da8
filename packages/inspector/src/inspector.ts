/** A page that is served until it is closed. */
export class Inspector implements AsyncDisposable {
  /** Where the page is. Who has it sees what the program requests: it holds a secret. */
  readonly url: string;
  readonly #end: () => Promise<void>;
  #closing: Promise<void> | null = null;

  /** @param end Ends it; called once. */
  constructor(url: string, end: () => Promise<void>) {
    this.url = url;
    this.#end = end;
  }

  /**
   * Gives the open pages what is left, and ends. They keep what they have.
   *
   * @throws {FileError} of urlpool, where the file of the option `trace` could not be written.
   */
  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
