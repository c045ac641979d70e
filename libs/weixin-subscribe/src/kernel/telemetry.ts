import { createHash } from 'node:crypto';
import { Injectable, type OnModuleInit } from '@nestjs/common';

/** Name of the meter and the tracer. */
const SCOPE = 'nestjs-weixin-subscribe';

export type TelemetryAttributes = Record<string, string | number | boolean>;

/** What {@link Telemetry.span} hands to the work it measures. */
export interface TelemetrySpan {
  /** Whether anybody will see it: what costs something is not worth making otherwise. */
  isRecording(): boolean;
  setAttributes(attributes: TelemetryAttributes): unknown;
  /** Names the trace that the further spans of a message are in. */
  linkTo(messageId: string): void;
}

interface SpanContext {
  traceId: string;
  spanId: string;
  traceFlags: number;
  isRemote: boolean;
}

/**
 * As much of `@opentelemetry/api` as is used here. Its own types would be part of our declarations, which
 * hosts without the package could not compile then.
 */
interface OpenTelemetryApi {
  metrics: { getMeter(name: string): Meter };
  trace: { getTracer(name: string): Tracer; setSpanContext(context: unknown, span: SpanContext): unknown };
  context: { active(): unknown };
  ROOT_CONTEXT: unknown;
}

interface Tracer {
  startActiveSpan<T>(
    name: string,
    options: { kind: number; attributes?: TelemetryAttributes },
    context: unknown,
    work: (span: ApiSpan) => T,
  ): T;
}

interface ApiSpan extends Pick<TelemetrySpan, 'isRecording' | 'setAttributes'> {
  addLink(link: { context: SpanContext }): unknown;
  setStatus(status: { code: number }): unknown;
  end(): void;
}

interface Described {
  description: string;
  unit: string;
}

interface Meter {
  createCounter(name: string, options: Described): { add(value: number, to?: TelemetryAttributes): void };
  createHistogram(
    name: string,
    options: Described & { advice: { explicitBucketBoundaries: number[] } },
  ): { record(value: number, of?: TelemetryAttributes): void };
  createObservableGauge(
    name: string,
    options: Described,
  ): { addCallback(callback: (result: Observation) => Promise<void>): void };
}

interface Observation {
  observe(value: number, of?: TelemetryAttributes): void;
}

/** As the API numbers them. */
const SPAN_KIND = { internal: 0, client: 2, consumer: 4 } as const;
const STATUS_ERROR = 2;
const SAMPLED = 1;

/** Seconds; a call to WeChat takes some 50 ms, and gives up after `http.timeoutMs`. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

const NOBODY: TelemetrySpan = {
  isRecording: () => false,
  setAttributes: () => undefined,
  linkTo: () => undefined,
};

export interface SpanOptions {
  /** @default 'internal' */
  kind?: keyof typeof SPAN_KIND;
  attributes?: TelemetryAttributes;
  /**
   * Id of a message. Its spans of all processes belong to one trace, whose id follows from that of the
   * message: nothing has to be stored or handed on.
   */
  message?: string;
}

/** Counts; adds nothing while nobody collects. */
export class TelemetryCounter {
  private made?: { add(value: number, to?: TelemetryAttributes): void };

  constructor(
    readonly name: string,
    private readonly described: Described,
  ) {}

  add(value: number, attributes?: TelemetryAttributes): void {
    this.made?.add(value, attributes);
  }

  /** @internal */
  make(meter: Meter): void {
    this.made = meter.createCounter(this.name, this.described);
  }
}

/** Durations in seconds. */
export class TelemetryDuration {
  private made?: { record(value: number, of?: TelemetryAttributes): void };

  constructor(
    readonly name: string,
    private readonly described: Described,
  ) {}

  /** @param since of `performance.now()` */
  record(since: number, attributes?: TelemetryAttributes): void {
    this.made?.record((performance.now() - since) / 1000, attributes);
  }

  /** @internal */
  make(meter: Meter): void {
    this.made = meter.createHistogram(this.name, {
      ...this.described,
      advice: { explicitBucketBoundaries: BUCKETS },
    });
  }
}

class Gauge {
  constructor(
    readonly name: string,
    private readonly described: Described,
    private readonly read: (observe: Observation['observe']) => Promise<void>,
  ) {}

  make(meter: Meter): void {
    const gauge = meter.createObservableGauge(this.name, this.described);
    // A database that is away must not fail the collection of all other metrics: the value is missing then.
    gauge.addCallback((result) => this.read((value, of) => result.observe(value, of)).catch(() => undefined));
  }
}

/**
 * Metrics and spans by `@opentelemetry/api`, an optional peer. Without the package, and where the host has
 * registered no SDK, everything here does nothing. Register the SDK before the application is created: the
 * API hands out instruments only once.
 *
 * No attribute holds a token, secret, state or openid; those of metrics have few values.
 */
@Injectable()
export class Telemetry implements OnModuleInit {
  private readonly instruments: { make(meter: Meter): void }[] = [];
  private api?: OpenTelemetryApi;
  private meter?: Meter;
  private tracer?: Tracer;

  /** @param name `weixin.…`, as OpenTelemetry writes names; exporters for Prometheus add unit and `_total` */
  counter(name: string, description: string, unit = '1'): TelemetryCounter {
    return this.kept(new TelemetryCounter(name, { description, unit }));
  }

  duration(name: string, description: string): TelemetryDuration {
    return this.kept(new TelemetryDuration(name, { description, unit: 's' }));
  }

  /** @param read asked at each collection, by each process; it must be cheap and bounded */
  gauge(
    name: string,
    { description, unit = '1' }: { description: string; unit?: string },
    read: (observe: Observation['observe']) => Promise<void>,
  ): void {
    this.kept(new Gauge(name, { description, unit }, read));
  }

  /** Measures `work` as a span that is active while it runs. What it throws marks the span, and passes. */
  span<T>(name: string, options: SpanOptions, work: (span: TelemetrySpan) => Promise<T>): Promise<T> {
    const { api, tracer } = this;
    if (!api || !tracer) return work(NOBODY);
    const { kind = 'internal', attributes, message } = options;
    const messageContext = message === undefined ? undefined : contextOf(message);
    const parent = messageContext
      ? api.trace.setSpanContext(api.ROOT_CONTEXT, messageContext)
      : api.context.active();
    return tracer.startActiveSpan(name, { kind: SPAN_KIND[kind], attributes }, parent, async (span) => {
      try {
        return await work(linkable(span));
      } catch (error) {
        span.setStatus({ code: STATUS_ERROR });
        span.setAttributes({
          'error.type': (error as { code?: unknown } | undefined)?.code?.toString() ?? 'Error',
        });
        throw error;
      } finally {
        span.end();
      }
    });
  }

  async onModuleInit(): Promise<void> {
    this.api = await load();
    if (!this.api) return;
    this.tracer = this.api.trace.getTracer(SCOPE);
    this.meter = this.api.metrics.getMeter(SCOPE);
    for (const instrument of this.instruments) instrument.make(this.meter);
  }

  private kept<Instrument extends { make(meter: Meter): void }>(instrument: Instrument): Instrument {
    this.instruments.push(instrument);
    if (this.meter) instrument.make(this.meter);
    return instrument;
  }
}

function linkable(span: ApiSpan): TelemetrySpan {
  return {
    isRecording: () => span.isRecording(),
    setAttributes: (attributes) => span.setAttributes(attributes),
    linkTo: (messageId) => {
      if (span.isRecording()) span.addLink({ context: contextOf(messageId) });
    },
  };
}

async function load(): Promise<OpenTelemetryApi | undefined> {
  try {
    return (await import('@opentelemetry/api')) as unknown as OpenTelemetryApi;
  } catch {
    // The package is not there: the host does not want telemetry.
    return undefined;
  }
}

/**
 * The trace of a message. Evenly distributed, so that a sampler that goes by the trace id takes a fair share.
 */
function contextOf(message: string): SpanContext {
  const digest = createHash('sha256').update(message).digest('hex');
  return {
    traceId: digest.slice(0, 32),
    spanId: digest.slice(32, 48),
    traceFlags: SAMPLED,
    isRemote: true,
  };
}

/** The id of the trace in which the spans of a message are, in every process. */
export const traceIdOf = (messageId: string): string => contextOf(messageId).traceId;
