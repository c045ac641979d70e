import { hash } from 'node:crypto';
import { Injectable, type OnModuleInit } from '@nestjs/common';

/** Name of the meter and the tracer. */
const SCOPE = 'nestjs-weixin-subscribe';

export type TelemetryAttributes = Record<string, string | number | boolean>;

/** What {@link Telemetry.span} hands to the work it measures. */
export interface TelemetrySpan {
  /** Whether anybody will see it: what costs something is not worth making otherwise. */
  isRecording(): boolean;
  setAttributes(attributes: TelemetryAttributes): unknown;
  /** @param link of {@link linkTo} */
  addLink(link: { context: SpanContext }): unknown;
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
  trace: {
    getTracer(name: string): Tracer;
    getSpan(context: unknown): ApiSpan | undefined;
    setSpan(context: unknown, span: ApiSpan): unknown;
    setSpanContext(context: unknown, span: SpanContext): unknown;
  };
  context: {
    active(): unknown;
    with<T>(context: unknown, work: (span: ApiSpan) => T, self: undefined, span: ApiSpan): T;
  };
  ROOT_CONTEXT: unknown;
}

interface Tracer {
  startSpan(
    name: string,
    options: { kind: number; attributes?: TelemetryAttributes },
    context: unknown,
  ): ApiSpan;
}

interface ApiSpan extends TelemetrySpan {
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

/**
 * Where every 1.x of the API keeps what an SDK has registered. Where nothing is, loading it would only cost a
 * start: many have the package, as a dependency of another.
 */
const REGISTERED = Symbol.for('opentelemetry.js.api.1');

/** As the API numbers them. */
const SPAN_KIND = { internal: 0, client: 2, consumer: 4 } as const;
const STATUS_ERROR = 2;
const SAMPLED = 1;

/** Seconds; a call to WeChat takes some 50 ms, and gives up after `http.timeoutMs`. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

const NOBODY: TelemetrySpan = {
  isRecording: () => false,
  setAttributes: () => undefined,
  addLink: () => undefined,
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

  /**
   * Measures `work` as a span that is active while it runs: spans made within it, also those of the host's
   * own instrumentation, are its children. What it throws marks the span, and passes.
   */
  span<T>(name: string, options: SpanOptions, work: (span: TelemetrySpan) => Promise<T>): Promise<T> {
    const { api, tracer } = this;
    if (!api || !tracer) return work(NOBODY);
    const { kind = 'internal', attributes, message } = options;
    const parent =
      message === undefined
        ? api.context.active()
        : api.trace.setSpanContext(api.ROOT_CONTEXT, contextOf(message));
    return within(api, tracer.startSpan(name, { kind: SPAN_KIND[kind], attributes }, parent), parent, work);
  }

  /** Measures a part of what {@link span} measures, likewise; none where the span around is not recorded. */
  part<T>(name: string, work: () => Promise<T>): Promise<T> {
    const { api, tracer } = this;
    if (!api || !tracer) return work();
    const around = api.context.active();
    if (api.trace.getSpan(around)?.isRecording() === false) return work();
    return within(api, tracer.startSpan(name, { kind: SPAN_KIND.internal }, around), around, work);
  }

  async onModuleInit(): Promise<void> {
    if (!(REGISTERED in globalThis)) return;
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

/**
 * Makes the span active for the work, and ends it. Callbacks in place of an async function: each promise
 * costs more where contexts are followed.
 */
function within<T>(
  { trace, context }: OpenTelemetryApi,
  span: ApiSpan,
  parent: unknown,
  work: (span: ApiSpan) => Promise<T>,
): Promise<T> {
  const failed = (error: unknown): never => {
    span.setStatus({ code: STATUS_ERROR });
    span.setAttributes({
      'error.type': (error as { code?: unknown } | undefined)?.code?.toString() ?? 'Error',
    });
    span.end();
    throw error;
  };
  try {
    return context.with(trace.setSpan(parent, span), work, undefined, span).then((result) => {
      span.end();
      return result;
    }, failed);
  } catch (error) {
    return failed(error);
  }
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
  const digest = hash('sha256', message, 'hex');
  return {
    traceId: digest.slice(0, 32),
    spanId: digest.slice(32, 48),
    traceFlags: SAMPLED,
    isRemote: true,
  };
}

/** Names the trace that the further spans of a message are in. */
export const linkTo = (messageId: string) => ({ context: contextOf(messageId) });

/** The id of the trace in which the spans of a message are, in every process. */
export const traceIdOf = (messageId: string): string => contextOf(messageId).traceId;
