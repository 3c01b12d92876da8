// The real SDK with exporters in memory, and the spans and metrics in a form that a table can hold.

import type { TestContext } from 'node:test';
import { type Attributes, context, SpanStatusCode } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { type OpenTelemetryHooks, type OpenTelemetryOptions, openTelemetry } from 'urlpool-opentelemetry';

context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());

/** A data point of a metric. */
export interface Point {
  readonly attributes: Attributes;
  /** The sum of a counter, the number of values in a histogram. */
  readonly count: number;
  /** The sum of a histogram; null for a counter. */
  readonly sum: number | null;
  /** The buckets of a histogram; none for a counter. */
  readonly boundaries: readonly number[];
}

export interface Traced {
  readonly hooks: OpenTelemetryHooks;
  readonly tracerProvider: BasicTracerProvider;
  readonly meterProvider: MeterProvider;
  /** Spans that have ended, in the order of their beginning. */
  spans(): ReadableSpan[];
  /** Spans that have begun and not ended. */
  open(): number;
  /** The points of a metric; none of one that nothing was recorded with. */
  points(name: string): Promise<Point[]>;
  /** The unit of a metric. */
  unit(name: string): Promise<string | undefined>;
}

export function traced(t: TestContext, options: OpenTelemetryOptions = {}): Traced {
  const exporter = new InMemorySpanExporter();
  const begun: object[] = [];
  let open = 0;
  const counter: SpanProcessor = {
    onStart(span) {
      begun.push(span.spanContext());
      open++;
    },
    onEnd() {
      open--;
    },
    forceFlush: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
  };
  const tracerProvider = new BasicTracerProvider({ spanProcessors: [counter, new SimpleSpanProcessor(exporter)] });
  const metricExporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter: metricExporter, exportIntervalMillis: 3_600_000 });
  const meterProvider = new MeterProvider({ readers: [reader] });
  t.after(() => Promise.all([tracerProvider.shutdown(), meterProvider.shutdown()]));
  const collected = async (name: string) => {
    metricExporter.reset();
    await meterProvider.forceFlush();
    const scopes = metricExporter.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics);
    return scopes.flatMap(({ metrics }) => metrics).find(({ descriptor }) => descriptor.name === name);
  };
  return {
    hooks: openTelemetry({ tracerProvider, meterProvider, propagator: new W3CTraceContextPropagator(), ...options }),
    tracerProvider,
    meterProvider,
    spans: () =>
      exporter.getFinishedSpans().sort((a, b) => begun.indexOf(a.spanContext()) - begun.indexOf(b.spanContext())),
    open: () => open,
    async points(name) {
      const metric = await collected(name);
      return (metric?.dataPoints ?? []).map(({ attributes, value }) =>
        typeof value === 'number'
          ? { attributes, count: value, sum: null, boundaries: [] }
          : {
              attributes,
              count: value.count,
              sum: 'sum' in value ? (value.sum ?? null) : null,
              boundaries: 'buckets' in value && 'boundaries' in value.buckets ? value.buckets.boundaries : [],
            },
      );
    },
    unit: async (name) => (await collected(name))?.descriptor.unit,
  };
}

/** The tree of spans as lines, two spaces for each level: the name, its kind, `!` for an error, `->` and what it is linked to. */
export function tree(spans: readonly ReadableSpan[]): string[] {
  const nameOf = (id: string): string => spans.find((span) => span.spanContext().spanId === id)?.name ?? 'unknown';
  const under = (parent: string | undefined, depth: number): string[] =>
    spans
      .filter((span) => span.parentSpanContext?.spanId === parent)
      .flatMap((span) => {
        const isFailed = span.status.code === SpanStatusCode.ERROR;
        const links = span.links.map(({ context: { spanId } }) => ` -> ${nameOf(spanId)}`).join('');
        const line = `${'  '.repeat(depth)}${KINDS[span.kind] ?? ''} ${span.name}${isFailed ? ' !' : ''}${links}`;
        return [line, ...under(span.spanContext().spanId, depth + 1)];
      });
  return under(undefined, 0);
}

const KINDS: readonly string[] = ['INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'];

/** The only span of a name that begins so. */
export function only(spans: readonly ReadableSpan[], name: string): ReadableSpan {
  const [span, ...others] = spans.filter((one) => one.name.startsWith(name));
  if (span === undefined || others.length > 0) {
    throw new Error(`Not one span "${name}" in ${JSON.stringify(spans.map((one) => one.name))}`);
  }
  return span;
}

/** Those of the requests, in the order of their beginning. */
export function requests(spans: readonly ReadableSpan[]): ReadableSpan[] {
  return spans.filter(({ kind }) => KINDS[kind] === 'CLIENT');
}

/** How long a span took, in ms. */
export function duration({ duration: [seconds, nanoseconds] }: ReadableSpan): number {
  return seconds * 1000 + nanoseconds / 1e6;
}
