// Logs in to a site with a form that has a CSRF token, and shows the orders of the account. Stays logged in.
//
//     SHOP_PASSWORD=… node login.ts https://shop.example ada

import { parseArgs } from 'node:util';
import { CookieJar, HTTPError, Session } from 'urlpool';

/** The hidden fields of a page: the token is one of them. */
function hiddenFields(html: string): Record<string, string> {
  const inputs = html.match(/<input\s[^>]*type="hidden"[^>]*>/g) ?? [];
  const attribute = (input: string, name: string): string =>
    new RegExp(`\\s${name}="([^"]*)"`).exec(input)?.[1]?.replaceAll('&amp;', '&') ?? '';
  return Object.fromEntries(inputs.map((input) => [attribute(input, 'name'), attribute(input, 'value')]));
}

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}

async function logIn(session: Session, user: string, password: string): Promise<void> {
  const page = (await session.get('/login')).raiseForStatus();
  const form = { ...hiddenFields(page.text()), user, password };
  const answer = await session.post('/login', { form, headers: { Referer: page.url } });
  if (answer.status === 403) fail('wrong name or password');
  answer.raiseForStatus();
}

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { cookies: { type: 'string', default: 'cookies.json' } },
});
const [baseUrl, user] = positionals;
if (baseUrl === undefined || user === undefined) fail('usage: SHOP_PASSWORD=… login.ts [--cookies PATH] SITE USER');
try {
  const cookies = await CookieJar.load(values.cookies, { optional: true });
  const session = new Session({ baseUrl, cookies, timeout: 10_000 });
  let account = await session.get('/account');
  // Sent there, for want of a cookie.
  if (account.url.endsWith('/login')) {
    await logIn(session, user, process.env.SHOP_PASSWORD ?? fail('SHOP_PASSWORD is not set'));
    console.error('logged in');
    account = await session.get('/account');
  }
  account.raiseForStatus();
  await session.close();
  await cookies.save(values.cookies);
  for (const [, order] of account.text().matchAll(/<li>(.*?)<\/li>/g)) console.log(order);
} catch (error) {
  if (!(error instanceof HTTPError)) throw error;
  fail(`cannot log in: ${error.message}`);
}
