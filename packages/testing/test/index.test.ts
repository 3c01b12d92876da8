import assert from 'node:assert/strict';
import { test } from 'node:test';
import 'urlpool-testing';

test('importing the package does not load the certificate library', () => {
  assert.equal('getMetadata' in Reflect, false);
});
