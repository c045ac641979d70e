import type { FastifyReply, FastifyRequest, RouteHandlerMethod } from 'fastify';
import { delay } from '../common/delay.js';
import type { FaultPlan } from '../fault/fault-registry.js';
import type { Platform } from '../platform/platform.js';
import { bendAnswer, type Delivery } from './bent-answer.js';
import { type PlatformCall, readCall } from './call.js';
import { deliver } from './deliver.js';
import type { Endpoint, EndpointContext } from './endpoint.js';

/** Longer bodies are no message; the log keeps their beginning as text. */
const LONGEST_JSON = 20_000;

/**
 * The way of every call of the platform: faults that come before, the endpoint, faults that bend the answer, the log and
 * the counters, the wire. `label` is the name it is counted under, by default its path.
 */
export function pipeline(
  endpoint: Endpoint,
  context: EndpointContext,
  closing: AbortSignal,
  label?: string,
): RouteHandlerMethod {
  const { platform, write } = context;
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const call = readCall(request, platform);
    const plan = platform.faults.take(call);
    for (const fault of plan.killToken) if (call.appId) platform.tokens.kill(call.appId, fault.family);
    if (!(await wait(plan, 'before', closing))) return reply.hijack();
    const processed = plan.answer === undefined || plan.answer.when === 'after';
    const delivery = bendAnswer(plan.answer, processed ? endpoint(call, context) : undefined, write);
    record(platform, call, plan, delivery, label ?? call.path);
    if (!(await wait(plan, 'after', closing))) return reply.hijack();
    return deliver(reply, delivery, closing);
  };
}

async function wait(plan: FaultPlan, when: 'before' | 'after', closing: AbortSignal): Promise<boolean> {
  const ms = plan.latency
    .filter((fault) => fault.when === when)
    .reduce((sum, fault) => sum + fault.delayMs, 0);
  return ms === 0 || delay(ms, closing);
}

function record(
  platform: Platform,
  call: PlatformCall,
  plan: FaultPlan,
  delivery: Delivery,
  label: string,
): void {
  const sent = 'answer' in delivery ? delivery.answer : undefined;
  const answer = 'answer' in delivery ? delivery.answer : delivery.lost;
  platform.counters.called(label, sent ? String(sent.errcode ?? `status ${sent.status}`) : 'lost');
  platform.callLog.record({
    at: platform.clock.now(),
    ...{ method: call.method, path: call.path, query: { ...call.query }, ip: call.ip },
    ...{ appId: call.appId, openid: call.openid },
    body: readableBody(call),
    status: sent?.status ?? null,
    answer: answer ? readable(answer.body, answer.headers.location) : null,
    errcode: answer?.errcode ?? null,
    faults: [...plan.killToken, ...plan.latency, ...(plan.answer ? [plan.answer] : [])].map(
      (fault) => fault.kind,
    ),
  });
}

function readableBody({ json, rawBody }: PlatformCall): unknown {
  if (rawBody.length === 0) return null;
  return json !== undefined && rawBody.length <= LONGEST_JSON ? json : shorten(rawBody.toString('utf8'));
}

function readable(body: string, location: string | undefined): unknown {
  if (location !== undefined) return { location };
  if (!body.startsWith('{')) return shorten(body);
  try {
    return JSON.parse(body);
  } catch {
    return shorten(body);
  }
}

function shorten(text: string): string {
  return text.length > 2000 ? `${text.slice(0, 2000)}…` : text;
}
