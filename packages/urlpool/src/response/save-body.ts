import { checkNames } from '../errors/invalid-option.ts';
import { checkFlag, checkFunction } from '../errors/option-values.ts';
import type { HTTPHeaders } from '../message/http-headers.ts';
import { BodyHashes, type DigestOption, digestPlan, expectedOf, ownDigests } from './digest.ts';
import { checkAbsent, checkPath, FileWriter, type SaveProgress } from './file-writer.ts';
import type { StreamedResponse } from './streamed-response.ts';

/** How a body is saved. */
export interface SaveOptions {
  /** Told after each piece that was written; what it throws ends the saving. */
  readonly onProgress?: ((progress: SaveProgress) => void) | undefined;
  /** What the file has to be; else there is none. @default false: whatever comes */
  readonly digest?: DigestOption | undefined;
  /** Whether a file that is there is replaced. @default true */
  readonly overwrite?: boolean | undefined;
}

/** A body that was saved. */
export interface SavedFile {
  readonly path: string;
  /** Its length. */
  readonly bytes: number;
}

/** Checks those options of saving that `digestPlan()` does not. */
export function checkSaving({ onProgress, overwrite }: SaveOptions): void {
  checkFunction('onProgress', onProgress);
  checkFlag('overwrite', overwrite);
}

/** How long the file will be, as far as the head says; null where it does not: a content coding has another length. */
export function declaredLength(headers: HTTPHeaders): number | null {
  const length = headers.get('content-length');
  if (length === null || !/^\d{1,15}$/.test(length) || headers.has('transfer-encoding')) return null;
  return headers.has('content-encoding') ? null : Number(length);
}

/** A body to save. */
export interface SavedBody {
  readonly response: StreamedResponse;
  /** As they came. */
  readonly headers: HTTPHeaders;
  /** Begins to read the body, once all options are checked. */
  readonly take: () => AsyncIterable<Buffer>;
  /** Has each piece told as it came, before its codings are undone; null where it has none. */
  readonly watch: ((onPiece: (piece: Uint8Array) => void) => void) | null;
}

/** See StreamedResponse.saveTo(). */
export async function saveBody(
  { response, headers, take, watch }: SavedBody,
  path: string,
  options: SaveOptions,
): Promise<SavedFile> {
  checkNames('saveTo()', options, ['onProgress', 'digest', 'overwrite']);
  checkPath(path);
  checkSaving(options);
  const plan = digestPlan(options.digest);
  const { onProgress, overwrite = true } = options;
  const target = process.getBuiltinModule('node:path').resolve(path);
  const total = declaredLength(headers);
  const of = response.status === 206 ? 'part' : 'all';
  const pieces = take();
  const given = new BodyHashes({ given: plan.given, own: false });
  // What a response says of itself is of the body as it was sent (RFC 9530 §2, §3).
  const own = new BodyHashes({ given: [], own: plan.own });
  watch?.((piece) => own.update(piece));
  let file: FileWriter | null = null;
  let bytes = 0;
  try {
    if (!overwrite) await checkAbsent(target, response);
    file = await FileWriter.beside(target, response);
    for await (const piece of pieces) {
      await file.write(piece, bytes);
      given.update(piece);
      if (watch === null) own.update(piece);
      bytes += piece.length;
      onProgress?.({ bytes, total });
    }
    const said = [...ownDigests(headers, of), ...ownDigests(response.trailers, of)];
    const expected = expectedOf(plan, said, response);
    given.check(plan.given, response);
    own.check(expected.slice(plan.given.length), response);
    await file.commit(overwrite);
  } catch (error) {
    await file?.discard();
    await response.dispose();
    throw error;
  }
  return { path, bytes };
}
