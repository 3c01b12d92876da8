// Reads every file of packages/urlpool/src and prints what breaks the layers; exit code 1 if anything does.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { violationsOf } from './layer-violations.ts';

const root = join(import.meta.dirname, '../packages/urlpool/src');
const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
const violations = files.flatMap((file) => {
  const path = file.replaceAll('\\', '/');
  return violationsOf(path, readFileSync(join(root, file), 'utf8'));
});
for (const violation of violations) console.error(violation);
console.log(`layers: ${files.length} files, ${violations.length} violations`);
process.exitCode = violations.length > 0 || files.length === 0 ? 1 : 0;
