// Header fields with what a session adds to them, kept while that stays the same: most requests to an origin share one
// block of fields, cookies and credentials, and so its finished text too.

import type { FieldBlock } from '../message/field-block.ts';
import type { HeaderEntry } from '../message/headers-input.ts';
import { mergeFields } from '../request/header-fields.ts';

interface Merged {
  readonly cookie: string | null;
  readonly authorization: string | null;
  readonly block: FieldBlock;
}

export class FieldsMemo {
  readonly #last = new WeakMap<FieldBlock, Merged>();

  /** The fields with these two in place of those of their names; null leaves one as it is. */
  with(fields: FieldBlock, cookie: string | null, authorization: string | null): FieldBlock {
    const last = this.#last.get(fields);
    if (last !== undefined && last.cookie === cookie && last.authorization === authorization) return last.block;
    const entries: HeaderEntry[] = [];
    if (cookie !== null) entries.push(['Cookie', cookie]);
    if (authorization !== null) entries.push(['Authorization', authorization]);
    const { block } = mergeFields(fields.fields, entries);
    this.#last.set(fields, { cookie, authorization, block });
    return block;
  }
}
