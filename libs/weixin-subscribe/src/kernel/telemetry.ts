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
  spanContext(): { traceFlags: number };
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

export interface PartOptions {
  /** @default 'internal' */
  kind?: keyof typeof SPAN_KIND;
  attributes?: TelemetryAttributes;
}

export interface SpanOptions extends PartOptions {
  /**
   * Id of a message. Its spans of all processes belong to one trace, whose id follows from that of the
   * message: nothing has to be stored or handed on.
   */
  message?: string;
}

/**
 * Counts; adds nothing while nobody collects. An SDK sorts and serialises the attributes at each `add`, more
 * than a microsecond, so that it gets them at the first one and then at each collection, summed up.
 */
export class TelemetryCounter {
  private made?: { add(value: number, to?: TelemetryAttributes): void };
  private readonly sums = new Map<string, { value: number; attributes?: TelemetryAttributes }>();
  private isSummed = false;

  constructor(
    readonly name: string,
    private readonly described: Described,
  ) {}

  add(value: number, attributes?: TelemetryAttributes): void {
    if (!this.made) return;
    if (!this.isSummed) {
      this.made.add(value, attributes);
      return;
    }
    let key = '';
    for (const name in attributes) key += `${name}=${attributes[name]}\n`;
    const sum = this.sums.get(key);
    if (sum) {
      sum.value += value;
      return;
    }
    // The SDK takes the moment of the first one for the beginning of the series.
    this.sums.set(key, { value: 0, attributes });
    this.made.add(value, attributes);
  }

  /** @internal */
  make(meter: Meter): void {
    this.made = meter.createCounter(this.name, this.described);
  }

  /** @internal From now on {@link handOver} is called at each collection. */
  sumUp(): void {
    this.isSummed = true;
  }

  /** @internal */
  handOver(): void {
    for (const sum of this.sums.values()) {
      if (sum.value === 0) continue;
      this.made?.add(sum.value, sum.attributes);
      sum.value = 0;
    }
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
  private meter?: Meter;
  private tracing?: Tracing;

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
    this.kept(
      new Gauge(name, { description, unit }, (observe) => {
        // Gauges are asked before counters are read.
        for (const counter of this.counters()) counter.handOver();
        return read(observe);
      }),
    );
  }

  /**
   * Measures `work` as a span that is active while it runs: spans made within it, also those of the host's
   * own instrumentation, are its children. What it throws marks the span, and passes.
   */
  span<T>(name: string, options: SpanOptions, work: (span: TelemetrySpan) => Promise<T>): Promise<T> {
    return this.tracing ? this.tracing.span(name, options, work) : work(NOBODY);
  }

  /**
   * Measures a part of what {@link span} measures, likewise. Where the span around is dropped, the sampler is
   * not asked again.
   */
  part<T>(name: string, work: (span: TelemetrySpan) => Promise<T>, options: PartOptions = {}): Promise<T> {
    return this.tracing ? this.tracing.part(name, options, work) : work(NOBODY);
  }

  async onModuleInit(): Promise<void> {
    const registered = (globalThis as { [REGISTERED]?: { trace?: unknown; metrics?: unknown } })[REGISTERED];
    const api = registered && (await load());
    if (!api) return;
    // Many hosts have metrics alone; the API's own spans, which do nothing, are not free.
    if (registered.trace) this.tracing = new Tracing(api);
    this.meter = api.metrics.getMeter(SCOPE);
    for (const instrument of this.instruments) instrument.make(this.meter);
    if (!this.instruments.some((instrument) => instrument instanceof Gauge)) return;
    for (const counter of this.counters()) counter.sumUp();
  }

  private kept<Instrument extends { make(meter: Meter): void }>(instrument: Instrument): Instrument {
    this.instruments.push(instrument);
    if (this.meter) instrument.make(this.meter);
    return instrument;
  }

  private counters(): TelemetryCounter[] {
    return this.instruments.filter((instrument) => instrument instanceof TelemetryCounter);
  }
}

class Tracing {
  private readonly tracer: Tracer;

  constructor(private readonly api: OpenTelemetryApi) {
    this.tracer = api.trace.getTracer(SCOPE);
  }

  span<T>(name: string, options: SpanOptions, work: (span: TelemetrySpan) => Promise<T>): Promise<T> {
    const { context, trace, ROOT_CONTEXT } = this.api;
    const { message } = options;
    const around =
      message === undefined ? context.active() : trace.setSpanContext(ROOT_CONTEXT, contextOf(message));
    const span = this.start(name, options, around);
    // Whoever looks for the span around finds that of the host, which is dropped as well.
    if (isDropped(span) && isDropped(trace.getSpan(around))) return work(span);
    return this.within(span, around, work);
  }

  part<T>(name: string, options: PartOptions, work: (span: TelemetrySpan) => Promise<T>): Promise<T> {
    const around = this.api.context.active();
    if (isDropped(this.api.trace.getSpan(around))) return work(NOBODY);
    return this.within(this.start(name, options, around), around, work);
  }

  private start(name: string, { kind = 'internal', attributes }: PartOptions, around: unknown): ApiSpan {
    return this.tracer.startSpan(name, { kind: SPAN_KIND[kind], attributes }, around);
  }

  /**
   * Makes the span active for the work, and ends it. Callbacks in place of an async function: each promise
   * costs more where contexts are followed.
   */
  private within<T>(span: ApiSpan, around: unknown, work: (span: ApiSpan) => Promise<T>): Promise<T> {
    const failed = (error: unknown): never => {
      span.setStatus({ code: STATUS_ERROR });
      span.setAttributes({
        'error.type': (error as { code?: unknown } | undefined)?.code?.toString() ?? 'Error',
      });
      span.end();
      throw error;
    };
    const { context, trace } = this.api;
    try {
      return context.with(trace.setSpan(around, span), work, undefined, span).then((result) => {
        span.end();
        return result;
      }, failed);
    } catch (error) {
      return failed(error);
    }
  }
}

/** No exporter gets it, and by the default sampler none of its children. */
const isDropped = (span: ApiSpan | undefined): boolean =>
  span !== undefined && !span.isRecording() && (span.spanContext().traceFlags & SAMPLED) === 0;

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
