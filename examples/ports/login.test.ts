import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { text } from 'node:stream/consumers';
import { serve, testBoth } from './both.ts';

const env = { SHOP_PASSWORD: 'secret & sure' };

/** A shop with one account. A token is good for the session that it was given to, once. */
function shop(asked: string[]): RequestListener {
  const tokens = new Map<string, string>();
  let count = 0;
  return async (request, response) => {
    const { method, url, headers } = request;
    asked.push(`${method} ${url}`);
    const cookies = Object.fromEntries((headers.cookie ?? '').split('; ').map((pair) => pair.split('=')));
    const page = (status: number, body: string) =>
      response.writeHead(status, { 'Content-Type': 'text/html' }).end(body);
    if (url === '/account') {
      if (cookies.account === 'ada') return page(200, '<ul><li>tea, 2 kg</li>\n<li>a pot</li></ul>');
      return response.writeHead(302, { Location: '/login' }).end();
    }
    if (method === 'GET') {
      const id = `${++count}`;
      tokens.set(id, `t&k+en=${id}`);
      response.setHeader('Set-Cookie', `visit=${id}; Path=/; HttpOnly`);
      const hidden = `<input type="hidden" name="csrf" value="t&amp;k+en=${id}"><input type="hidden" name="next" value="">`;
      return page(
        200,
        `<form method="post">${hidden}<input name="user"><input type="password" name="password"></form>`,
      );
    }
    const form = new URLSearchParams(await text(request));
    const token = tokens.get(cookies.visit ?? '');
    tokens.delete(cookies.visit ?? '');
    const isFromHere = headers.referer === `http://${headers.host}/login`;
    if (token === undefined || form.get('csrf') !== token || !isFromHere) return page(400, 'no token');
    if (form.get('user') !== 'ada' || form.get('password') !== env.SHOP_PASSWORD) return page(403, 'wrong');
    response.setHeader('Set-Cookie', 'account=ada; Path=/; HttpOnly; Max-Age=3600');
    return response.writeHead(303, { Location: '/account' }).end();
  };
}

const LOGGING_IN = ['GET /account', 'GET /login', 'GET /login', 'POST /login', 'GET /account', 'GET /account'];

testBoth('logs in with the token of the form, and stays logged in', 'login', 'requests', async (t, program) => {
  const asked: string[] = [];
  const origin = await serve(t, shop(asked));
  const first = await program.run([origin, 'ada', '--cookies', 'kept'], env);
  assert.deepEqual(first, { code: 0, stdout: 'tea, 2 kg\na pot\n', stderr: 'logged in\n' });
  assert.deepEqual(asked, LOGGING_IN);
  const kept = `${program.folder}/kept`;
  assert.match(readFileSync(kept, 'utf8'), /account/);
  assert.equal(statSync(kept).mode & 0o777, 0o600);

  asked.length = 0;
  const second = await program.run([origin, 'ada', '--cookies', 'kept']);
  assert.deepEqual(second, { code: 0, stdout: 'tea, 2 kg\na pot\n', stderr: '' });
  assert.deepEqual(asked, ['GET /account']);
});

testBoth('says that the password is wrong', 'login', 'requests', async (t, program) => {
  const origin = await serve(t, shop([]));
  const { code, stdout, stderr } = await program.run([origin, 'ada'], { SHOP_PASSWORD: 'other' });
  assert.deepEqual({ code, stdout, stderr }, { code: 1, stdout: '', stderr: 'wrong name or password\n' });
});

testBoth('says that nobody is there', 'login', 'requests', async (_, program) => {
  const { code, stdout, stderr } = await program.run(['http://127.0.0.1:9', 'ada'], env);
  assert.match(stderr, /^cannot log in: /);
  assert.deepEqual({ code, stdout }, { code: 1, stdout: '' });
});
