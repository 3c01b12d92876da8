// A network of a test's own: a namespace of Linux with a loopback interface, addresses, packet filters and, where it is
// asked for, a network that is slow. Nothing of it is seen outside, and it is gone with the test.

import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { promisify } from 'node:util';
import { programMissing } from './started-server.ts';

const execute = promisify(execFile);

/** Why there are no namespaces to test with; null if there are. */
export function namespacesMissing(): string | null {
  if (process.platform !== 'linux') return 'network namespaces are a thing of Linux';
  const missing = programMissing({ name: 'ip', package: 'iproute2' }) ?? iptablesMissing();
  if (missing !== null) return missing;
  if (process.getuid?.() !== 0) return 'only root may make a network namespace';
  const name = `urlpool-probe-${process.pid}`;
  const { status, stderr } = spawnSync('ip', ['netns', 'add', name], { encoding: 'utf8' });
  if (status !== 0) return `a network namespace cannot be made: ${stderr.trim()}`;
  const filter = spawnSync('ip', ['netns', 'exec', name, 'iptables', '-L'], { encoding: 'utf8' });
  spawnSync('ip', ['netns', 'delete', name]);
  return filter.status === 0 ? null : `packets cannot be filtered: ${filter.stderr.trim()}`;
}

function iptablesMissing(): string | null {
  const names = ['iptables', 'ip6tables'];
  return names.map((name) => programMissing({ name, package: 'iptables' })).find((reason) => reason !== null) ?? null;
}

/** Why there is no network that is slow; null if there can be one. */
export function slowNetworkMissing(): string | null {
  if (!existsSync('/dev/net/tun')) return 'there is no /dev/net/tun, through which a network can be made slow';
  return programMissing({ name: 'python3', package: 'python3' });
}

// The kernel may lack netem. What is sent to an address of the network comes back from it: source and destination change
// places, which leaves every checksum as it was. So a server at the namespace's own address is, at any other, that far away.
const RELAY = `
import fcntl, heapq, os, select, struct, sys, time
delay = float(sys.argv[2]) / 1000
tun = os.open('/dev/net/tun', os.O_RDWR)
TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
fcntl.ioctl(tun, TUNSETIFF, struct.pack('16sH22x', sys.argv[1].encode(), IFF_TUN | IFF_NO_PI))
print('ready', flush=True)
held, count = [], 0
while True:
    wait = max(0, held[0][0] - time.monotonic()) if held else None
    if select.select([tun], [], [], wait)[0]:
        packet = bytearray(os.read(tun, 65536))
        if packet[0] >> 4 == 4:
            packet[12:16], packet[16:20] = packet[16:20], packet[12:16]
            count += 1
            heapq.heappush(held, (time.monotonic() + delay, count, bytes(packet)))
    while held and held[0][0] <= time.monotonic():
        os.write(tun, heapq.heappop(held)[2])
`;

let made = 0;

export class Namespace {
  readonly #name = `urlpool-${process.pid}-${++made}`;
  readonly #children: ChildProcess[] = [];

  /** Makes one, with a loopback interface. */
  static create(t: TestContext): Namespace {
    const namespace = new Namespace();
    process.on('exit', namespace.#remove);
    t.after(async () => {
      await namespace.#close();
    });
    command('ip', ['netns', 'add', namespace.#name]);
    namespace.do('ip link set lo up');
    return namespace;
  }

  /** Runs a command line without quotes in it. */
  do(line: string): void {
    const [program = '', ...args] = line.split(' ');
    command('ip', ['netns', 'exec', this.#name, program, ...args]);
  }

  /** Adds a network, `198.51.100.0/24` say, of which `own` is the namespace's address and all else is `ms` away. */
  async slowNetwork(own: string, ms: number): Promise<void> {
    const args = ['netns', 'exec', this.#name, 'python3', '-c', RELAY, 'slow', String(ms / 2)];
    const relay = spawn('ip', args, { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#children.push(relay);
    await once(relay.stdout, 'data');
    this.do(`ip addr add ${own} dev slow`);
    this.do('ip link set slow up');
  }

  /** Runs a program of `inside-namespace.ts`, and gives what it reports. */
  async run<Report>(program: string): Promise<Report> {
    const file = join(import.meta.dirname, `inside-namespace${import.meta.filename.slice(-3)}`);
    const conditions = process.execArgv.filter((arg) => arg.startsWith('--conditions'));
    const args = ['netns', 'exec', this.#name, process.execPath, ...conditions, file, program];
    const { stdout } = await execute('ip', args, { timeout: 30_000 });
    return JSON.parse(stdout) as Report;
  }

  async #close(): Promise<void> {
    for (const child of this.#children.splice(0)) {
      if (child.exitCode !== null) continue;
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    }
    this.#remove();
    process.off('exit', this.#remove);
  }

  readonly #remove = (): void => {
    for (const child of this.#children) child.kill('SIGKILL');
    spawnSync('ip', ['netns', 'delete', this.#name]);
  };
}

function command(program: string, args: readonly string[]): void {
  const { status, stderr, error } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${error?.message ?? stderr.trim()}`);
}
