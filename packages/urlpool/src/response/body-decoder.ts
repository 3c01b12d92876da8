// Bytes of a body into text, whole or piece by piece. A byte order mark says more than a charset does, and is removed
// (Encoding standard, "decode"); a charset that nobody knows is read as UTF-8, which most bodies are.

import { invalidOption } from '../errors/invalid-option.ts';

/** A byte order mark, and what it says. */
interface Mark {
  readonly label: string;
  readonly bytes: readonly number[];
}

const MARKS: readonly Mark[] = [
  { label: 'utf-8', bytes: [0xef, 0xbb, 0xbf] },
  { label: 'utf-16be', bytes: [0xfe, 0xff] },
  { label: 'utf-16le', bytes: [0xff, 0xfe] },
];

/** Marks are removed here: Node's decoder takes off two where the first was cut. */
const AS_IT_IS = { ignoreBOM: true };

type Decoder = InstanceType<typeof TextDecoder>;

const NOTHING: Buffer = Buffer.alloc(0);

/** Which encoding to read by. */
export interface Encoding {
  /** A label of the Encoding standard; null for UTF-8. */
  readonly label: string | null;
  /** Whether it holds against a byte order mark, too. */
  readonly isForced: boolean;
}

/**
 * The encoding to read a body by: the one that the caller asks for, or that of its Content-Type.
 *
 * @throws {RequestError} `ERR_INVALID_OPTION` for a label that is not known.
 */
export function encodingFrom(asked: string | undefined, charset: string | null): Encoding {
  if (asked === undefined) return { label: charset, isForced: false };
  if (typeof asked !== 'string' || decoderOf(asked) === null) {
    throw invalidOption('a charset', asked, 'give a label of the Encoding standard, e.g. utf-8 or iso-8859-1');
  }
  return { label: asked, isForced: true };
}

/** Text from one body, piece by piece: a character that is cut comes with the piece that completes it. */
export class BodyDecoder {
  readonly #encoding: Encoding;
  #decoder: Decoder | null = null;
  /** The beginning, while it may become a byte order mark. */
  #held: Uint8Array = NOTHING;

  constructor(encoding: Encoding) {
    this.#encoding = encoding;
  }

  push(piece: Uint8Array): string {
    if (this.#decoder !== null) return this.#decoder.decode(piece, { stream: true });
    const start = this.#held.length === 0 ? piece : Buffer.concat([this.#held, piece]);
    if (mayBecomeMark(start)) {
      this.#held = Buffer.from(start);
      return '';
    }
    return this.#begin(start);
  }

  /** What is left at the end: U+FFFD for a character that was cut. */
  end(): string {
    const rest = this.#decoder === null ? this.#begin(this.#held) : '';
    return rest + (this.#decoder?.decode() ?? '');
  }

  #begin(start: Uint8Array): string {
    const { label, isForced } = this.#encoding;
    const mark = markOf(start);
    const decoder = decoderOf(isForced ? label : (mark?.label ?? label)) ?? new TextDecoder('utf-8', AS_IT_IS);
    this.#held = NOTHING;
    this.#decoder = decoder;
    const from = mark !== null && mark.label === decoder.encoding ? mark.bytes.length : 0;
    return decoder.decode(start.subarray(from), { stream: true });
  }
}

/** A whole body as text. */
export function bodyText(data: Buffer, encoding: Encoding): string {
  const { label, isForced } = encoding;
  const read = isForced ? label : (markOf(data)?.label ?? label);
  if (read === null || /^utf-?8$/i.test(read)) return utf8Text(data);
  // Node 20 reads windows-1252 wrongly in one step, and rightly as a stream.
  const decoder = new BodyDecoder(encoding);
  return decoder.push(data) + decoder.end();
}

/** Bytes as UTF-8 text, without a byte order mark. */
export function utf8Text(data: Buffer): string {
  return data.toString('utf8', markOf(data)?.label === 'utf-8' ? 3 : 0);
}

function markOf(start: Uint8Array): Mark | null {
  return MARKS.find(({ bytes }) => bytes.every((byte, i) => start[i] === byte)) ?? null;
}

function mayBecomeMark(start: Uint8Array): boolean {
  return MARKS.some(({ bytes }) => start.length < bytes.length && start.every((byte, i) => bytes[i] === byte));
}

/** Null for a label that is not known, or that this build of Node cannot read. */
function decoderOf(label: string | null): Decoder | null {
  try {
    return new TextDecoder(label ?? 'utf-8', AS_IT_IS);
  } catch {
    return null;
  }
}
