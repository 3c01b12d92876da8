// What is said to a SOCKS proxy and what its answers mean, without a socket: SOCKS4 and 4a (Ying-Da Lee's protocol and its
// extension), SOCKS5 (RFC 1928) with user and password (RFC 1929).

import { parseIP } from '../message/ip-address.ts';
import { type TunnelEnd, TunnelFault, type TunnelStep, type TunnelTalk } from './tunnel-talk.ts';

const MORE: TunnelStep = { is: 'more' };

/** Texts go with their length in one byte. */
const LONGEST = 255;

const REPLIES_4: ReadonlyMap<number, string> = new Map([
  [91, 'it rejected the request, or could not connect'],
  [92, 'it cannot ask identd of this machine who the user is'],
  [93, 'identd of this machine names another user'],
]);

const REPLIES_5: ReadonlyMap<number, string> = new Map([
  [1, 'it failed'],
  [2, 'its rules do not allow the connection'],
  [3, 'the network cannot be reached from there'],
  [4, 'the host cannot be reached from there'],
  [5, 'the host refused the connection'],
  [6, 'the connection took too long there'],
  [7, 'it does not know the command'],
  [8, 'it does not know this kind of address'],
]);

/** SOCKS4, and 4a where the target is a name. */
export class Socks4 implements TunnelTalk {
  readonly mayStartAnew = false;
  readonly #target: TunnelEnd;
  readonly #user: string;
  #came: Buffer = Buffer.alloc(0);

  constructor(target: TunnelEnd, user: string) {
    this.#target = target;
    this.#user = user;
  }

  begin(): Buffer {
    const { host, port } = this.#target;
    const address = parseIP(host);
    if (address !== null && address.length !== 4) throw new TunnelFault('refused', 'SOCKS4 knows no IPv6 address');
    if (this.#user.includes('\0')) throw new TunnelFault('auth', 'a user of SOCKS4 cannot hold a zero');
    const name = address === null ? [...Buffer.from(`${host}\0`, 'latin1')] : [];
    // An address 0.0.0.x that is none says that the name follows.
    return Buffer.from([
      4,
      1,
      port >> 8,
      port & 0xff,
      ...(address ?? [0, 0, 0, 1]),
      ...Buffer.from(`${this.#user}\0`),
      ...name,
    ]);
  }

  read(bytes: Buffer): TunnelStep {
    this.#came = Buffer.concat([this.#came, bytes]);
    if (this.#came.length > 0 && this.#came[0] !== 0) throw notSocks(4);
    if (this.#came.length < 8) return MORE;
    const reply = this.#came[1] ?? 0;
    if (reply === 90) return { is: 'open', rest: this.#came.subarray(8) };
    throw new TunnelFault(
      reply === 92 || reply === 93 ? 'auth' : 'refused',
      REPLIES_4.get(reply) ?? `it answered ${reply}`,
    );
  }
}

/** SOCKS5. */
export class Socks5 implements TunnelTalk {
  readonly mayStartAnew = false;
  readonly #target: TunnelEnd;
  readonly #userinfo: string | null;
  #came: Buffer = Buffer.alloc(0);
  #awaits: 'method' | 'auth' | 'reply' = 'method';

  /** @param userinfo `user:password`; null for none. */
  constructor(target: TunnelEnd, userinfo: string | null) {
    this.#target = target;
    this.#userinfo = userinfo;
  }

  begin(): Buffer {
    return Buffer.from(this.#userinfo === null ? [5, 1, 0] : [5, 2, 0, 2]);
  }

  read(bytes: Buffer): TunnelStep {
    this.#came = Buffer.concat([this.#came, bytes]);
    switch (this.#awaits) {
      case 'method':
        return this.#readMethod();
      case 'auth':
        return this.#readAuth();
      case 'reply':
        return this.#readReply();
    }
  }

  #readMethod(): TunnelStep {
    if (this.#came.length > 0 && this.#came[0] !== 5) throw notSocks(5);
    const chosen = this.#take(2)?.[1];
    if (chosen === undefined) return MORE;
    if (chosen === 0) return this.#ask();
    if (chosen !== 2 || this.#userinfo === null) {
      const why =
        this.#userinfo === null
          ? 'it asks for a user and a password: give them in its URL'
          : 'it takes no user and password';
      throw new TunnelFault('auth', why);
    }
    this.#awaits = 'auth';
    const colon = this.#userinfo.indexOf(':');
    const user = counted('user', this.#userinfo.slice(0, colon));
    return {
      is: 'say',
      bytes: Buffer.concat([Buffer.from([1]), user, counted('password', this.#userinfo.slice(colon + 1))]),
    };
  }

  #readAuth(): TunnelStep {
    // The version of this part is passed over, as curl does: real servers send another (RFC 1929 §2 has 1).
    const status = this.#take(2)?.[1];
    if (status === undefined) return MORE;
    if (status !== 0) throw new TunnelFault('auth', 'it refused the user or the password; are they right?');
    return this.#ask();
  }

  #ask(): TunnelStep {
    this.#awaits = 'reply';
    const { host, port } = this.#target;
    const address = parseIP(host);
    const kind = address === null ? 3 : address.length === 4 ? 1 : 4;
    const where = address === null ? counted('name', host) : Buffer.from(address);
    return {
      is: 'say',
      bytes: Buffer.concat([Buffer.from([5, 1, 0, kind]), where, Buffer.from([port >> 8, port & 0xff])]),
    };
  }

  #readReply(): TunnelStep {
    const [version, reply = 0, , kind, length = 0] = this.#came;
    if (version !== undefined && version !== 5) throw notSocks(5);
    if (this.#came.length < 2) return MORE;
    if (reply !== 0) throw new TunnelFault('refused', REPLIES_5.get(reply) ?? `it answered ${reply}`);
    if (this.#came.length < 5) return MORE;
    const bound = kind === 1 ? 4 : kind === 4 ? 16 : kind === 3 ? 1 + length : null;
    if (bound === null) throw notSocks(5);
    return this.#take(4 + bound + 2) === null ? MORE : { is: 'open', rest: this.#came };
  }

  /** The first bytes of what came, taken out; null where there are too few. */
  #take(count: number): Buffer | null {
    if (this.#came.length < count) return null;
    const taken = this.#came.subarray(0, count);
    this.#came = this.#came.subarray(count);
    return taken;
  }
}

function counted(what: string, text: string): Buffer {
  const bytes = Buffer.from(text);
  if (bytes.length === 0 || bytes.length > LONGEST) {
    throw new TunnelFault('auth', `its ${what} has ${bytes.length} bytes, where SOCKS5 has room for 1 to ${LONGEST}`);
  }
  return Buffer.concat([Buffer.from([bytes.length]), bytes]);
}

function notSocks(version: number): TunnelFault {
  return new TunnelFault('protocol', `what answers there does not speak SOCKS${version}`);
}
