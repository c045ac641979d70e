import type { DataSource } from 'typeorm';
import type { GrantRule } from '../../libs/weixin-subscribe/src/account/account.options.js';
import { Accounts } from '../../libs/weixin-subscribe/src/account/accounts.js';
import { IntentRepository } from '../../libs/weixin-subscribe/src/authorization/intent.repository.js';
import { BroadcastRepository } from '../../libs/weixin-subscribe/src/broadcast/broadcast.repository.js';
import { RecipientRepository } from '../../libs/weixin-subscribe/src/broadcast/recipient.repository.js';
import { BatchRecovery } from '../../libs/weixin-subscribe/src/broadcast/run/batch-recovery.js';
import {
  type BatchOrder,
  MessageBatchRepository,
} from '../../libs/weixin-subscribe/src/delivery/batches/message-batch.repository.js';
import { OpenBatchRepository } from '../../libs/weixin-subscribe/src/delivery/batches/open-batch.repository.js';
import { CHANNEL_LIST } from '../../libs/weixin-subscribe/src/delivery/channels/channel-list.js';
import { WaitingMessageRepository } from '../../libs/weixin-subscribe/src/delivery/deferred/waiting-message.repository.js';
import type { DeliveryMetrics } from '../../libs/weixin-subscribe/src/delivery/delivery.metrics.js';
import type { UnknownPolicy } from '../../libs/weixin-subscribe/src/delivery/delivery.options.js';
import { MessageRepository } from '../../libs/weixin-subscribe/src/delivery/ledger/message.repository.js';
import { sending } from '../../libs/weixin-subscribe/src/delivery/ledger/message.sql.js';
import type { Settlement } from '../../libs/weixin-subscribe/src/delivery/ledger/settlement.js';
import { ReceiptRepository } from '../../libs/weixin-subscribe/src/delivery/unknown/receipt.repository.js';
import { ResendRepository } from '../../libs/weixin-subscribe/src/delivery/unknown/resend.repository.js';
import { FormIdService } from '../../libs/weixin-subscribe/src/grant/form-id/form-id.service.js';
import { GrantRepository } from '../../libs/weixin-subscribe/src/grant/grant.repository.js';
import type {
  ClaimedGrant,
  Grant,
  GrantKey,
  SettledGrantStatus,
} from '../../libs/weixin-subscribe/src/grant/grant.types.js';
import { GrantBatchRepository } from '../../libs/weixin-subscribe/src/grant/grant-batch.repository.js';
import { GrantRules } from '../../libs/weixin-subscribe/src/grant/grant-rules.js';
import { CountsRepository } from '../../libs/weixin-subscribe/src/history/counts.repository.js';
import { DriftRepository } from '../../libs/weixin-subscribe/src/history/drift.repository.js';
import { DriftService } from '../../libs/weixin-subscribe/src/history/drift.service.js';
import { ExportRepository } from '../../libs/weixin-subscribe/src/history/export.repository.js';
import { HistoryRepository } from '../../libs/weixin-subscribe/src/history/history.repository.js';
import { HistoryService } from '../../libs/weixin-subscribe/src/history/history.service.js';
import { MessageListRepository } from '../../libs/weixin-subscribe/src/history/message-list.repository.js';
import { LOWEST_ID } from '../../libs/weixin-subscribe/src/kernel/ids.js';
import { CryptoRandomSource } from '../../libs/weixin-subscribe/src/kernel/random-source.js';
import { Telemetry } from '../../libs/weixin-subscribe/src/kernel/telemetry.js';
import type { SceneOptions } from '../../libs/weixin-subscribe/src/scene/scene.options.js';
import { SceneRegistry } from '../../libs/weixin-subscribe/src/scene/scene.registry.js';
import { SceneRepository } from '../../libs/weixin-subscribe/src/scene/scene.repository.js';
import { createExecutor } from '../../libs/weixin-subscribe/src/sql/create-executor.js';
import { PersonalDataService } from '../../libs/weixin-subscribe/src/upkeep/personal-data.js';
import { resolveConfig } from '../../libs/weixin-subscribe/src/weixin-subscribe.config.js';
import { channelAccounts, libraryAccounts } from './accounts.js';
import { idOf } from './ids.js';
import { grantsWhere } from './ledger.js';
import { ManualClock } from './manual-clock.js';

/** Of a process that nobody collects from. */
export const NO_METRICS = { ended: () => undefined } as unknown as DeliveryMetrics;

/**
 * The repositories put together by hand, as the module would, over one DataSource: a process without HTTP.
 */
export function libraryParts(
  dataSource: DataSource,
  {
    clock = new ManualClock(),
    grantRule = 'set',
    scenes,
    unknown,
  }: { clock?: ManualClock; grantRule?: GrantRule; scenes?: SceneOptions; unknown?: UnknownPolicy } = {},
) {
  const config = resolveConfig({
    accounts: [...libraryAccounts().map((account) => ({ ...account, grantRule })), ...channelAccounts()],
    publicBaseUrl: 'http://127.0.0.1:3000',
    scenes,
    delivery: { unknown, preparedStatements: !process.env.TEST_POSTGRES_POOLED },
  });
  const random = new CryptoRandomSource();
  const sql = createExecutor(dataSource, random);
  const accounts = new Accounts(config.accounts);
  const rules = new GrantRules(accounts, CHANNEL_LIST);
  const personalData = new PersonalDataService(accounts);
  const grants = new GrantRepository(sql, rules, clock, random, personalData);
  const sceneRepository = new SceneRepository(sql, clock);
  const grantBatches = new GrantBatchRepository(sql, rules, clock);
  const messages = new MessageRepository(
    sql,
    grants,
    clock,
    random,
    accounts,
    config.delivery,
    personalData,
    sceneRepository,
  );
  const openBatches = new OpenBatchRepository(sql, clock, random, config.delivery);
  const messageBatches = new MessageBatchRepository(
    sql,
    grants,
    grantBatches,
    messages,
    clock,
    random,
    config.delivery,
  );
  const broadcasts = new BroadcastRepository(sql, openBatches, clock, random, sceneRepository);
  const recipients = new RecipientRepository(sql, personalData);
  return {
    clock,
    config,
    random,
    sql,
    personalData,
    grants,
    messages,
    formIds: new FormIdService(sql, accounts, grants, clock),
    grantBatches,
    openBatches,
    messageBatches,
    broadcasts,
    recipients,
    batchRecovery: new BatchRecovery(openBatches, messageBatches, broadcasts, recipients, NO_METRICS),
    waiting: new WaitingMessageRepository(sql, grants, clock, random, config.delivery),
    receipts: new ReceiptRepository(sql, messages, grants, clock, new Telemetry()),
    resends: new ResendRepository(sql, grants, clock, config.delivery),
    intents: new IntentRepository(sql, grants, clock, personalData, sceneRepository, new Telemetry()),
    sceneRepository,
    drift: new DriftService(new DriftRepository(sql), accounts, clock),
    history: new HistoryService(
      new HistoryRepository(sql, grants, messages),
      new CountsRepository(sql),
      new ExportRepository(sql),
      new MessageListRepository(sql),
      accounts,
    ),
    scenes: new SceneRegistry(sceneRepository, accounts, clock, random, config.scenes),
  };
}

export type LibraryParts = ReturnType<typeof libraryParts>;

/** The steps by which a message of this id, which says anything, claims a grant. */
export function claimSteps(
  { grants, clock }: Pick<LibraryParts, 'grants' | 'clock'>,
  key: GrantKey,
  id: string,
) {
  const message = {
    ...grants.keyOf(key),
    templateId: key.templateId,
    content: { title: '', content: { value: '' } },
  };
  const acceptedAt = clock.now();
  return grants.claimSteps(
    key,
    sending({ message, id: idOf(id), acceptedAt, leasedUntil: acceptedAt + 60_000 }),
  );
}

/** Claims a grant as `delivery/` does, for a message of this id. */
export async function claim(
  parts: Pick<LibraryParts, 'sql' | 'grants' | 'clock'>,
  key: GrantKey,
  id: string,
): Promise<boolean> {
  return (await parts.sql.atomically(claimSteps(parts, key, id))).applied;
}

const SETTLEMENTS: Record<SettledGrantStatus, Settlement> = {
  spent: { outcome: 'sent', grant: 'spent', errcode: 0 },
  void: { outcome: 'refused', grant: 'void', errcode: 43101 },
  unknown: { outcome: 'unknown', grant: 'unknown' },
  available: { outcome: 'failed', grant: 'available' },
};

/** Ends the message of a claim, so that its grant moves. */
export async function settleGrant(
  { messages }: Pick<LibraryParts, 'messages'>,
  key: GrantKey & { id: string },
  from: 'claimed' | 'unknown',
  to: SettledGrantStatus,
): Promise<{ refusedBy?: string }> {
  const message = { ...key, id: idOf(key.id) };
  const settled = await (from === 'unknown'
    ? messages.resolve(message, SETTLEMENTS[to])
    : messages.settle(message, SETTLEMENTS[to]));
  return settled ? {} : { refusedBy: 'settle message' };
}

/** Deletes the grants that were over before a moment, as retention does. Returns how many. */
export async function purgeGrants(
  { grants, messages }: Pick<LibraryParts, 'grants' | 'messages'>,
  moment: Date,
): Promise<number> {
  const start = { at: 0, id: LOWEST_ID };
  const used = [
    ...(await messages.usedBefore('sent', start, moment, 1000)),
    ...(await messages.usedBefore('refused', start, moment, 1000)),
  ].flatMap(({ grantId }) => (grantId === null ? [] : [grantId]));
  return grants.deleteClosed([...(await grants.endedBefore(moment, 1000)), ...used]);
}

/** What one claim of a broadcast of its own took. */
export async function claimBatch(
  { messageBatches, random, clock }: Pick<LibraryParts, 'messageBatches' | 'random' | 'clock'>,
  order: Pick<BatchOrder, 'from' | 'limit' | 'content'> & Partial<BatchOrder>,
): Promise<ClaimedGrant[]> {
  const now = clock.now();
  const batch = await messageBatches.claimBatch({
    broadcast: { id: random.id(now), createdAt: new Date(now) },
    owner: 'tester',
    posting: Math.trunc(order.limit),
    before: [],
    ...order,
  });
  if (batch === 'refused') throw new Error('no step of this test refuses');
  return batch.claimed;
}

/** The one grant that a message holds or used. */
export async function grantOf(parts: Pick<LibraryParts, 'sql'>, messageId: string): Promise<Grant> {
  const held = await grantsWhere(parts, { claimed_by: idOf(messageId) });
  if (held.length !== 1) throw new Error(`${held.length} grants are held by message ${messageId}`);
  return held[0];
}

/** `n` calls at once. */
export function atOnce<T>(n: number, call: (index: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: n }, (_, index) => call(index)));
}
