// Paths of Unix sockets and Windows pipes: which can be connected to, and how they stand in a URL, percent-encoded in place of
// the host (`http+unix://%2Frun%2Fdocker.sock/v1/info`). No RFC has this form; requests-unixsocket, httpx's and urllib3's
// plugins do. It knows no sockets.

/**
 * The bytes of a path that fit in every system's `sun_path` with the NUL behind them: 108 bytes on Linux, 104 on macOS and
 * the BSDs. A longer one some runtimes cut off without a word, and then connect to another socket.
 */
function mostBytes(platform: NodeJS.Platform): number {
  if (platform === 'win32') return 256;
  return platform === 'linux' || platform === 'android' ? 107 : 103;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const CONTROL = /[\x00-\x1f\x7f]/;

/** Why a path is that of no socket, as the end of a sentence; null where it may be one. */
export function socketPathFault(path: string, platform: NodeJS.Platform = process.platform): string | null {
  if (path === '' || path === '\0') return 'it is empty';
  if (/^[a-z][a-z0-9+.-]+:(?!\\)/i.test(path)) return 'it is a URL; give the path alone, e.g. /run/docker.sock';
  // The names of Linux's abstract sockets begin with NUL.
  if (CONTROL.test(path.slice(path.startsWith('\0') ? 1 : 0))) return 'it holds a control character';
  const [bytes, most] = [Buffer.byteLength(path), mostBytes(platform)];
  return bytes > most ? `it has ${bytes} bytes, and the path of a socket has at most ${most}` : null;
}

/** A path for people: abstract sockets of Linux with "@", as `ss` and /proc/net/unix have them. */
export function socketText(path: string): string {
  return path.startsWith('\0') ? `@${path.slice(1)}` : path;
}

/** Whether a reference is a URL that names a socket. */
export function namesSocket(reference: string): boolean {
  return /^[\0- ]*https?\+unix:/i.test(reference);
}

/**
 * The path that the host of such a URL stands for; an error where it stands for none.
 *
 * @param host As the WHATWG URL parser leaves it: an opaque host, percent-encoded.
 */
export function socketPathOf(host: string): { readonly path: string } | { readonly fault: string } {
  let path: string;
  try {
    path = decodeURIComponent(host);
  } catch {
    return { fault: 'its host is not percent-encoded UTF-8' };
  }
  // A name without a slash is more often a mistake than a socket in the folder that the process happens to be in.
  if (!/^(?:\/|\0|\\\\)/.test(path)) {
    return { fault: 'its host is to be the path of a socket, percent-encoded: http+unix://%2Frun%2Fdocker.sock/' };
  }
  const fault = socketPathFault(path);
  return fault === null ? { path } : { fault: `the path of its socket cannot be used: ${fault}` };
}
