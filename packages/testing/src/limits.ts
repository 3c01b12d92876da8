// Every limit of the scripted server. They stop a runaway test, and leave room for tests of a client's own limits.

/** Longest request head, or trailer section, in bytes. Node's parser takes 16 KiB, nginx 32 KiB, Apache some 800 KiB. */
export const MAX_HEAD: number = 1024 * 1024;

/** Longest chunk-size line with its extensions, in bytes. */
export const MAX_CHUNK_LINE: number = 4096;

/** Most bytes kept of a peer that sends what no script reads, or that one `request()` may hold. */
export const MAX_UNREAD: number = 512 * 1024 * 1024;

/** Most timers one `FakeClock.advance()` runs: beyond it a timer is setting itself for the same instant for ever. */
export const MAX_TIMERS_PER_ADVANCE = 100_000;
