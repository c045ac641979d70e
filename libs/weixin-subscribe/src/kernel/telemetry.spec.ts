import { createHash } from 'node:crypto';
import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
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
