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
import type { UnknownPolicy } from '../../libs/weixin-subscribe/src/delivery/delivery.options.js';
import { MessageRepository } from '../../libs/weixin-subscribe/src/delivery/ledger/message.repository.js';
import { ReceiptRepository } from '../../libs/weixin-subscribe/src/delivery/unknown/receipt.repository.js';
import { ResendRepository } from '../../libs/weixin-subscribe/src/delivery/unknown/resend.repository.js';
import { FormIdService } from '../../libs/weixin-subscribe/src/grant/form-id/form-id.service.js';
import { GrantRepository } from '../../libs/weixin-subscribe/src/grant/grant.repository.js';
import type { ClaimedGrant, Grant, GrantKey } from '../../libs/weixin-subscribe/src/grant/grant.types.js';
import { GrantBatchRepository } from '../../libs/weixin-subscribe/src/grant/grant-batch.repository.js';
import { GrantRules } from '../../libs/weixin-subscribe/src/grant/grant-rules.js';
import { CountsRepository } from '../../libs/weixin-subscribe/src/history/counts.repository.js';
import { DriftRepository } from '../../libs/weixin-subscribe/src/history/drift.repository.js';
import { DriftService } from '../../libs/weixin-subscribe/src/history/drift.service.js';
import { ExportRepository } from '../../libs/weixin-subscribe/src/history/export.repository.js';
import { HistoryRepository } from '../../libs/weixin-subscribe/src/history/history.repository.js';
import { HistoryService } from '../../libs/weixin-subscribe/src/history/history.service.js';
import { MessageListRepository } from '../../libs/weixin-subscribe/src/history/message-list.repository.js';
import { CryptoRandomSource } from '../../libs/weixin-subscribe/src/kernel/random-source.js';
import type { SceneOptions } from '../../libs/weixin-subscribe/src/scene/scene.options.js';
import { SceneRegistry } from '../../libs/weixin-subscribe/src/scene/scene.registry.js';
import { SceneRepository } from '../../libs/weixin-subscribe/src/scene/scene.repository.js';
import { createExecutor } from '../../libs/weixin-subscribe/src/sql/create-executor.js';
import type { SqlExecutor } from '../../libs/weixin-subscribe/src/sql/sql-executor.js';
import { PersonalDataService } from '../../libs/weixin-subscribe/src/upkeep/personal-data.js';
import { resolveConfig } from '../../libs/weixin-subscribe/src/weixin-subscribe.config.js';
import { channelAccounts, libraryAccounts } from './accounts.js';
import { ManualClock } from './manual-clock.js';

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
    delivery: { unknown },
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
    grantBatches,
    clock,
    random,
    accounts,
    config.delivery,
    personalData,
  );
  const openBatches = new OpenBatchRepository(sql, clock, config.delivery);
  const messageBatches = new MessageBatchRepository(
    sql,
    grants,
    grantBatches,
    messages,
    clock,
    random,
    config.delivery,
  );
  const broadcasts = new BroadcastRepository(sql, openBatches, clock, random);
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
    batchRecovery: new BatchRecovery(openBatches, messageBatches, broadcasts, recipients),
    waiting: new WaitingMessageRepository(sql, grants, clock, random, config.delivery),
    receipts: new ReceiptRepository(sql, messages, clock),
    resends: new ResendRepository(sql, grants, clock, config.delivery),
    intents: new IntentRepository(sql, grants, clock, personalData, sceneRepository),
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

/** Claims a grant as `delivery/` does, without a message. */
export async function claim(
  { sql, grants }: { sql: SqlExecutor; grants: GrantRepository },
  key: GrantKey,
  messageId: string,
): Promise<boolean> {
  return (await sql.atomically([grants.claimStep(key, messageId)])).applied;
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
export async function grantOf(grants: GrantRepository, appId: string, messageId: string): Promise<Grant> {
  const held = (await grants.list({ appId }, 1000)).filter(({ claimedBy }) => claimedBy === messageId);
  if (held.length !== 1) throw new Error(`${held.length} grants are held by message ${messageId}`);
  return held[0];
}

/** `n` calls at once. */
export function atOnce<T>(n: number, call: (index: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: n }, (_, index) => call(index)));
}
