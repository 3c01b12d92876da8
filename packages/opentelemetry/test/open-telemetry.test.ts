import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { type OpenTelemetryOptions, openTelemetry } from 'urlpool-opentelemetry';
import { NAME, VERSION } from '../src/scope.ts';

// What callers in JavaScript may give.
const WRONG: readonly (readonly [unknown, string])[] = [
  [7, 'Cannot use 7 as the options of openTelemetry(): give an object'],
  [null, 'Cannot use null as the options of openTelemetry(): give an object'],
  [[], 'Cannot use a list as the options of openTelemetry(): give an object'],
  [
    { tracer: 1 },
    'Cannot use the option tracer of openTelemetry(): there is none of that name; known are connectionSpans, knownMethods, meterProvider, propagator, requestHeaders, responseHeaders, tracerProvider, urlTemplate',
  ],
  [{ tracerProvider: {} }, 'Cannot use an object as tracerProvider: give an object with getTracer()'],
  [{ tracerProvider: 'x' }, 'Cannot use "x" as tracerProvider: give an object with getTracer()'],
  [{ meterProvider: null }, 'Cannot use null as meterProvider: give an object with getMeter()'],
  [{ propagator: () => {} }, 'Cannot use a function as propagator: give an object with inject()'],
  [{ urlTemplate: '/a' }, 'Cannot use "/a" as urlTemplate: give a function'],
  [{ requestHeaders: 'x-a' }, 'Cannot use "x-a" as requestHeaders: give a list of names'],
  [{ requestHeaders: ['x a'] }, 'Cannot use "x a" in requestHeaders: give names'],
  [{ responseHeaders: [7] }, 'Cannot use 7 in responseHeaders: give names'],
  [{ knownMethods: ['A B'] }, 'Cannot use "A B" in knownMethods: give names'],
  [{ connectionSpans: 'no' }, 'Cannot use "no" as connectionSpans: give true or false'],
];

for (const [options, message] of WRONG) {
  test(`openTelemetry() refuses ${JSON.stringify(options)}`, () => {
    assert.throws(() => openTelemetry(options as OpenTelemetryOptions), {
      name: 'RequestError',
      code: 'ERR_INVALID_OPTION',
      message,
    });
  });
}

test('openTelemetry() takes options that are undefined', () => {
  assert.deepEqual(Object.keys(openTelemetry({ tracerProvider: undefined, requestHeaders: undefined })), [
    'onEvent',
    'propagate',
  ]);
});

test('the scope of spans and metrics is the package', () => {
  const file = new URL('package.json', new URL('.', import.meta.resolve('urlpool-opentelemetry/package.json')));
  const { name, version } = JSON.parse(readFileSync(file, 'utf8'));
  assert.deepEqual([NAME, VERSION], [name, version]);
});

for (const name of ['urlpool-opentelemetry', 'urlpool-inspector', 'urlpool-testing']) {
  // A second copy would have errors and types of its own.
  test(`${name} works with the copy of urlpool that the program has`, () => {
    const file = new URL(import.meta.resolve(`${name}/package.json`));
    const { dependencies = {}, peerDependencies = {} } = JSON.parse(readFileSync(file, 'utf8'));
    assert.deepEqual([dependencies.urlpool, peerDependencies.urlpool], [undefined, '^0.1.0']);
  });
}
