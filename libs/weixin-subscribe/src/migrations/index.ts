import { CreateWeixinToken1763500000000 } from './1763500000000-create-weixin-token.js';
import { CreateWeixinTables1763600000000 } from './1763600000000-create-weixin-tables.js';
import { ShareTokens1763700000000 } from './1763700000000-share-tokens.js';
import { DeferMessages1763800000000 } from './1763800000000-defer-messages.js';
import { AddWeixinScene1763900000000 } from './1763900000000-add-weixin-scene.js';
import { AddWeixinHistoryIndexes1763910000000 } from './1763910000000-add-weixin-history-indexes.js';
import { CreateWeixinTokenAudit1764300000000 } from './1764300000000-create-weixin-token-audit.js';
import { WalkGrants1764400000000 } from './1764400000000-walk-grants.js';
import { CreateWeixinBroadcasts1764500000000 } from './1764500000000-create-weixin-broadcasts.js';
import { MarkRenewedGrants1764600000000 } from './1764600000000-mark-renewed-grants.js';
import { CreateWeixinPushEvent1764700000000 } from './1764700000000-create-weixin-push-event.js';
import { AddWeixinMsgid1764800000000 } from './1764800000000-add-weixin-msgid.js';

/** The library's migrations, oldest first: add them to the `migrations` of the DataSource it works on. */
export const WEIXIN_SUBSCRIBE_MIGRATIONS = [
  CreateWeixinToken1763500000000,
  CreateWeixinTables1763600000000,
  ShareTokens1763700000000,
  DeferMessages1763800000000,
  AddWeixinScene1763900000000,
  AddWeixinHistoryIndexes1763910000000,
  CreateWeixinTokenAudit1764300000000,
  WalkGrants1764400000000,
  CreateWeixinBroadcasts1764500000000,
  MarkRenewedGrants1764600000000,
  CreateWeixinPushEvent1764700000000,
  AddWeixinMsgid1764800000000,
];

/** Those of them that `WeixinTokenModule` needs. A host that takes the whole library later runs the others then. */
export const WEIXIN_TOKEN_MIGRATIONS = [
  CreateWeixinToken1763500000000,
  ShareTokens1763700000000,
  CreateWeixinTokenAudit1764300000000,
];
