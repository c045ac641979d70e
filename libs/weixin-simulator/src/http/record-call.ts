import type { FaultPlan } from '../fault/fault-registry.js';
import type { Platform } from '../platform/platform.js';
import type { Delivery } from './bent-answer.js';
import type { PlatformCall } from './call.js';

/** Longer bodies are no message; the log keeps their beginning as text. */
const LONGEST_JSON = 20_000;

/** Kept as text: as a number it would lose digits. */
const LONG_MSGID = /("msgid":)(\d+)/;

/** A call and what came of it. */
interface Done {
  call: PlatformCall;
  plan: FaultPlan;
  delivery: Delivery;
  label: string;
  arrivedAt: number;
}

/** Into the log and the counters. */
export function recordCall(platform: Platform, { call, plan, delivery, label, arrivedAt }: Done): void {
  const sent = 'answer' in delivery ? delivery.answer : undefined;
  const answer = 'answer' in delivery ? delivery.answer : delivery.lost;
  platform.counters.called(label, sent ? String(sent.errcode ?? `status ${sent.status}`) : 'lost');
  platform.callLog.record({
    at: arrivedAt,
    ...{ method: call.method, path: call.path, query: { ...call.query }, ip: call.ip },
    ...{ appId: call.appId, openid: call.openid },
    body: readableBody(call),
    status: sent?.status ?? null,
    answer: answer ? readable(answer.plain ?? answer.body, answer.headers.location) : null,
    errcode: answer?.errcode ?? null,
    rid: answer?.rid ?? null,
    costMs: platform.clock.now() - arrivedAt,
    faults: [...plan.upstream, ...plan.latency, ...(plan.answer ? [plan.answer] : [])].map(
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
    return JSON.parse(body.replace(LONG_MSGID, '$1"$2"'));
  } catch {
    return shorten(body);
  }
}

function shorten(text: string): string {
  return text.length > 2000 ? `${text.slice(0, 2000)}…` : text;
}
