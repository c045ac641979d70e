import { CreateWeixinTables1763600000000 } from './1763600000000-create-weixin-tables.js';
import { ShareTokens1763700000000 } from './1763700000000-share-tokens.js';
import { WalkGrants1764400000000 } from './1764400000000-walk-grants.js';

/** The library's migrations, oldest first: add them to the `migrations` of the DataSource it works on. */
export const WEIXIN_SUBSCRIBE_MIGRATIONS = [
  CreateWeixinTables1763600000000,
  ShareTokens1763700000000,
  WalkGrants1764400000000,
];
