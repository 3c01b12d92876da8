// Which imports and calls of one file break the rules of layers.ts: a pure function of its path and text.

import { posix } from 'node:path';
import { LAYERS, ONLY_CALLED_IN, ONLY_IN, ONLY_THESE } from './layers.ts';

/** Every module specifier of a file: static imports and exports, `import()`, and `process.getBuiltinModule()`. */
export function specifiersOf(text: string): string[] {
  const code = withoutComments(text);
  const found: string[] = [];
  for (const pattern of [
    /\b(?:import|export)\s+(?:type\s+)?(?:[\w*\s{},$]+?\sfrom\s+)?['"]([^'"]+)['"]/g,
    /\bimport\s*\(\s*['"]([^'"]+)['"]\s*\)/g,
    /\bgetBuiltinModule\s*\(\s*['"]([^'"]+)['"]\s*\)/g,
  ]) {
    for (const match of code.matchAll(pattern)) if (match[1] !== undefined) found.push(match[1]);
  }
  return found;
}

/** One line per violation; `path` is relative to `src`, with forward slashes. */
export function violationsOf(path: string, text: string): string[] {
  const found: string[] = [];
  const layer = layerOf(path);
  if (layer === undefined) return [`${path}: stands in no layer`];
  for (const specifier of specifiersOf(text)) {
    const why = specifier.startsWith('.') ? wrongLayer(path, specifier) : wrongModule(layer, specifier);
    if (why !== null) found.push(`${path}: imports ${specifier}: ${why}`);
  }
  for (const rule of ONLY_CALLED_IN) {
    if (path !== rule.file && rule.call.test(withoutComments(text))) {
      found.push(`${path}: ${rule.what}${rule.file === '' ? '' : ` belong to ${rule.file}`}`);
    }
  }
  return found;
}

function layerOf(path: string): string | undefined {
  const folder = path.includes('/') ? path.slice(0, path.indexOf('/')) : path;
  return LAYERS.includes(folder) ? folder : undefined;
}

function wrongLayer(path: string, specifier: string): string | null {
  const target = posix.normalize(posix.join(posix.dirname(path), specifier));
  const from = layerOf(path) ?? '';
  const to = layerOf(target);
  if (to === undefined) return 'it stands in no layer';
  return from === to || LAYERS.indexOf(to) > LAYERS.indexOf(from) ? null : `${to}/ is not below ${from}/`;
}

function wrongModule(layer: string, specifier: string): string | null {
  const owners = ONLY_IN[specifier];
  if (owners === undefined && !specifier.startsWith('node:')) return 'the library has no such dependency';
  if (owners !== undefined && !owners.includes(layer)) return `only ${owners.join(', ')}/ may`;
  const allowed = ONLY_THESE[layer];
  return allowed !== undefined && !allowed.includes(specifier)
    ? `${layer}/ may import only ${allowed.join(', ')}`
    : null;
}

/** Comments out, strings kept: an import in an example is none. */
function withoutComments(text: string): string {
  return text.replace(
    /("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g,
    (_all, kept) => kept ?? '',
  );
}
