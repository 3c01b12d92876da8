/** Where the body of an attempt's response goes: to memory, to a consumer who takes it as it comes, or nowhere. */
export interface BodyDestination {
  /** Takes a piece in; the view is valid during the call only. False asks for a pause. */
  push(view: Uint8Array): boolean;
  /** Memory for the next of the `left` bytes that the body still has, Infinity where nobody knows; null for none. */
  memory(left: number): Buffer | null;
  /** The attempt or the call is over: with what the call failed with, or null. Nothing is pushed any more. */
  end(reason: unknown): void;
}
