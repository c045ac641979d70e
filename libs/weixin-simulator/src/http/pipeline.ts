import type { FastifyReply, FastifyRequest, RouteHandlerMethod } from 'fastify';
import { delay } from '../common/delay.js';
import type { Fault } from '../fault/fault.js';
import type { FaultPlan } from '../fault/fault-registry.js';
import { findApi } from '../platform/api-catalog.js';
import { isRefusal } from '../platform/errcodes.js';
import type { Platform } from '../platform/platform.js';
import { fillQuota, killTokens, mintBehindBack } from '../platform/upstream.js';
import type { Answer } from './answer.js';
import { bendAnswer } from './bent-answer.js';
import { type PlatformCall, readCall } from './call.js';
import { deliver } from './deliver.js';
import type { Endpoint, EndpointContext } from './endpoint.js';
import { recordCall } from './record-call.js';
import { sealedAnswer } from './sealed-answer.js';
import { openCall } from './secured-calls.js';

/**
 * The way of every call of the platform: faults that come before, the endpoint, faults that bend the answer,
 * the log and the counters, the wire. `label` is the name it is counted under, by default its path.
 */
export function pipeline(endpoint: Endpoint, context: EndpointContext, label?: string): RouteHandlerMethod {
  const { platform, write, closing } = context;
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const arrivedAt = platform.clock.now();
    const came = readCall(request, platform);
    const opened = openCall(platform, came);
    const secured = opened && !isRefusal(opened) ? opened : undefined;
    const call = secured?.call ?? came;
    const flight = call.overlapKey === null ? undefined : platform.flights.enter(call.overlapKey);
    call.overlapping = flight?.overlapping ?? false;
    try {
      const plan = platform.faults.take(call);
      for (const fault of plan.upstream) happen(platform, fault, call);
      if (!(await wait(plan, 'before', closing))) return reply.hijack();
      const seal = (answer: Answer): Answer =>
        secured ? sealedAnswer(platform, secured.terms, answer, call.path, plan.answer) : answer;
      const refused = opened && isRefusal(opened) ? write.gateRefusal(opened) : undefined;
      const isReached = isProcessed(platform, plan.answer, call);
      const real = isReached ? (refused ?? seal(endpoint(call, context))) : undefined;
      const delivery = bendAnswer(plan.answer, real, write, seal);
      recordCall(platform, { call, plan, delivery, label: label ?? call.path, arrivedAt });
      if (!(await wait(plan, 'after', closing))) return reply.hijack();
      return await deliver(reply, delivery, closing);
    } finally {
      flight?.leave();
    }
  };
}

/** Something happens upstream just as this call arrives. */
function happen(platform: Platform, fault: Fault, { appId, path }: PlatformCall): void {
  if (fault.kind === 'clock-jump') platform.clock.advance(fault.moveMs);
  else if (platform.accounts.find(appId ?? undefined) === undefined || appId === null) return;
  else if (fault.kind === 'kill-token') killTokens(platform, appId, fault.family);
  else if (fault.kind === 'mint-behind-back') mintBehindBack(platform, appId, fault.family);
  else if (fault.kind === 'quota-full' && findApi(path)) fillQuota(platform, appId, path);
}

const CODE_EXCHANGES = [
  ...['/sns/oauth2/access_token', '/sns/oauth2/component/access_token'],
  ...['/sns/jscode2session', '/sns/component/jscode2session'],
];

/** Rows 10 and 11: a bent answer means an unprocessed call, unless the fault or a switch says otherwise. */
function isProcessed(platform: Platform, fault: Fault | undefined, { appId, path }: PlatformCall): boolean {
  if (fault === undefined || fault.when === 'after') return true;
  const account = platform.accounts.find(appId ?? undefined);
  if (fault.whenStated) return false;
  // "Any earlier request, even one answered -1" uses a code up (fact sheet D.4).
  if (fault.kind === 'errcode' && CODE_EXCHANGES.includes(path)) return true;
  if (!account) return false;
  if (fault.kind === 'errcode' && fault.errcode === -1) return account.systemErrorUses;
  return fault.kind === 'hang' && account.silenceUses;
}

async function wait(plan: FaultPlan, when: 'before' | 'after', closing: AbortSignal): Promise<boolean> {
  const ms = plan.latency
    .filter((fault) => fault.when === when)
    .reduce((sum, fault) => sum + fault.delayMs, 0);
  return ms === 0 || delay(ms, closing);
}
