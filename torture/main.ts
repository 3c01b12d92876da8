// The whole of the byte-cut harness: every dialogue, every kind, every position. Exit code 1 if anything was wrong.

import { torture } from './torture.ts';

const { runs, failures, left } = await torture(1, (line) => console.log(line));
for (const failure of failures) console.error(failure);
console.log(`${runs} cuts, ${failures.length} failures, left over: ${JSON.stringify(left)}`);
process.exitCode = failures.length > 0 || Object.keys(left).length > 0 ? 1 : 0;
