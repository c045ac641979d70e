import type { GrantRule } from 'nestjs-weixin-subscribe';
import type { EventId } from '../../../docs/ledger-events.js';
import { Deferrals } from '../../../libs/weixin-subscribe/src/delivery/deferred/deferrals.js';
import type { MessageRecord } from '../../../libs/weixin-subscribe/src/delivery/ledger/message.types.js';
import {
  type Settlement,
  settlementOf,
} from '../../../libs/weixin-subscribe/src/delivery/ledger/settlement.js';
import {
  MessageNotUnknownError,
  MessageNotWaitingError,
} from '../../../libs/weixin-subscribe/src/delivery/send/message.errors.js';
import { Settler } from '../../../libs/weixin-subscribe/src/delivery/send/settler.js';
import { SubscribeService } from '../../../libs/weixin-subscribe/src/delivery/send/subscribe.service.js';
import { Recovery } from '../../../libs/weixin-subscribe/src/delivery/unknown/recovery.js';
import { resendSettlementOf } from '../../../libs/weixin-subscribe/src/delivery/unknown/resend-policy.js';
import { Telemetry } from '../../../libs/weixin-subscribe/src/kernel/telemetry.js';
import { errcodeFacts } from '../../../libs/weixin-subscribe/src/weixin/errcodes.js';
import type { WeixinAnswer } from '../../../libs/weixin-subscribe/src/weixin/weixin-api.client.js';
import { claimBatch, type LibraryParts, NO_METRICS, purgeGrants } from '../library-parts.js';
import { purgeMessages } from '../upkeep.js';
import { holdInBatch } from './hold-in-batch.js';
import { CONTENT, LASTS_MS, outgoing, type Subject, TEMPLATE } from './subjects.js';

/** One way in which an event comes about, by the library's own code. */
export interface Way {
  how: string;
  rule: GrantRule;
  /**
   * What has to be there before. Answers the message that the event is about, where it is another than the
   * subject's.
   */
  given?: (subject: Subject) => Promise<MessageRecord | undefined>;
  /** The event, for each subject. */
  each?: (subject: Subject, other?: MessageRecord) => Promise<unknown>;
  /** The event, where it concerns all at once. */
  once?: (subjects: Subject[]) => Promise<unknown>;
}

const answered = (errcode: number): WeixinAnswer => ({
  kind: 'answered',
  envelope: { errcode, errmsg: '', body: { errcode } },
  facts: errcodeFacts(errcode),
});
const NOT_SENT: WeixinAnswer = { kind: 'not-sent', reason: 'connection refused' };
const NO_ANSWER: WeixinAnswer = { kind: 'no-answer', reason: 'timeout' };

let sources = 0;

/** Every way of every event, in which the processes of the two rules may bring it about. */
export function waysOf(bySet: LibraryParts, byCount: LibraryParts): Record<EventId, Way[]> {
  const set = waysUnder('set', bySet);
  const count = waysUnder('count', byCount);
  return {
    confirm: [
      set.way('', { each: set.confirm }),
      set.way('held in a batch', { given: set.hold, each: set.confirm }),
    ],
    'confirm-counted': [
      count.way('', { each: count.confirm }),
      count.way('held in a batch', { given: count.hold, each: count.confirm }),
    ],
    'accept-pushed': [count.way('', { each: count.confirm })],
    'reject-pushed': [
      set.way('held in a batch', { given: set.hold, each: set.reject }),
      set.way('', { each: set.reject }),
      count.way('', { each: count.reject }),
    ],
    replay: [
      set.way('held in a batch', { given: set.hold, each: set.replay }),
      set.way('', { each: set.replay }),
      count.way('', { each: count.replay }),
    ],
    send: [
      set.way('', { each: set.send }),
      set.way('held in a batch', { given: set.hold, each: set.send }),
      count.way('', { each: count.send }),
      set.way('in a batch', { once: set.sendBatch }),
    ],
    defer: [set.way('', { each: set.defer })],
    turn: [
      set.way('', { given: set.defer, once: set.dispatch }),
      count.way('', { given: count.defer, once: count.dispatch }),
    ],
    'turn-in-vain': [set.way('', { each: set.end })],
    'put-off': [set.way('', { each: set.putOff })],
    cancel: [set.way('', { each: set.cancel })],
    sent: [
      set.settled('', settlementOf(answered(0))),
      set.settledBatch(settlementOf(answered(0))),
      count.settled('', settlementOf(answered(0))),
    ],
    refused: [
      set.settled('', settlementOf(answered(43101))),
      set.settledBatch(settlementOf(answered(43101))),
    ],
    'openid-unusable': [
      set.settled('40003', settlementOf(answered(40003))),
      set.settled('49003', settlementOf(answered(49003))),
      set.settledBatch(settlementOf(answered(40003))),
    ],
    'openid-unusable-others': [
      set.way('', {
        given: set.sendElsewhere,
        each: (_, other) => set.settle(other, settlementOf(answered(40003))),
      }),
    ],
    failed: [
      set.settled('never left', settlementOf(NOT_SENT)),
      set.settled('40037', settlementOf(answered(40037))),
      set.settledBatch(settlementOf(NOT_SENT)),
      count.settled('', settlementOf(NOT_SENT)),
      { ...count.settled('confirmed anew', settlementOf(NOT_SENT)), given: count.confirm },
    ],
    'failed-anew': [
      { ...set.settled('', settlementOf(NOT_SENT)), given: set.confirm },
      { ...set.settledBatch(settlementOf(NOT_SENT)), given: set.confirmHeld },
    ],
    'put-back': [
      set.way('', { each: set.putBack }),
      count.way('', { each: count.putBack }),
      count.way('confirmed anew', { given: count.confirm, each: count.putBack }),
    ],
    'put-back-anew': [set.way('', { given: set.confirm, each: set.putBack })],
    unclear: [
      set.settled('no answer', settlementOf(NO_ANSWER)),
      set.settled('-1', settlementOf(answered(-1))),
      set.settled('an unknown errcode', settlementOf(answered(99_999))),
      set.settledBatch(settlementOf(NO_ANSWER)),
    ],
    outdated: [set.way('', { each: set.answerEarlierAttempt })],
    'lease-over': [set.way('', { once: set.recover }), count.way('', { once: count.recover })],
    'resolved-sent': [
      set.way('held in a batch', { given: set.hold, each: set.resolve('sent') }),
      set.way('', { each: set.resolve('sent') }),
    ],
    'resolved-not-sent': [
      set.way('', { each: set.resolve('not-sent') }),
      count.way('', { each: count.resolve('not-sent') }),
      count.way('confirmed anew', { given: count.confirm, each: count.resolve('not-sent') }),
    ],
    'resolved-not-sent-anew': [set.way('', { given: set.confirm, each: set.resolve('not-sent') })],
    receipt: [
      set.way('held in a batch', { given: set.hold, each: (subject) => set.receive(subject, 0) }),
      count.way('', { each: (subject) => count.receive(subject, 0) }),
    ],
    'receipt-failed': [
      set.way('held in a batch', { given: set.hold, each: (subject) => set.receive(subject, 20000) }),
      count.way('', { each: (subject) => count.receive(subject, 20000) }),
    ],
    resend: [set.way('', { each: set.resend })],
    'resend-anew': [set.way('', { given: set.confirm, each: set.resend })],
    'resent-no-permission': [set.settled('', resendSettlementOf(answered(43101)))],
    'resent-unclear': [
      set.settled('45009', resendSettlementOf(answered(45009))),
      set.settled('never left', resendSettlementOf(NOT_SENT)),
    ],
    expiry: [
      set.way('held in a batch', { given: set.hold, once: set.expire }),
      set.way('', { once: set.expire }),
    ],
    'grant-retention': [
      set.way('held in a batch', {
        given: set.hold,
        once: () => purgeGrants(bySet, new Date(bySet.clock.now() + 1)),
      }),
      set.way('', { once: () => purgeGrants(bySet, new Date(bySet.clock.now() + 1)) }),
    ],
    'message-retention': [
      set.way('held in a batch', {
        given: set.hold,
        once: () => purgeMessages(bySet, new Date(bySet.clock.now() + 1)),
      }),
      set.way('', { once: () => purgeMessages(bySet, new Date(bySet.clock.now() + 1)) }),
    ],
    erasure: [
      set.way('held in a batch', { given: set.hold, each: set.forget }),
      set.way('', { each: set.forget }),
      count.way('', { each: count.forget }),
    ],
  };
}

function waysUnder(rule: GrantRule, parts: LibraryParts) {
  const { clock, config, grants, messages, messageBatches, waiting, receipts, resends, personalData } = parts;
  const unused = undefined as never;
  const settler = new Settler(messages, waiting, clock, NO_METRICS, new Telemetry());
  const service = new SubscribeService(
    unused,
    new Deferrals(unused, waiting, unused, clock),
    messages,
    unused,
    unused,
    unused,
    unused,
    clock,
  );
  const stored = async ({ message }: Subject) => (await messages.find(message.id)) as MessageRecord;
  const way = (how: string, does: Omit<Way, 'how' | 'rule'>): Way => ({ how, rule, ...does });
  const settle = (message: MessageRecord | undefined, settlement: Settlement) =>
    settler.settle(message as MessageRecord, settlement);
  const confirm = async ({ key }: Subject) => {
    await grants.record({ ...key, source: `further:${++sources}` });
    return undefined;
  };
  /** What is in flight is so in a batch of its own. */
  const hold = async ({ message: { id } }: Subject) => {
    await holdInBatch(parts.sql, id);
    return undefined;
  };
  return {
    way,
    settle,
    settled: (how: string, settlement: Settlement): Way =>
      way(how, { each: ({ message }) => settle(message, settlement) }),
    settledBatch: (settlement: Settlement): Way =>
      way('in a batch', {
        given: hold,
        once: (subjects) =>
          messageBatches.settleBatch(
            subjects.map(({ key, grantId, message: { id } }) => ({
              message: { ...key, id, grantId, proof: 'bound', broadcastId: id },
              settlement,
            })),
          ),
      }),
    hold,
    confirmHeld: async (subject: Subject) => {
      await hold(subject);
      return confirm(subject);
    },
    confirm,
    replay: ({ key, source }: Subject) => grants.record({ ...key, source }),
    send: ({ key }: Subject) => messages.accept(outgoing(key)),
    sendBatch: () => claimBatch(parts, { from: TEMPLATE, limit: 500, content: CONTENT }),
    sendElsewhere: async ({ key }: Subject) => {
      const elsewhere = { ...key, scene: 2000 };
      await grants.record({ ...elsewhere, source: `elsewhere:${++sources}` });
      return (await messages.accept(outgoing(elsewhere))) as MessageRecord;
    },
    defer: async ({ key }: Subject) =>
      (await waiting.accept(outgoing(key), { notBefore: new Date(clock.now()) })) as MessageRecord,
    dispatch: async (subjects: Subject[]) => {
      // The subjects' own first, though most of them do not wait.
      for (const subject of subjects) await waiting.begin(await stored(subject));
      for (const message of await waiting.due(500)) await waiting.begin(message);
    },
    end: async (subject: Subject) => waiting.end(await stored(subject), 'too late'),
    putOff: async (subject: Subject) =>
      waiting.putOff(await stored(subject), clock.now() + 1000, 'no token', true),
    cancel: ({ message: { id } }: Subject) => unless(MessageNotWaitingError, service.cancel(id)),
    putBack: ({ message }: Subject) =>
      settler.putBack(message, settlementOf(answered(45011)), clock.now() + 1000),
    answerEarlierAttempt: async ({ message }: Subject) => {
      const earlier = { ...message, attempts: message.attempts - 1 };
      for (const errcode of [0, 43101, 45011, -1])
        await messages.settle(earlier, settlementOf(answered(errcode)));
      await waiting.putBack(earlier, settlementOf(answered(45011)), clock.now());
    },
    recover: () => {
      clock.advance(config.delivery.leaseMs);
      return new Recovery({ register() {} } as never, messages, NO_METRICS).recover();
    },
    expire: () => {
      clock.advance(LASTS_MS);
      return grants.expire();
    },
    resolve:
      (word: 'sent' | 'not-sent') =>
      ({ message: { id } }: Subject) =>
        unless(MessageNotUnknownError, service.resolve(id, word)),
    reject: ({ key }: Subject) => grants.voidGivenUntil(key, clock.now()),
    receive: async (subject: Subject, errorCode: number) => {
      const { msgid = 'unheard' } = await stored(subject);
      const { appId, openid, templateId } = subject.key;
      const at = new Date(clock.now());
      await receipts.apply({ appId, openid, templateId, msgid, at, errorCode, errorStatus: 'success' });
    },
    resend: async (subject: Subject) => resends.begin(await stored(subject)),
    forget: ({ key: { appId, openid } }: Subject) => personalData.forget(appId, openid),
  };
}

/** A refusal is what most states should meet. */
async function unless(refusal: new (...given: never[]) => Error, call: Promise<unknown>): Promise<void> {
  await call.catch((error: unknown) => {
    if (!(error instanceof refusal)) throw error;
  });
}
