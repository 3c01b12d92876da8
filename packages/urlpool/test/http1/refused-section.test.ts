// What is left in a reader after it has refused a section must not show in what it reads next.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LimitFault } from '../../src/http1/fault.ts';
import { FieldSectionReader, MORE } from '../../src/http1/field-section-reader.ts';

// name, a section of more than 8 bytes
for (const [name, section] of [
  ['at its empty line', 'A: bc\r\n\r\n'],
  ['at its empty line, a bare LF', 'A: bcde\n\n'],
  ['within a line', 'A: bcdefg'],
  ['within its second line', 'A: b\r\nC: d'],
] as const) {
  test(`FieldSectionReader.reset() forgets a section that was refused ${name}`, () => {
    const reader = new FieldSectionReader({
      maxBytes: 8,
      maxFields: 9,
      bytesOption: 'maxHeadBytes',
      bareLineFeeds: true,
    });
    const read = (text: string): number => reader.read(Buffer.from(text, 'latin1'), 0, text.length);
    assert.throws(() => read(section), LimitFault);
    reader.reset();
    assert.deepEqual([read('E'), read(': f\r\n'), read('\r\n'), reader.fields], [MORE, MORE, 2, ['E', 'f']]);
  });
}
