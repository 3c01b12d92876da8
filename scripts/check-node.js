// The gate runs on the Node that package.json pins (the npm package `node`), which npm puts first on PATH. Where its
// install script was not allowed to run, scripts fall back to the system's Node without a word: say so instead.

const major = Number(process.versions.node.split('.')[0]);
if (major < 24) {
  console.error(
    `This command needs the Node that package.json pins, but runs on ${process.version}. ` +
      'Run "npm install" again with install scripts allowed (no --ignore-scripts).',
  );
  process.exit(1);
}
