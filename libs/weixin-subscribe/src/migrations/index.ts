import { CreateWeixinToken1763500000000 } from './1763500000000-create-weixin-token.js';
import { CreateWeixinTables1763600000000 } from './1763600000000-create-weixin-tables.js';
import { CreateWeixinAccounts1763650000000 } from './1763650000000-create-weixin-accounts.js';
import { CreateWeixinCards1763660000000 } from './1763660000000-create-weixin-cards.js';
import { CreateWeixinComponent1763700000000 } from './1763700000000-create-weixin-component.js';
import { CreateWeixinAudit1763800000000 } from './1763800000000-create-weixin-audit.js';

/** The library's migrations, oldest first: add them to the `migrations` of the DataSource it works on. */
export const WEIXIN_SUBSCRIBE_MIGRATIONS = [
  CreateWeixinToken1763500000000,
  CreateWeixinTables1763600000000,
  CreateWeixinAccounts1763650000000,
  CreateWeixinCards1763660000000,
  CreateWeixinComponent1763700000000,
  CreateWeixinAudit1763800000000,
];

/**
 * Those of them that `WeixinTokenModule` needs. A host that takes the whole library later runs the others
 * then.
 */
export const WEIXIN_TOKEN_MIGRATIONS = [CreateWeixinToken1763500000000];
