// Hooks as a layer, without requests: what each is given, and what comes of what it gives.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BaseResponse } from '../../src/response/base-response.ts';
import { hookLayer, type SessionHooks } from '../../src/session/hooks.ts';
import type { SessionRequest } from '../../src/session/middleware.ts';

const named = (name: string): SessionRequest => ({ method: name }) as SessionRequest;
const responseOf = (status: number): BaseResponse => ({ status }) as BaseResponse;

/** What comes of a request A over hooks, in words; `next` answers with 200, or throws. */
async function story(hooks: SessionHooks, fails = false): Promise<string> {
  const layer = hookLayer(hooks);
  assert.ok(layer !== null);
  const sent: string[] = [];
  const next = async ({ method } = named('none')): Promise<BaseResponse> => {
    sent.push(method);
    if (fails) throw new Error('refused');
    return responseOf(200);
  };
  try {
    const { status } = await layer(named('A'), next);
    return `${sent.join(' ')} -> ${status}`;
  } catch (error) {
    return `${sent.join(' ')} -> ${error instanceof Error ? error.message : String(error)}`;
  }
}

// name, hooks, whether the request fails, what comes of it
const CASES: readonly (readonly [string, SessionHooks, boolean, string])[] = [
  ['nothing', {}, false, 'A -> 200'],
  ['lists of none', { request: [], response: [], error: [] }, true, 'A -> refused'],
  ['hooks that give nothing', { request: () => {}, response: () => {} }, false, 'A -> 200'],
  ['another request', { request: () => named('B') }, false, 'B -> 200'],
  [
    'requests one after the other',
    { request: [async ({ method }) => named(`${method}1`), ({ method }) => named(`${method}2`)] },
    false,
    'A12 -> 200',
  ],
  ['another response', { response: () => responseOf(201) }, false, 'A -> 201'],
  [
    'responses one after the other',
    { response: [() => responseOf(201), async ({ status }) => responseOf(status + 1)] },
    false,
    'A -> 202',
  ],
  [
    'the request of a response',
    { request: () => named('B'), response: (_, { method }) => responseOf(method === 'B' ? 299 : 0) },
    false,
    'B -> 299',
  ],
  ['no response of what fails', { response: () => responseOf(201) }, true, 'A -> refused'],
  ['another error', { error: (error) => new Error(`${(error as Error).message} twice`) }, true, 'A -> refused twice'],
  ['errors one after the other', { error: [() => 'one', async (error) => `${error} two`] }, true, 'A -> one two'],
  ['an error that is kept', { error: () => undefined }, true, 'A -> refused'],
  ['an error that is null', { error: () => null }, true, 'A -> refused'],
  ['the request of an error', { request: () => named('B'), error: (_, { method }) => method }, true, 'B -> B'],
  ['what a hook of a request throws', { request: () => assert.fail('no'), error: () => 'seen' }, false, ' -> seen'],
  [
    'what a hook of a response throws',
    { response: () => assert.fail('no'), error: (error) => `seen ${(error as Error).message}` },
    false,
    'A -> seen no',
  ],
  ['what a hook of an error throws', { error: () => assert.fail('worse') }, true, 'A -> worse'],
];

for (const [name, hooks, fails, expected] of CASES) {
  test(`hookLayer() of ${name}`, async () => assert.equal(await story(hooks, fails), expected));
}

test('hookLayer() of no hooks is no layer', () => assert.equal(hookLayer(undefined), null));

// name, hooks, message
for (const [name, hooks, message] of [
  ['another name', { before: () => {} }, /the option before of hooks/],
  [
    'what is no function',
    { request: 'log' },
    /^Cannot use "log" as hooks\.request: give a function or a list of functions$/,
  ],
  ['a list with what is none', { error: [() => {}, null] }, /^Cannot use null as hooks\.error/],
  ['no object', 5, /^Cannot use 5 as hooks: give an object$/],
] as const) {
  test(`hookLayer() refuses ${name}`, () => {
    assert.throws(() => hookLayer(hooks as unknown as SessionHooks), { code: 'ERR_INVALID_OPTION', message });
  });
}
