// Bodies of very many zeros, made by streaming: small, and the same in every run.

import { createBrotliCompress, createGzip } from 'node:zlib';
import type { DecodableCoding } from '../../../src/response/decoding/content-codings.ts';

const PIECE: Buffer = Buffer.alloc(4 * 1024 * 1024);

/** `mib` MiB of zeros, a multiple of 4, by gzip or Brotli. */
export async function bomb(coding: DecodableCoding & ('gzip' | 'br'), mib: number): Promise<Buffer> {
  const encoder = coding === 'gzip' ? createGzip({ level: 1 }) : createBrotliCompress({ params: { 1: 1 } });
  const pieces: Buffer[] = [];
  encoder.on('data', (piece: Buffer) => pieces.push(piece));
  for (let i = 0; i < mib / 4; i++) {
    await new Promise<void>((resolve) => encoder.write(PIECE, () => resolve()));
  }
  encoder.end();
  await new Promise((resolve) => encoder.once('end', resolve));
  return Buffer.concat(pieces);
}
