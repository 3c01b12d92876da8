// `node import-time.js <module>`: writes how long its import took, in ms. JavaScript, so that nothing else is loaded in
// this process before, not even what strips types; and a file, so that peers are found where bench has them.

const began = performance.now();
await import(process.argv[2] ?? '');
process.stdout.write(String(performance.now() - began));
