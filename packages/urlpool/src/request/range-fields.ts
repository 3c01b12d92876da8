import { FieldBlock } from '../message/field-block.ts';
import { findField } from '../message/fields.ts';
import type { HeaderFields } from './header-fields.ts';

/**
 * The fields of a request, without the default Accept-Encoding where they ask for a part of a body (Range): it would be a part
 * of the encoded one (RFC 9110 §14.1.2), which cannot be decoded by itself. One that the caller gave stays.
 *
 * @param hasDefault Whether the fields they were merged over have that default.
 */
export function rangeFields(merged: HeaderFields, hasDefault: boolean): HeaderFields {
  const { fields } = merged.block;
  if (!hasDefault || merged.given.has('accept-encoding') || findField(fields, 'range') === null) return merged;
  const kept: string[] = [];
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] ?? '';
    if (name.toLowerCase() !== 'accept-encoding') kept.push(name, fields[i + 1] ?? '');
  }
  return { ...merged, block: new FieldBlock(kept) };
}
