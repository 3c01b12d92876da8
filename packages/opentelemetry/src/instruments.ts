// The metrics, with the names, units and buckets of the semantic conventions for HTTP clients and of those for .NET's DNS.

import { type Histogram, type Meter, type MeterProvider, metrics, type UpDownCounter } from '@opentelemetry/api';
import { NAME, VERSION } from './scope.ts';

const REQUEST_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
const CONNECTION_SECONDS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300];

export interface Instruments {
  /** Stable. */
  readonly requestDuration: Histogram;
  readonly activeRequests: UpDownCounter;
  readonly requestBodySize: Histogram;
  readonly responseBodySize: Histogram;
  readonly openConnections: UpDownCounter;
  readonly connectionDuration: Histogram;
  readonly dnsLookupDuration: Histogram;
}

function instrumentsOf(meter: Meter): Instruments {
  return {
    requestDuration: meter.createHistogram('http.client.request.duration', {
      description: 'Duration of HTTP client requests.',
      unit: 's',
      advice: { explicitBucketBoundaries: REQUEST_SECONDS },
    }),
    activeRequests: meter.createUpDownCounter('http.client.active_requests', {
      description: 'Number of active HTTP requests.',
      unit: '{request}',
    }),
    requestBodySize: meter.createHistogram('http.client.request.body.size', {
      description: 'Size of HTTP client request bodies.',
      unit: 'By',
    }),
    responseBodySize: meter.createHistogram('http.client.response.body.size', {
      description: 'Size of HTTP client response bodies.',
      unit: 'By',
    }),
    openConnections: meter.createUpDownCounter('http.client.open_connections', {
      description: 'Number of outbound HTTP connections that are currently active or idle on the client.',
      unit: '{connection}',
    }),
    connectionDuration: meter.createHistogram('http.client.connection.duration', {
      description: 'The duration of the successfully established outbound HTTP connections.',
      unit: 's',
      advice: { explicitBucketBoundaries: CONNECTION_SECONDS },
    }),
    dnsLookupDuration: meter.createHistogram('dns.lookup.duration', {
      description: 'Measures the time taken to perform a DNS lookup.',
      unit: 's',
      advice: { explicitBucketBoundaries: REQUEST_SECONDS },
    }),
  };
}

/** The instruments of a provider, or of the global one, which may be registered late. */
export class InstrumentSource {
  readonly #given: MeterProvider | undefined;
  #last: { readonly provider: MeterProvider; readonly instruments: Instruments } | null = null;

  constructor(given: MeterProvider | undefined) {
    this.#given = given;
  }

  /** Those of now. What was counted up with them is to be counted down with the same ones. */
  get(): Instruments {
    const provider = this.#given ?? metrics.getMeterProvider();
    if (this.#last?.provider !== provider) {
      this.#last = { provider, instruments: instrumentsOf(provider.getMeter(NAME, VERSION)) };
    }
    return this.#last.instruments;
  }
}
