// The document of the rows that read JSON: records as an API lists them, which gzip makes some seven times shorter. It tells its own
// length, so that a client which has read it can show that it did.

import { gzipSync } from 'node:zlib';

/** What a client gives back of it. */
export interface JSONDocument {
  /** Of its text. */
  readonly bytes: number;
}

/** The document of `bytes` bytes, by gzip at zlib's usual level. */
export function gzippedDocument(bytes: number): Buffer {
  return gzipSync(documentText(bytes));
}

/** Text of exactly this length; the same in every run. */
export function documentText(bytes: number): string {
  const rows: object[] = [];
  let state = 1;
  const next = (below: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % below;
  };
  let length = 0;
  while (length < bytes - 1_000) {
    const id = next(1_000_000);
    const row = {
      id,
      name: `user ${next(1_000)}`,
      mail: `u${id}@example.org`,
      active: id % 3 > 0,
      score: next(9_999) / 7,
    };
    rows.push(row);
    length += JSON.stringify(row).length + 1;
  }
  const written = (rest: string): string => JSON.stringify({ bytes, rows, rest });
  return written(' '.repeat(bytes - written('').length));
}
