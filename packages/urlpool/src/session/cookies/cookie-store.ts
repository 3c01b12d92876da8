/** Where the cookies of a session are kept. */
export interface CookieStore {
  /** What is sent to a URL, as the Cookie field has it; empty for none. */
  header(url: string): string | Promise<string>;
  /**
   * Takes in the values of Set-Cookie fields that a URL answered with; those that cannot be used are passed over. A call
   * waits for it before its next hop and before it gives its response, and fails with what it rejects with.
   */
  receive(url: string, setCookies: readonly string[]): void | Promise<void>;
}
