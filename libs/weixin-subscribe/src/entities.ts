import { WeixinAccountEntity } from './account-source/account.entity.js';
import { AccountChangeEntity } from './account-source/account-change.entity.js';
import { AuditEntity } from './audit/audit.entity.js';
import { IntentEntity } from './authorization/intent.entity.js';
import { BroadcastEntity } from './broadcast/broadcast.entity.js';
import { BroadcastEventEntity } from './broadcast/broadcast-event.entity.js';
import { BroadcastRecipientEntity } from './broadcast/broadcast-recipient.entity.js';
import { BroadcastOccurrenceEntity } from './broadcast/recurring/broadcast-occurrence.entity.js';
import { RecurringBroadcastEntity } from './broadcast/recurring/recurring-broadcast.entity.js';
import { CardEntity } from './card/card.entity.js';
import { CardUpdateEntity } from './card/card-update.entity.js';
import { AuthorizerEntity } from './component/authorizer.entity.js';
import { ComponentTicketEntity } from './component/component-ticket.entity.js';
import { BatchContentEntity } from './delivery/batches/batch-content.entity.js';
import { MessageBatchEntity } from './delivery/batches/message-batch.entity.js';
import { MessageEntity } from './delivery/ledger/message.entity.js';
import { SendPauseEntity } from './delivery/pauses/send-pause.entity.js';
import { GrantEntity } from './grant/grant.entity.js';
import { LiveGrantEntity } from './grant/live-grant.entity.js';
import { PushEventEntity } from './push/push-event.entity.js';
import { SceneEntity } from './scene/scene.entity.js';
import { TemplateStateEntity } from './template/drift/template-state.entity.js';
import { TokenEntity } from './token/store/token.entity.js';
import { TokenAuditEntity } from './token-audit/token-audit.entity.js';
import { LeaseEntity } from './upkeep/lease.entity.js';

/**
 * The library's entities: add them to the `entities` of the DataSource it works on (or set
 * `autoLoadEntities`). On MariaDB and MySQL the tables come from the migrations only, never from
 * `synchronize`: it would make keys that ignore case, and the module refuses to start on them.
 */
export const WEIXIN_SUBSCRIBE_ENTITIES = [
  TokenEntity,
  TokenAuditEntity,
  IntentEntity,
  GrantEntity,
  LiveGrantEntity,
  MessageEntity,
  SceneEntity,
  SendPauseEntity,
  MessageBatchEntity,
  BatchContentEntity,
  BroadcastEntity,
  BroadcastRecipientEntity,
  BroadcastEventEntity,
  RecurringBroadcastEntity,
  BroadcastOccurrenceEntity,
  PushEventEntity,
  TemplateStateEntity,
  LeaseEntity,
  WeixinAccountEntity,
  AccountChangeEntity,
  CardEntity,
  CardUpdateEntity,
  AuthorizerEntity,
  ComponentTicketEntity,
  AuditEntity,
];

/** Those of them that `WeixinTokenModule` works on. */
export const WEIXIN_TOKEN_ENTITIES = [TokenEntity, TokenAuditEntity, LeaseEntity];
