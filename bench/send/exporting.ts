import { context, metrics, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { MessageRecord } from '../../libs/weixin-subscribe/src/delivery/ledger/message.types.js';
import {
  attributesOf,
  startAttributesOf,
} from '../../libs/weixin-subscribe/src/delivery/ledger/message-attributes.js';
import { linkTo, Telemetry } from '../../libs/weixin-subscribe/src/kernel/telemetry.js';

/**
 * What of the library is measured: `nothing`, as without the package; `metrics`; `everything`, metrics and
 * spans; `a tenth`, metrics and the spans of every tenth send, as the host's sampler decided before; `empty
 * spans`, as many spans of the SDK without attributes and without being active, which is the least that they
 * cost. `no contexts` is `nothing` in a host that has no context manager either: what is between the two is
 * paid to the host's own tracing, whether or not this library is there.
 */
export type Exported = 'no contexts' | 'nothing' | 'metrics' | 'everything' | 'a tenth' | 'empty spans';

interface Parts {
  tracing?: { tracer: { startSpan(name: string, options: object, parent: unknown): { end(): void } } };
  instruments: { made?: unknown }[];
  span: Telemetry['span'];
  part: Telemetry['part'];
}

const COLLECTED_EVERY_MS = 5000;

/** As a sampler gave it to the host's own span, in which the send is. */
const hostContext = (traceFlags: number) =>
  trace.setSpanContext(ROOT_CONTEXT, {
    traceId: '0af7651916cd43dd8448eb211c80319c',
    spanId: 'b7ad6b7169203331',
    traceFlags,
  });
const SAMPLED = hostContext(1);
const NOT_SAMPLED = hostContext(0);

/**
 * An SDK as a host registers it, before the application: the context manager, which follows every await;
 * spans in batches as they would go to a collector (serialised, and dropped there), by the default sampler;
 * and Prometheus, which asks for metrics three times as often as is usual.
 */
export class Exporting {
  private readonly provider: BasicTracerProvider;
  private readonly contexts = new AsyncLocalStorageContextManager().enable();
  private exported: Exported = 'everything';

  constructor() {
    context.setGlobalContextManager(this.contexts);
    const exporter = {
      export(spans: { name: string; attributes: object }[], done: (result: { code: number }) => void) {
        JSON.stringify(spans.map(({ name, attributes }) => ({ name, attributes })));
        done({ code: 0 });
      },
      shutdown: async () => undefined,
    };
    this.provider = new BasicTracerProvider({ spanProcessors: [new BatchSpanProcessor(exporter as never)] });
    trace.setGlobalTracerProvider(this.provider);
    const prometheus = new PrometheusExporter({ preventServerStart: true });
    metrics.setGlobalMeterProvider(new MeterProvider({ readers: [prometheus] }));
    setInterval(() => void prometheus.collect(), COLLECTED_EVERY_MS).unref();
  }

  /**
   * The n-th send in a trace of the host's. What the library exports of it changes from round to round within
   * one process: two processes differ by more than what is measured here.
   */
  around<T>(telemetry: Telemetry, send: (n: number) => Promise<T>) {
    const parts = telemetry as unknown as Parts;
    const { tracing } = parts;
    const { span, part } = Telemetry.prototype;
    const made = parts.instruments.map((instrument) => instrument.made);
    const nobody = { isRecording: () => false, setAttributes: () => undefined, addLink: () => undefined };
    const empty: Telemetry['part'] = (name, work) => {
      const one = tracing?.tracer.startSpan(name, {}, context.active());
      return work(nobody).then((result) => {
        one?.end();
        return result;
      });
    };
    return Object.assign(
      (n: number) => {
        if (this.exported === 'no contexts') return send(n);
        const isSampled = this.exported !== 'a tenth' || n % 10 === 0;
        return context.with(isSampled ? SAMPLED : NOT_SAMPLED, send, undefined, n);
      },
      {
        exports: (exported: Exported) => {
          this.exported = exported;
          // The hooks of AsyncLocalStorage are on from the first context to this.
          if (exported === 'no contexts') this.contexts.disable();
          const isEmpty = exported === 'empty spans';
          const isNothing = exported === 'nothing' || exported === 'no contexts';
          parts.tracing = isNothing || exported === 'metrics' ? undefined : tracing;
          parts.span = isEmpty ? (name, _, work) => empty(name, work) : span;
          parts.part = isEmpty ? empty : part;
          for (const [index, instrument] of parts.instruments.entries()) {
            if (made[index]) instrument.made = isNothing || isEmpty ? undefined : made[index];
          }
        },
        /** What is left of a batch belongs to the round that has made it. */
        flush: () => this.provider.forceFlush(),
      },
    );
  }
}

/**
 * What a send asks of a Telemetry, and nothing else of it.
 * @param telemetry found no package yet
 * @param turn what stands for the work of each of its three parts
 */
export function callsOfOneSend(telemetry: Telemetry, turn: () => Promise<unknown>): () => Promise<void> {
  const messages = telemetry.counter('weixin.messages', '');
  const calls = telemetry.duration('weixin.api.duration', '');
  const statements = telemetry.duration('weixin.sql.duration', '');
  // It says when metrics are collected.
  telemetry.gauge('weixin.messages.unknown', { description: '' }, async (observe) => observe(0));
  const path = '/cgi-bin/message/subscribe/bizsend';
  const call = { kind: 'client', attributes: { 'http.request.method': 'POST', 'url.path': path } } as const;
  const sent = { appId: 'wx1234567890abcdef', templateId: 'template', channel: 'one-time', openid: 'o' };
  let n = 0;
  const statement = () => {
    statements.record(0);
    return turn();
  };
  return () =>
    telemetry.span('weixin message send', { attributes: startAttributesOf(sent) }, async (span) => {
      await telemetry.part('weixin grant claim', statement);
      await telemetry.part(
        `weixin ${path}`,
        async (post) => {
          await turn();
          calls.record(0, { 'url.path': path, 'weixin.errclass': 'ok' });
          if (post.isRecording()) post.setAttributes({ 'weixin.errclass': 'ok', 'weixin.errcode': 0 });
        },
        call,
      );
      await telemetry.part('weixin message settle', statement);
      messages.add(1, {
        'weixin.app_id': sent.appId,
        'weixin.channel': sent.channel,
        'weixin.outcome': 'sent',
        'weixin.errclass': 'ok',
      });
      if (!span.isRecording()) return;
      const id = `01a22b9b-609b-70f1-94c2-${String(n++).padStart(12, '0')}`;
      span.setAttributes({ ...attributesOf({ ...sent, id } as MessageRecord), 'weixin.outcome': 'sent' });
      span.addLink(linkTo(id));
    });
}

/** Of a Telemetry that has found no package: microseconds of CPU for each send. */
export async function costOfNothing(): Promise<number> {
  const calls = callsOfOneSend(new Telemetry(), async () => 0);
  const rounds = 200_000;
  const cpu = process.cpuUsage();
  for (let n = 0; n < rounds; n++) await calls();
  const { user, system } = process.cpuUsage(cpu);
  return (user + system) / rounds;
}
