// The memory that every transport of this thread reads into. Node calls back synchronously with what it has read, so
// one slab serves any number of sockets, and reading allocates nothing (node:net, option `onread`). The price: no view
// of it may outlive the callback. Tests poison it after every callback, so that one which does shows.

/** 64 KiB is what libuv offers a read by itself; a larger slab was not faster. */
const SLAB_BYTES = 64 * 1024;

export const slab: Buffer = Buffer.allocUnsafeSlow(SLAB_BYTES);

/** What poisoned bytes are. */
export const POISON = 0xdb;

let poisoning = false;

/** For tests: overwrite the slab after every callback. */
export function poisonSlab(on: boolean): void {
  poisoning = on;
}

/** Called when the user of the slab is done with its first `length` bytes. */
export function releaseSlab(length: number): void {
  if (poisoning) slab.fill(POISON, 0, length);
}
