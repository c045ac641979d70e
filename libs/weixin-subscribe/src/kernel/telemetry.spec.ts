import { createHash } from 'node:crypto';
import { context, createContextKey, metrics, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SamplingDecision,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { Telemetry, traceIdOf } from './telemetry.js';

describe('Telemetry', () => {
  const exporter = new InMemorySpanExporter();
  /** What the sampler was asked about, and what it drops. */
  const asked: string[] = [];
  const dropped = new Set<string>();
  let telemetry: Telemetry;
  beforeAll(async () => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    const sampler = {
      shouldSample(_context: unknown, _traceId: string, name: string) {
        asked.push(name);
        const { NOT_RECORD, RECORD_AND_SAMPLED } = SamplingDecision;
        return { decision: dropped.has(name) ? NOT_RECORD : RECORD_AND_SAMPLED };
      },
    };
    const spanProcessors = [new SimpleSpanProcessor(exporter)];
    trace.setGlobalTracerProvider(new BasicTracerProvider({ sampler, spanProcessors }));
    telemetry = new Telemetry();
    await telemetry.onModuleInit();
  });
  beforeEach(() => {
    exporter.reset();
    asked.length = 0;
    dropped.clear();
  });
  afterAll(() => {
    for (const api of [trace, context]) api.disable();
  });

  const spans = () => exporter.getFinishedSpans();
  const named = (name: string) => spans().find((span) => span.name === name);
  const parentOf = (name: string) => named(name)?.parentSpanContext?.spanId;
  const idOf = (name: string) => named(name)?.spanContext().spanId;
  const resolves = async () => 'done';

  it('makes what is within a span its child, also after an await', async () => {
    const result = await telemetry.span('outer', {}, async () => {
      await resolves();
      return telemetry.span('inner', {}, () => telemetry.part('part', resolves));
    });
    expect(result).toBe('done');
    expect(spans().map(({ name }) => name)).toEqual(['part', 'inner', 'outer']);
    expect([parentOf('inner'), parentOf('part')]).toEqual([idOf('outer'), idOf('inner')]);
  });

  it('makes what is within a part its child, such as the span of a database driver', async () => {
    await telemetry.span('outer', {}, () =>
      telemetry.part('part', () => telemetry.span('query', {}, resolves)),
    );
    expect([parentOf('part'), parentOf('query')]).toEqual([idOf('outer'), idOf('part')]);
  });

  it('does not even ask for a part of a span that is not recorded', async () => {
    dropped.add('outer');
    const result = await telemetry.span('outer', {}, (span) => {
      expect(span.isRecording()).toBe(false);
      return telemetry.part('part', resolves);
    });
    expect([result, asked, spans()]).toEqual(['done', ['outer'], []]);
  });

  const hostContext = (traceFlags: number) =>
    trace.setSpanContext(ROOT_CONTEXT, {
      traceId: '0af7651916cd43dd8448eb211c80319c',
      spanId: 'b7ad6b7169203331',
      traceFlags,
    });

  it('leaves the context as it is where the host has dropped the trace and the sampler drops the span', async () => {
    dropped.add('outer');
    const around = hostContext(0);
    await context.with(around, () =>
      telemetry.span('outer', {}, async () => {
        expect(context.active()).toBe(around);
        await telemetry.part('part', resolves);
      }),
    );
    expect([asked, spans()]).toEqual([['outer'], []]);
  });

  it('has a span that the sampler takes although the host has dropped its trace, with its parts', async () => {
    await context.with(hostContext(0), () =>
      telemetry.span('outer', {}, () => telemetry.part('part', resolves)),
    );
    expect(parentOf('part')).toBe(idOf('outer'));
    expect(idOf('outer')).toBeDefined();
  });

  it.each([
    ['of the host', (work: () => Promise<unknown>) => telemetry.span('host', {}, work)],
    ['of another process', (work: () => Promise<unknown>) => context.with(hostContext(1), work)],
  ])('drops the parts of a span that the sampler drops within a recorded one %s', async (_, within) => {
    dropped.add('outer');
    await within(() => telemetry.span('outer', {}, () => telemetry.part('part', resolves)));
    expect(asked.filter((name) => name !== 'host')).toEqual(['outer']);
    expect(named('part')).toBeUndefined();
  });

  it('has a part where the span around is recorded by another process, with kind and attributes', async () => {
    const attributes = { 'url.path': '/x' };
    await context.with(hostContext(1), () =>
      telemetry.part('part', resolves, { kind: 'client', attributes }),
    );
    expect(parentOf('part')).toBe('b7ad6b7169203331');
    expect(named('part')).toMatchObject({ kind: 2, attributes });
  });

  it('keeps what the host has in its context, and what it puts there within a span', async () => {
    const [before, within] = [createContextKey('before'), createContextKey('within')];
    await context.with(ROOT_CONTEXT.setValue(before, 1), () =>
      telemetry.span('outer', {}, async () => {
        const more = context.active().setValue(within, 2);
        expect([more.getValue(before), more.getValue(within)]).toEqual([1, 2]);
        const less = more.deleteValue(within);
        const without = context.active().deleteValue(before);
        expect([less.getValue(within), without.getValue(before)]).toEqual([undefined, undefined]);
        for (const one of [more, less, without])
          await context.with(one, () => telemetry.part('part', resolves));
      }),
    );
    const parts = spans().filter(({ name }) => name === 'part');
    expect(parts.map(({ parentSpanContext }) => parentSpanContext?.spanId)).toEqual(
      Array.from({ length: 3 }, () => idOf('outer')),
    );
  });

  it('has a part that stands alone', async () => {
    await telemetry.part('part', resolves);
    expect(parentOf('part')).toBeUndefined();
    expect(spans()).toHaveLength(1);
  });

  const failure = Object.assign(new Error('no'), { code: 'WEIXIN_NO' });
  it.each([
    ['rejects', () => Promise.reject(failure)],
    [
      'throws',
      () => {
        throw failure;
      },
    ],
  ])('marks and ends the span of work that %s, and passes its error', async (_, work) => {
    const attempt = async (run: () => Promise<unknown>) => run();
    await expect(attempt(() => telemetry.span('span', {}, work))).rejects.toBe(failure);
    await expect(attempt(() => telemetry.part('part', work))).rejects.toBe(failure);
    expect(spans().map(({ name, status, attributes }) => ({ name, status, attributes }))).toEqual([
      { name: 'span', status: { code: 2 }, attributes: { 'error.type': 'WEIXIN_NO' } },
      { name: 'part', status: { code: 2 }, attributes: { 'error.type': 'WEIXIN_NO' } },
    ]);
  });

  it('gives a message the trace that every release gives it', async () => {
    const id = '01a22b9b-609b-70f1-94c2-72f7f922af54';
    const traceId = createHash('sha256').update(id).digest('hex').slice(0, 32);
    expect(traceIdOf(id)).toBe(traceId);
    await telemetry.span('of a message', { message: id }, resolves);
    expect(named('of a message')?.spanContext().traceId).toBe(traceId);
  });
});

describe('Telemetry of a host that collects metrics alone', () => {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  const provider = new MeterProvider({ readers: [reader] });
  beforeAll(() => void metrics.setGlobalMeterProvider(provider));
  afterAll(async () => {
    await reader.shutdown();
    metrics.disable();
  });

  /** Of one counter: value by attributes, as text. */
  async function counted(name: string): Promise<Record<string, unknown>> {
    exporter.reset();
    await reader.forceFlush();
    const all = exporter.getMetrics()[0]?.scopeMetrics.flatMap((scope) => scope.metrics) ?? [];
    const points = all.find(({ descriptor }) => descriptor.name === name)?.dataPoints ?? [];
    return Object.fromEntries(points.map(({ attributes, value }) => [JSON.stringify(attributes), value]));
  }

  it('hands counts over at each collection, summed up, and adds up what several applications count', async () => {
    const counter = provider.getMeter('any').createCounter('any');
    const added = jest.spyOn(Object.getPrototypeOf(counter), 'add');
    const application = async () => {
      const telemetry = new Telemetry();
      const counts = telemetry.counter('counted', '');
      telemetry.gauge('asked', { description: '' }, async () => undefined);
      await telemetry.onModuleInit();
      return counts;
    };
    const [one, other] = [await application(), await application()];
    for (let n = 0; n < 10; n++) one.add(2, { outcome: 'sent' });
    one.add(1, { channel: 'sent' });
    one.add(1);
    other.add(5, { outcome: 'sent' });
    expect(await counted('counted')).toEqual({
      '{"outcome":"sent"}': 25,
      '{"channel":"sent"}': 1,
      '{}': 1,
    });
    // The first of each, and the sum of the nine others.
    expect(added.mock.calls).toHaveLength(5);
    one.add(3, { outcome: 'sent' });
    expect((await counted('counted'))['{"outcome":"sent"}']).toBe(28);
    expect((await counted('counted'))['{"outcome":"sent"}']).toBe(28);
    expect(added.mock.calls).toHaveLength(6);
    added.mockRestore();
  });

  it('counts at once where no gauge says when metrics are collected', async () => {
    const telemetry = new Telemetry();
    const counter = telemetry.counter('alone', '');
    await telemetry.onModuleInit();
    for (let n = 0; n < 3; n++) counter.add(1);
    expect(await counted('alone')).toEqual({ '{}': 3 });
  });

  it('makes no spans', async () => {
    const asked = jest.spyOn(trace, 'getTracer');
    const telemetry = new Telemetry();
    await telemetry.onModuleInit();
    const isRecording = await telemetry.span('outer', {}, (span) =>
      telemetry.part('part', async () => span.isRecording()),
    );
    expect([isRecording, asked.mock.calls]).toEqual([false, []]);
    asked.mockRestore();
  });
});
