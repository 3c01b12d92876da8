import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Socks4, Socks5 } from '../../src/route/socks.ts';
import type { TunnelFault, TunnelTalk } from '../../src/route/tunnel-talk.ts';

const hex = (text: string): Buffer => Buffer.from(text.replace(/\s/g, ''), 'hex');
const V4 = { host: '192.0.2.1', port: 443 };
const V6 = { host: '2001:db8::1', port: 80 };
const NAME = { host: 'a.test', port: 8080 };

/** What is said and what comes of it, where the proxy answers in these pieces. */
function talked(talk: TunnelTalk, answers: readonly string[]): string {
  const story = [talk.begin().toString('hex')];
  try {
    for (const answer of answers) {
      const step = talk.read(hex(answer));
      if (step.is === 'say') story.push(step.bytes.toString('hex'));
      if (step.is === 'open') return [...story, `open ${step.rest.toString('hex')}`.trim()].join(', ');
    }
  } catch (error) {
    return [...story, `${(error as TunnelFault).kind}: ${(error as TunnelFault).message}`].join(', ');
  }
  return [...story, 'more'].join(', ');
}

for (const [name, make, answers, expected] of [
  ['4: an address', () => new Socks4(V4, ''), ['005a000000000000'], '040101bbc000020100, open'],
  ['4: with a user', () => new Socks4(V4, 'me'), ['005a000000000000'], '040101bbc00002016d6500, open'],
  ['4a: a name', () => new Socks4(NAME, ''), ['005a000000000000'], '04011f900000000100612e7465737400, open'],
  ['4: bytes behind the answer', () => new Socks4(V4, ''), ['005a000000000000 4142'], '040101bbc000020100, open 4142'],
  ['4: an answer in pieces', () => new Socks4(V4, ''), ['00', '5a0000', '0000000041'], '040101bbc000020100, open 41'],
  ['4: half an answer', () => new Socks4(V4, ''), ['005a0000'], '040101bbc000020100, more'],
  [
    '4: a refusal',
    () => new Socks4(V4, ''),
    ['005b000000000000'],
    '040101bbc000020100, refused: it rejected the request, or could not connect',
  ],
  [
    '4: a wrong user',
    () => new Socks4(V4, ''),
    ['005d000000000000'],
    '040101bbc000020100, auth: identd of this machine names another user',
  ],
  [
    '4: HTTP in place of SOCKS',
    () => new Socks4(V4, ''),
    ['485454'],
    '040101bbc000020100, protocol: what answers there does not speak SOCKS4',
  ],
  ['5: an address', () => new Socks5(V4, null), ['0500', '05000001000000000000'], '050100, 05010001c000020101bb, open'],
  [
    '5: IPv6',
    () => new Socks5(V6, null),
    ['0500', '05000001000000000000'],
    '050100, 0501000420010db80000000000000000000000010050, open',
  ],
  [
    '5: a name',
    () => new Socks5(NAME, null),
    ['0500', '05000001000000000000'],
    '050100, 0501000306612e746573741f90, open',
  ],
  [
    '5: an answer with a name, and more',
    () => new Socks5(V4, null),
    ['0500', '0500000301610050 41'],
    '050100, 05010001c000020101bb, open 41',
  ],
  [
    '5: an answer with IPv6',
    () => new Socks5(V4, null),
    ['0500', `05000004${'00'.repeat(18)}`],
    '050100, 05010001c000020101bb, open',
  ],
  [
    '5: each byte by itself',
    () => new Socks5(V4, null),
    ['05', '00', '05', '00', '00', '01', ...('000000000000'.match(/../g) ?? [])],
    '050100, 05010001c000020101bb, open',
  ],
  [
    '5: user and password',
    () => new Socks5(V4, 'me:s:x'),
    ['0502', '0100', '05000001000000000000'],
    '05020002, 01026d6503733a78, 05010001c000020101bb, open',
  ],
  [
    '5: a user that is not asked for',
    () => new Socks5(V4, 'me:s'),
    ['0500', '05000001000000000000'],
    '05020002, 05010001c000020101bb, open',
  ],
  [
    '5: a wrong password',
    () => new Socks5(V4, 'me:s'),
    ['0502', '0101'],
    '05020002, 01026d650173, auth: it refused the user or the password; are they right?',
  ],
  [
    '5: a user is wanted',
    () => new Socks5(V4, null),
    ['05ff'],
    '050100, auth: it asks for a user and a password: give them in its URL',
  ],
  ['5: none is taken', () => new Socks5(V4, 'me:s'), ['05ff'], '05020002, auth: it takes no user and password'],
  [
    '5: an empty password',
    () => new Socks5(V4, 'me:'),
    ['0502'],
    '05020002, auth: its password has 0 bytes, where SOCKS5 has room for 1 to 255',
  ],
  [
    '5: a name that is too long',
    () => new Socks5({ host: 'a'.repeat(256), port: 1 }, null),
    ['0500'],
    '050100, auth: its name has 256 bytes, where SOCKS5 has room for 1 to 255',
  ],
  [
    '5: the host refuses',
    () => new Socks5(V4, null),
    ['0500', '05050001000000000000'],
    '050100, 05010001c000020101bb, refused: the host refused the connection',
  ],
  [
    '5: a reply of no known kind',
    () => new Socks5(V4, null),
    ['0500', '0563'],
    '050100, 05010001c000020101bb, refused: it answered 99',
  ],
  [
    '5: an address of no known kind',
    () => new Socks5(V4, null),
    ['0500', '0500000900'],
    '050100, 05010001c000020101bb, protocol: what answers there does not speak SOCKS5',
  ],
  [
    '5: HTTP in place of SOCKS',
    () => new Socks5(V4, null),
    ['48'],
    '050100, protocol: what answers there does not speak SOCKS5',
  ],
  ['5: nothing yet', () => new Socks5(V4, null), ['05'], '050100, more'],
] as readonly [string, () => TunnelTalk, readonly string[], string][]) {
  test(`SOCKS${name}`, () => assert.equal(talked(make(), answers), expected));
}

test('SOCKS4 refuses what it cannot say', () => {
  assert.throws(() => new Socks4(V6, '').begin(), { kind: 'refused' });
  assert.throws(() => new Socks4(V4, 'a\0b').begin(), { kind: 'auth' });
});
