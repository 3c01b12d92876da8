/** The lines of a program that are neither empty nor for its reader alone: comments and docstrings do not count. */
export function codeLines(text: string, language: 'ts' | 'py'): number {
  const comments =
    language === 'ts' ? /^[ \t]*\/\*\*[\s\S]*?\*\/|^[ \t]*\/\/.*$/gm : /^[ \t]*"""[\s\S]*?"""|^[ \t]*#.*$/gm;
  return text
    .replace(comments, '')
    .split('\n')
    .filter((line) => line.trim() !== '').length;
}
