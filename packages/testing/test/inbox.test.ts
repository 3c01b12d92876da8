import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Inbox } from '../src/inbox.ts';

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');

test('Inbox.take() waits for bytes that come in pieces', async () => {
  const inbox = new Inbox();
  const taken = inbox.take(3);
  for (const piece of 'abcd') inbox.push(bytes(piece));
  assert.equal((await taken).toString(), 'abc');
  assert.equal(inbox.size, 1);
});

test('Inbox.take() still gives what came before the end', async () => {
  const inbox = new Inbox();
  inbox.push(bytes('ab'));
  inbox.end('reset');
  assert.equal((await inbox.take(2)).toString(), 'ab');
  await assert.rejects(inbox.take(1), { name: 'InboxEndedError', by: 'reset' });
});

test('Inbox.end() counts once', async () => {
  const inbox = new Inbox();
  inbox.end('fin');
  inbox.end('server');
  await assert.rejects(inbox.take(1), { by: 'fin' });
});

test('Inbox.takeLine() leaves what follows the line', async () => {
  const inbox = new Inbox();
  inbox.push(bytes('a\r'));
  const line = inbox.takeLine(100);
  inbox.push(bytes('\nb'));
  assert.equal((await line).toString(), 'a\r\n');
  assert.equal((await inbox.take(1)).toString(), 'b');
});

test('Inbox.takeLine() finds a line already scanned past by another take', async () => {
  const inbox = new Inbox();
  inbox.push(bytes('ab'));
  const line = inbox.takeLine(100);
  inbox.push(bytes('c\nd\n'));
  assert.equal((await line).toString(), 'abc\n');
  assert.equal((await inbox.takeLine(100)).toString(), 'd\n');
});

test('Inbox.takeSome() gives null after a FIN', async () => {
  const inbox = new Inbox();
  inbox.push(bytes('a'));
  inbox.end('fin');
  assert.equal((await inbox.takeSome())?.toString(), 'a');
  assert.equal(await inbox.takeSome(), null);
});

test('Inbox.takeSome() rejects after a reset', async () => {
  const inbox = new Inbox();
  inbox.end('reset');
  await assert.rejects(inbox.takeSome(), { by: 'reset' });
});

test('Inbox.discard() drops what is here and what comes', () => {
  const inbox = new Inbox();
  inbox.push(bytes('abc'));
  inbox.discard();
  inbox.push(bytes('d'));
  assert.equal(inbox.size, 0);
});

test('Inbox.push() tells when 512 MiB lie unread', () => {
  const inbox = new Inbox();
  const chunk = Buffer.alloc(64 * 1024 * 1024);
  for (let count = 1; count <= 8; count += 1) assert.equal(inbox.push(chunk), true);
  assert.equal(inbox.push(chunk), false);
});
