/** A body, or a part of it, is not as long as it was said to be. */
export class LengthMismatch extends Error {
  override readonly name: string = 'LengthMismatch';
}
