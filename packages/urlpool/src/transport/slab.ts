// The memory that every transport of this thread reads into. Node calls back synchronously with what it has read, so
// one slab serves any number of sockets, and reading allocates nothing (node:net, option `onread`). The price: no view
// of it may outlive the callback. Tests poison it after every callback, so that one which does shows.

/** 64 KiB is what libuv offers a read by itself; a larger slab was not faster. */
const SLAB_BYTES = 64 * 1024;
/**
 * Enough for most responses. Of a large one it takes little more than the head, so that the rest can be read to where it
 * is wanted: 64 KiB of body over 20 connections cost 25 % less than when all of it was read here and copied.
 */
const SMALL_BYTES = 16 * 1024;

export const slab: Buffer = Buffer.allocUnsafeSlow(SLAB_BYTES);
export const smallSlab: Buffer = slab.subarray(0, SMALL_BYTES);

/** What poisoned bytes are. */
export const POISON = 0xdb;

let poisoning = false;

/** For tests: overwrite the slab after every callback. */
export function poisonSlab(on: boolean): void {
  poisoning = on;
}

/** Called when the user of `memory` is done with its first `length` bytes. */
export function releaseSlab(memory: Buffer, length: number): void {
  if (poisoning && memory.buffer === slab.buffer) slab.fill(POISON, 0, length);
}
