// A download: a GET whose body goes to a file, over as many connections as it takes. What has come stands in `path.part`,
// whose it is in `path.part.json`; a connection that drops is followed by a request for the rest, which a validator ties
// to what is here. The file takes its place when it is complete. What may be put together is resumption.ts's decision.

import type { RequestOptions } from '../call/request-options.ts';
import { DigestError } from '../errors/digest-error.ts';
import { FileError } from '../errors/file-error.ts';
import { checkNames, invalidOption } from '../errors/invalid-option.ts';
import { checkFlag } from '../errors/option-values.ts';
import { ProtocolError } from '../errors/protocol-error.ts';
import { overlaid } from '../message/header-overlay.ts';
import { type HeaderEntry, headerEntries } from '../message/headers-input.ts';
import { afterDrop } from '../policy/after-drop.ts';
import type { Retry } from '../policy/retry.ts';
import type { Timeout } from '../policy/timeout.ts';
import type { BaseResponse } from '../response/base-response.ts';
import {
  BodyHashes,
  type DigestPlan,
  digestPlan,
  type ExpectedDigest,
  expectedOf,
  ownDigests,
} from '../response/digest.ts';
import { checkAbsent, checkPath, FileWriter, files, removed, told, type Written } from '../response/file-writer.ts';
import { checkSaving, declaredLength, type SaveOptions } from '../response/save-body.ts';
import { StatusError } from '../response/status-error.ts';
import type { StreamedResponse } from '../response/streamed-response.ts';
import type { Random } from '../util/random.ts';
import { type BodilessOptions, bodilessNames } from './body-options.ts';
import { partOf, recordText } from './part-record.ts';
import { type PauseSurroundings, pause } from './pause.ts';
import { continuation, type Part, rangeFields, strongValidator, type Validator } from './resumption.ts';

/** How a download is made, beyond the options of its requests. */
export interface DownloadChoices extends SaveOptions {
  /**
   * Takes up what an earlier download to the same path has left, and leaves what has come if this one fails. @default false:
   * nothing is left
   */
  readonly resume?: boolean | undefined;
}

/** Options of a download: those of a GET without `fields`, and how it is saved. */
export type DownloadOptions = BodilessOptions & DownloadChoices;

/** A file that has come whole. */
export interface DownloadedFile {
  readonly path: string;
  /** Its length. */
  readonly bytes: number;
  /** Whether it was put together: from what an earlier download had left, or over several connections. */
  readonly resumed: boolean;
  /** The last response: status, headers, URL. Its body is in the file. */
  readonly response: BaseResponse;
}

/** Who makes the requests. */
export interface DownloadSurroundings extends PauseSurroundings {
  readonly random: Random;
  /** What is downloaded, without credentials. */
  readonly url: string;
  /** Names of the options that its requests take. */
  readonly optionNames: readonly string[];
  /** Merges a `timeout` option with the above. */
  timeoutFrom(option: RequestOptions['timeout']): Timeout;
  stream(options: RequestOptions): Promise<StreamedResponse>;
}

const NAMES: readonly (keyof DownloadChoices)[] = ['digest', 'onProgress', 'overwrite', 'resume'];

/** Files that are being downloaded to: two at once would mix. */
const busy = new Set<string>();

/**
 * See PoolManager.download().
 *
 * @throws {RequestError} `ERR_INVALID_OPTION`
 */
export async function download(
  path: string,
  options: DownloadOptions,
  surroundings: DownloadSurroundings,
): Promise<DownloadedFile> {
  checkNames('download()', options, [...bodilessNames(surroundings.optionNames), ...NAMES]);
  checkPath(path);
  const { digest, onProgress, overwrite = true, resume = false, ...request } = options;
  checkSaving({ onProgress, overwrite });
  checkFlag('resume', resume);
  const headers = headerEntries(request.headers ?? []);
  checkHeaders(headers);
  const plan = digestPlan(digest);
  const target = process.getBuiltinModule('node:path').resolve(path);
  const of: Written = { method: 'GET', url: surroundings.url, connection: null };
  if (busy.has(target)) {
    const details = { ...of, code: 'ERR_FILE_BUSY', phase: 'request', path: target } as const;
    throw new FileError('another download to it is under way', details);
  }
  busy.add(target);
  try {
    if (!overwrite) await checkAbsent(target, of);
    const work = new Download(
      target,
      of,
      { request: { ...request, headers }, plan, overwrite, resume, onProgress },
      surroundings,
    );
    return { path, ...(await work.run()) };
  } finally {
    busy.delete(target);
  }
}

/** The fields that ask for a part are the download's own. */
function checkHeaders(headers: readonly HeaderEntry[]): void {
  for (const [name] of headers) {
    if (!/^(?:if-)?range$/i.test(name)) continue;
    throw invalidOption('headers', name, 'a download asks for ranges itself: leave the field out');
  }
}

/** What the caller chose. */
interface Choices {
  readonly request: RequestOptions;
  readonly plan: DigestPlan;
  readonly overwrite: boolean;
  readonly resume: boolean;
  readonly onProgress: SaveOptions['onProgress'];
}

/** How reading a response ended: at its end, beyond the end that it had said, or by what was thrown. */
type Reading = { readonly is: 'complete' | 'overlong' } | { readonly is: 'dropped'; readonly error: unknown };

class Download {
  readonly #target: string;
  readonly #partPath: string;
  readonly #recordPath: string;
  readonly #of: Written;
  readonly #choices: Choices;
  readonly #surroundings: DownloadSurroundings;
  readonly #timeout: Timeout;
  readonly #deadline: number | null;
  #file: FileWriter | null = null;
  #length = 0;
  #total: number | null = null;
  #validator: Validator | null = null;
  /** What the response that began the file says of all of it. */
  #own: ExpectedDigest[] = [];
  #resumed = false;
  #retries: Retry | undefined;
  #attempt = 0;

  constructor(target: string, of: Written, choices: Choices, surroundings: DownloadSurroundings) {
    this.#target = target;
    this.#partPath = `${target}.part`;
    this.#recordPath = `${target}.part.json`;
    this.#of = of;
    this.#choices = choices;
    this.#surroundings = surroundings;
    this.#timeout = surroundings.timeoutFrom(choices.request.timeout);
    const { total } = this.#timeout;
    this.#deadline = total === null ? null : surroundings.clock.now() + total;
  }

  async run(): Promise<Omit<DownloadedFile, 'path'>> {
    try {
      if (this.#choices.resume) await this.#takeUp();
      const response = await this.#fetch();
      await this.#check(response);
      await this.#commit();
      return { bytes: this.#length, resumed: this.#resumed, response };
    } catch (error) {
      await this.#giveUp(error);
      throw error;
    }
  }

  /** Requests until the file is complete; the last response. */
  async #fetch(): Promise<StreamedResponse> {
    for (;;) {
      const part = this.#part();
      const response = await this.#request(part);
      const step = continuation(response.status, response.headers, part);
      if (step.do === 'fail') throw await this.#refused(response, step.why);
      if (step.do === 'ask-anew') {
        await response.dispose();
        this.#forget();
        continue;
      }
      const isWhole = step.do === 'begin';
      if (isWhole) await this.#begin(response);
      else await this.#goOn(response, step.total);
      const reading = await this.#receive(response, isWhole ? null : step.end);
      if (reading.is === 'dropped') {
        await this.#wait(reading.error, response);
        continue;
      }
      // A part of another length than it said is not trusted, nor is what stands before it.
      if (reading.is === 'overlong' || (!isWhole && this.#length !== step.end)) this.#forget();
      else if (isWhole || this.#total === null || this.#length === this.#total) return response;
    }
  }

  /** What can be continued; null where the file has to be asked for whole. */
  #part(): Part | null {
    const validator = this.#validator;
    if (validator === null) return null;
    // All of it is here, and only its end is not known: one byte is asked for once more.
    const length = this.#length === this.#total ? this.#length - 1 : this.#length;
    if (length <= 0) return null;
    this.#length = length;
    return { length, total: this.#total, validator };
  }

  async #request(part: Part | null): Promise<StreamedResponse> {
    const { request } = this.#choices;
    const forced = { 'Accept-Encoding': 'identity', ...(part === null ? {} : rangeFields(part)) };
    const left = this.#left();
    this.#attempt++;
    return await this.#surroundings.stream({
      ...request,
      headers: overlaid(request.headers, { defaults: {}, forced }),
      ...(this.#retries === undefined ? {} : { retries: this.#retries }),
      ...(left === null || this.#attempt === 1 ? {} : { timeout: this.#timeout.with({ total: Math.max(1, left) }) }),
    });
  }

  /** What is left of the whole time, in ms. */
  #left(): number | null {
    return this.#deadline === null ? null : this.#deadline - this.#surroundings.clock.now();
  }

  async #refused(response: StreamedResponse, why: 'status' | 'unasked-range'): Promise<Error> {
    await response.dispose();
    const { method, url, status, reason, headers, connection, history } = response;
    if (why === 'status') {
      return new StatusError({ method, url, connection, status, reason, fields: headers }, response, history);
    }
    const message = `Cannot download ${url}: the server sent a part of it (status 206), and all of it was asked for`;
    return new ProtocolError(message, { code: 'ERR_PROTOCOL', phase: 'head', method, url, connection });
  }

  /** The file from its beginning. */
  async #begin(response: StreamedResponse): Promise<void> {
    await this.#guarded(response, async () => {
      const { headers } = response;
      this.#forget();
      await this.#file?.close();
      this.#file = null;
      await told(this.#target, this.#of, () => removed(this.#recordPath));
      this.#file = await FileWriter.anew(this.#partPath, this.#target, this.#of);
      this.#total = declaredLength(headers);
      this.#validator = strongValidator(headers, this.#surroundings.clock.wallNow());
      this.#own = ownDigests(headers, 'all');
      if (this.#validator === null) return;
      const record = recordText({ url: this.#of.url, total: this.#total, validator: this.#validator });
      await told(this.#target, this.#of, () => files().writeFile(this.#recordPath, record));
    });
  }

  /** The file from where it ends. */
  async #goOn(response: StreamedResponse, total: number | null): Promise<void> {
    await this.#guarded(response, async () => {
      this.#file ??= await FileWriter.again(this.#partPath, this.#target, this.#of);
      this.#total = total;
      this.#resumed = true;
      this.#own.push(...ownDigests(response.headers, 'parts'));
    });
  }

  /** What was there does not count. */
  #forget(): void {
    this.#length = 0;
    this.#total = null;
    this.#validator = null;
    this.#resumed = false;
    this.#own = [];
  }

  /** @param end Where the response has to end; null where its framing alone says so. */
  async #receive(response: StreamedResponse, end: number | null): Promise<Reading> {
    for (;;) {
      let piece: Buffer | null;
      try {
        piece = await response.read();
      } catch (error) {
        return { is: 'dropped', error };
      }
      if (piece === null) break;
      if (end !== null && this.#length + piece.length > end) {
        await response.dispose();
        return { is: 'overlong' };
      }
      const bytes = piece;
      await this.#guarded(response, async () => {
        await this.#file?.write(bytes, this.#length);
        this.#length += bytes.length;
        this.#choices.onProgress?.({ bytes: this.#length, total: this.#total });
        this.#choices.request.signal?.throwIfAborted();
      });
    }
    this.#own.push(...ownDigests(response.trailers, end === null ? 'all' : 'parts'));
    return { is: 'complete' };
  }

  /** Does something with a response that is under way: it is disposed of where that fails. */
  async #guarded(response: StreamedResponse, act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      await response.dispose();
      throw error;
    }
  }

  /** Waits before the next request, as the Retry says, or throws. */
  async #wait(error: unknown, response: StreamedResponse): Promise<void> {
    const { random, clock, calls } = this.#surroundings;
    const next = afterDrop(error, response.retries, { method: 'GET', url: response.url, attempt: this.#attempt });
    const delay = next.backoff(random);
    const left = this.#left();
    if (left !== null && delay >= left) throw error;
    this.#retries = next;
    const { signal = null } = this.#choices.request;
    await pause(delay, { clock, calls }, { method: 'GET', url: this.#of.url, signal });
  }

  /** Takes up what an earlier download has left. */
  async #takeUp(): Promise<void> {
    let part: Part | null;
    try {
      const found = await files().lstat(this.#partPath);
      const text = await files().readFile(this.#recordPath, 'utf8');
      part = found.isFile() ? partOf(text, this.#of.url, found.size) : null;
    } catch {
      return; // nothing is there, or nothing that can be read
    }
    if (part === null) return;
    this.#length = part.length;
    this.#total = part.total;
    this.#validator = part.validator;
  }

  async #check(response: StreamedResponse): Promise<void> {
    const { plan } = this.#choices;
    await this.#file?.cut(this.#length);
    const expected = expectedOf(plan, this.#own, response);
    if (expected.length === 0) return;
    const hashes = new BodyHashes(plan);
    await this.#file?.readAll((piece) => hashes.update(piece));
    hashes.check(expected, response);
  }

  async #commit(): Promise<void> {
    if (!(await this.#file?.isInPlace())) {
      const details = { ...this.#of, code: 'ERR_FILE_BUSY', phase: 'body', path: this.#target } as const;
      throw new FileError(`another program has replaced ${this.#partPath} meanwhile`, details);
    }
    await this.#file?.commit(this.#choices.overwrite);
    await removed(this.#recordPath).catch(() => {});
  }

  /** Leaves what can be resumed, where that was asked for, and nothing else. */
  async #giveUp(error: unknown): Promise<void> {
    const file = this.#file;
    if (file === null) return; // no byte of it was touched
    const isWrong = error instanceof DigestError;
    if (this.#choices.resume && !isWrong && this.#validator !== null && this.#length > 0) {
      await file.close().catch(() => {});
      return;
    }
    const isOwn = await file.isInPlace().catch(() => true);
    if (!isOwn) return await file.close().catch(() => {});
    await file.discard();
    await removed(this.#recordPath).catch(() => {});
  }
}
