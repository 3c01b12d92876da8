// Builds the package: dist/page.html, one file with its script and style in it, and dist/*.js of src. The page's policy
// (CSP) allows exactly its own script and style, by their hashes. With `--page` it builds the page alone.

import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

async function bundle(entry, options) {
  const { outputFiles } = await build({
    entryPoints: [here(entry)],
    bundle: true,
    minify: true,
    write: false,
    target: ['chrome110', 'firefox115', 'safari16'],
    logLevel: 'warning',
    ...options,
  });
  return outputFiles[0].text.trim();
}

const hash = (text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

const script = await bundle('page/main.tsx', {
  format: 'iife',
  charset: 'ascii',
  jsx: 'automatic',
  jsxImportSource: 'preact',
});
const style = await bundle('page/style.css', { loader: { '.svg': 'dataurl' } });
const policy = [
  "default-src 'none'",
  `script-src ${hash(script)}`,
  `style-src ${hash(style)}`,
  "connect-src 'self'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>urlpool inspector</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
<div id="app"></div>
<!--trace-->
<script>${script}</script>
</body>
</html>
`;

await mkdir(here('dist'), { recursive: true });
await writeFile(here('dist/page.html'), html);
