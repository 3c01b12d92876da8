// A body as a web stream of bytes: a reader with a buffer of its own (BYOB) has it filled, any other gets pieces. What a
// stream hands out it takes away for good, memory and all, so that every piece is copied: those of a body are views of
// blocks that the connection still reads into.

/** Where the bytes come from. */
export interface ByteSource {
  /** The next bytes, at most `most` where that is given; null at the end. */
  read(most?: number): Promise<Buffer | null>;
  /** Nobody wants the rest. */
  release(): Promise<void>;
}

/** A stream that asks for bytes when it is asked for them, and not before. */
export function webStreamOf(source: ByteSource): ReadableStream<Uint8Array> {
  return new ReadableStream({
    type: 'bytes',
    async pull(controller) {
      const view = controller.byobRequest?.view ?? null;
      const piece = await source.read(view?.byteLength);
      // The request may be over meanwhile: the stream was cancelled.
      const request = controller.byobRequest;
      if (piece === null) {
        controller.close();
        request?.respond(0);
      } else if (request?.view && view !== null) {
        new Uint8Array(request.view.buffer, request.view.byteOffset, piece.length).set(piece);
        request.respond(piece.length);
      } else {
        controller.enqueue(new Uint8Array(piece));
      }
    },
    cancel: () => source.release(),
  });
}
