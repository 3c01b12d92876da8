/**
 * Header or trailer fields as they stand on the wire: name, value, name, value … in order, case kept, repeated fields
 * apart. A flat list, since one is made for every response and few are ever searched.
 */
export type Fields = readonly string[];

/** No fields. */
export const NO_FIELDS: Fields = Object.freeze([]);

/** The first value of a field by its lower-case name, or null. */
export function findField(fields: Fields, lowerCaseName: string): string | null {
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i];
    if (name !== undefined && name.length === lowerCaseName.length && name.toLowerCase() === lowerCaseName) {
      return fields[i + 1] ?? null;
    }
  }
  return null;
}
