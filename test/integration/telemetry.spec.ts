import { context, type Link, metrics, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  AggregationTemporality,
  type DataPoint,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { formatLogs, traceIdOf } from 'nestjs-weixin-subscribe';
import { ReceiptRepository } from '../../libs/weixin-subscribe/src/delivery/unknown/receipt.repository.js';
import { OFFICIAL, SECRETS } from '../support/accounts.js';
import { broadcastsOf, toScene, workUntil } from '../support/broadcasts.js';
import { createTestApp, type TestApp } from '../support/create-test-app.js';
import { defer, dispatch, give, HOUR, MINUTE, SEND } from '../support/deferred.js';
import { message, subscribe } from '../support/flows.js';
import { push, pushAccounts, Received, ReceivedModule, sentXml } from '../support/pushes.js';
import { until } from '../support/until.js';

/** What an SDK of the host collects from one application. */
class Collected {
  readonly spans = new InMemorySpanExporter();
  private readonly exported = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  private readonly reader = new PeriodicExportingMetricReader({
    exporter: this.exported,
    exportIntervalMillis: 3_600_000,
  });
  private readonly meters = new MeterProvider({ readers: [this.reader] });

  constructor() {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    trace.setGlobalTracerProvider(
      new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(this.spans)] }),
    );
    metrics.setGlobalMeterProvider(this.meters);
  }

  async metrics(): Promise<ResourceMetrics> {
    this.exported.reset();
    await this.reader.forceFlush();
    return this.exported.getMetrics()[0];
  }

  /** Of one metric: value by attributes, as text. */
  async values(name: string): Promise<Record<string, number>> {
    const all = (await this.metrics()).scopeMetrics.flatMap((scope) => scope.metrics);
    const points = all.find(({ descriptor }) => descriptor.name === name)?.dataPoints ?? [];
    return Object.fromEntries(
      (points as DataPoint<number | { count: number }>[]).map(({ attributes, value }) => [
        Object.values(attributes).join(' '),
        typeof value === 'number' ? value : value.count,
      ]),
    );
  }

  async close(): Promise<void> {
    await this.meters.shutdown();
    for (const api of [trace, metrics, context]) api.disable();
  }
}

describe('telemetry', () => {
  let collected: Collected;
  let host: TestApp;
  let openid: string;
  /** What a logger that takes fields, such as nestjs-pino's, gets of them. */
  const logged: Record<string, unknown>[] = [];
  const keep = (line: unknown) => {
    if (typeof line === 'object') logged.push(line as Record<string, unknown>);
  };
  /** Of level `warn` and above, with fields or without. */
  const warned: unknown[] = [];
  const warn = (line: unknown) => {
    warned.push(line);
    keep(line);
  };
  beforeAll(async () => {
    // Before the application: the API gives out its instruments once.
    collected = new Collected();
    formatLogs((msg, fields) => ({ msg, ...fields }));
    host = await createTestApp({
      options: { accounts: pushAccounts() },
      imports: [ReceivedModule],
      logger: { log: keep, warn, error: warn, debug: keep, verbose: keep, fatal: warn },
    });
    openid = await give(host, 1);
  });
  afterAll(async () => {
    await host?.close();
    await collected?.close();
    formatLogs(undefined);
  });

  it('follows a send, and counts it once by channel, outcome and class of errcode', async () => {
    const { id } = await host.subscribe.send(message(openid, 1));
    const spans = collected.spans.getFinishedSpans();
    const send = spans.find(({ name }) => name === 'weixin message send');
    const post = spans.find(({ name }) => name === `weixin ${SEND}`);
    expect(send?.attributes).toMatchObject({
      'weixin.message_id': id,
      'weixin.app_id': OFFICIAL.appId,
      'weixin.template_id': OFFICIAL.templates[0],
      'weixin.channel': 'one-time',
      'weixin.person': expect.stringMatching(/^[\w-]{16}$/),
      'weixin.outcome': 'sent',
    });
    expect(post?.parentSpanContext?.spanId).toBe(send?.spanContext().spanId);
    const within = spans.filter(
      ({ parentSpanContext }) => parentSpanContext?.spanId === send?.spanContext().spanId,
    );
    // The first send fetches a token as well.
    expect(within.map(({ name }) => name).slice(-3)).toEqual([
      'weixin grant claim',
      `weixin ${SEND}`,
      'weixin message settle',
    ]);
    expect(post?.attributes).toMatchObject({ 'weixin.errclass': 'ok', 'weixin.errcode': 0 });
    expect(send?.links.map(({ context: of }: Link) => of.traceId)).toEqual([traceIdOf(id)]);
    expect(await collected.values('weixin.messages')).toEqual({ [`${OFFICIAL.appId} one-time sent ok`]: 1 });
    expect(await collected.values('weixin.api.duration')).toMatchObject({ [`${SEND} ok`]: 1 });
    expect(Object.values(await collected.values('weixin.sql.duration'))[0]).toBeGreaterThan(3);
  });

  it('has spans of asking a person and of taking the answer', async () => {
    await subscribe(host, 9);
    const of = (wanted: string) => collected.spans.getFinishedSpans().find(({ name }) => name === wanted);
    const asked = { 'weixin.app_id': OFFICIAL.appId, 'weixin.template_id': OFFICIAL.templates[0] };
    expect(of('weixin subscription request')?.attributes).toEqual(asked);
    expect(of('weixin subscription result')?.attributes).toEqual({
      ...asked,
      'weixin.subscription': 'confirmed',
    });
  });

  it('keeps the trace of a deferred message from one process to the next', async () => {
    await give(host, 2);
    const { id } = await defer(host, openid, 2, 0, {});
    await dispatch(host);
    const deliver = collected.spans.getFinishedSpans().find(({ name }) => name === 'weixin message deliver');
    expect(deliver?.spanContext().traceId).toBe(traceIdOf(id));
    expect(deliver?.attributes).toEqual({
      'weixin.message_id': id,
      'weixin.app_id': OFFICIAL.appId,
      'weixin.template_id': OFFICIAL.templates[0],
      'weixin.channel': 'one-time',
      'weixin.person': expect.stringMatching(/^[\w-]{16}$/),
    });
    const post = collected.spans.getFinishedSpans().at(-3);
    expect([post?.name, post?.spanContext().traceId]).toEqual([`weixin ${SEND}`, traceIdOf(id)]);
    expect(await collected.values('weixin.messages')).toEqual({ [`${OFFICIAL.appId} one-time sent ok`]: 2 });
  });

  it.each([
    ['refused', { kind: 'errcode', errcode: 43101 }, 'recipient-refused-or-no-grant'],
    ['failed', { kind: 'errcode', errcode: 47001 }, 'invalid-request'],
    ['unknown', { kind: 'reset-after' }, 'none'],
  ] as const)('counts a message that ended %s', async (outcome, fault, errclass) => {
    await give(host, 3);
    host.simulator.fault({ path: SEND, ...fault });
    warned.length = 0;
    await host.subscribe.send(message(openid, 3)).catch(() => undefined);
    expect(await collected.values('weixin.messages')).toMatchObject({
      [`${OFFICIAL.appId} one-time ${outcome} ${errclass}`]: 1,
    });
    // One line for the decision, with what it is about as fields, and without the person.
    const [line, ...more] = logged.filter((one) => one.outcome === outcome);
    expect(line).toMatchObject({
      msg: expect.stringMatching(new RegExp(`^message ${line?.messageId}: ${outcome}, `)),
      ...{ appId: OFFICIAL.appId, channel: 'one-time', reason: expect.any(String) },
    });
    expect(more).toEqual([]);
    // The call to WeChat writes none beside it.
    expect(warned).toEqual([line]);
    expect(JSON.stringify(logged)).not.toContain(openid);
  });

  it('keeps in the trace of a message what WeChat reports of it, in whichever process that is', async () => {
    const reported = await give(host, 30, 'xiaohong');
    host.simulator.fault({ path: SEND, kind: 'reset-after' });
    const { messageId: id } = await host.subscribe.send(message(reported, 30)).catch((error) => error);
    const before = collected.spans.getFinishedSpans().length;
    const createTime = Math.floor(host.clock.now() / 1000);
    const body = sentXml({ openid: reported, createTime }).replace('[T1]', `[${OFFICIAL.templates[0]}]`);
    expect(await push(host, body)).toMatchObject({ status: 200, text: 'success' });
    await host.tasks.run('push-events');
    await until(() => host.app.get(Received).sent.length === 1, 'the listener');
    // WeChat reports of other channels than this account's; what the listener does is the same.
    const receipt = { appId: OFFICIAL.appId, templateId: OFFICIAL.templates[0], openid: reported };
    const at = new Date(host.clock.now());
    const facts = { ...receipt, msgid: '1', at, errorCode: 0, errorStatus: 'success' };
    expect(await host.app.get(ReceiptRepository, { strict: false }).apply(facts)).toBe('settled');
    const spans = collected.spans.getFinishedSpans().slice(before);
    const report = spans.find(({ name }) => name === 'weixin message report');
    expect(report?.spanContext().traceId).toBe(traceIdOf(id));
    expect(report?.attributes).toMatchObject({ 'weixin.message_id': id, 'weixin.delivered': true });
    expect(report?.attributes['weixin.person']).toMatch(/^[\w-]{16}$/);
    const taken = spans.find(({ name }) => name === 'weixin push');
    expect(taken?.attributes).toEqual({
      'weixin.app_id': OFFICIAL.appId,
      'weixin.event': 'subscribe_msg_sent_event',
    });
    const listeners = spans.filter(({ name }) => name === 'weixin push listener');
    expect(listeners.map(({ attributes }) => attributes['weixin.listener']).sort()).toEqual([
      ...['Received.all', 'Received.onSent', 'SubscribeMsgEffects.sent'],
    ]);
    for (const { parentSpanContext } of listeners)
      expect(parentSpanContext?.spanId).toBe(taken?.spanContext().spanId);
  });

  it('counts the messages of a broadcast, once each', async () => {
    const before = (await collected.values('weixin.messages'))[`${OFFICIAL.appId} one-time sent ok`];
    for (const person of ['xiaoming', 'xiaohong', 'xiaogang']) await give(host, 700, person);
    const { id } = await broadcastsOf(host).start(toScene(700));
    expect(await workUntil(host, id, 'finished')).toMatchObject({ sent: 3 });
    const values = await collected.values('weixin.messages');
    expect(values[`${OFFICIAL.appId} one-time sent ok`]).toBe(before + 3);
  });

  it('shows what waits for a person, since when, and what WeChat refuses for a while', async () => {
    host.clock.advance(2 * HOUR);
    await give(host, 4);
    host.simulator.fault({ path: SEND, kind: 'errcode', errcode: 45009 });
    await host.subscribe.send(message(openid, 4)).catch(() => undefined);
    expect(await collected.values('weixin.messages.unknown')).toEqual({ '': 1 });
    expect((await collected.values('weixin.messages.unknown.age'))['']).toBeGreaterThanOrEqual(7200);
    expect(await collected.values('weixin.send.pauses')).toEqual({ [OFFICIAL.appId]: 1 });
    expect(await collected.values('weixin.push.due')).toEqual({ '': 0 });
    expect(await collected.values('weixin.messages.overdue')).toEqual({ '': 0 });
    await host.subscribe.resume(OFFICIAL.appId);
  });

  it('counts the events, and shows how long the token lasts', async () => {
    host.simulator.killToken(OFFICIAL.appId);
    await give(host, 5);
    await host.subscribe.send(message(openid, 5));
    const events = await collected.values('weixin.events');
    expect(events[`weixin.token.died ${OFFICIAL.appId}`]).toBe(1);
    expect(events[`weixin.token.minted ${OFFICIAL.appId}`]).toBeGreaterThanOrEqual(2);
    expect(events[`weixin.delivery.paused ${OFFICIAL.appId}`]).toBe(1);
    const remaining = (await collected.values('weixin.token.remaining'))[OFFICIAL.appId];
    expect(remaining).toBeGreaterThan(7000);
    expect(remaining).toBeLessThanOrEqual(7200);
    host.clock.advance(MINUTE);
    expect((await collected.values('weixin.token.remaining'))[OFFICIAL.appId]).toBe(remaining - 60);
  });

  it('has spans of a mint, of the batches of a broadcast, and shows the delay of the event loop', async () => {
    const spans = collected.spans.getFinishedSpans();
    const named = (name: string) => spans.filter((span) => span.name === name);
    expect(named('weixin token mint')[0].attributes).toEqual({
      'weixin.app_id': OFFICIAL.appId,
      'weixin.family': 'token',
    });
    const [batch] = named('weixin broadcast batch');
    expect(batch.attributes).toMatchObject({ 'weixin.app_id': OFFICIAL.appId, 'weixin.messages': 3 });
    const within = named(`weixin ${SEND}`).filter(
      ({ parentSpanContext }) => parentSpanContext?.spanId === batch.spanContext().spanId,
    );
    expect(within).toHaveLength(3);
    expect(Object.keys(await collected.values('weixin.event_loop.delay'))).toEqual(['']);
  });

  it('holds no token, secret or openid', async () => {
    const { accessToken } = await host.tokens.getToken(OFFICIAL.appId);
    const spans = collected.spans.getFinishedSpans().map(({ name, attributes, links, status, events }) => ({
      ...{ name, attributes, links, status, events },
    }));
    const all = JSON.stringify([spans, await collected.metrics()]);
    expect(spans.length).toBeGreaterThan(10);
    for (const secret of [...SECRETS, accessToken, openid]) expect(all).not.toContain(secret);
  });
});
