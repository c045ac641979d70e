import type { WeixinAccountOptions } from '../account/account.options.js';

export const ACCOUNT_ACTIONS = ['added', 'changed', 'removed'] as const;
export type AccountAction = (typeof ACCOUNT_ACTIONS)[number];

/** An account of the database, its secrets opened: never shown. */
export interface StoredAccount {
  /** Without its secrets where they can not be read. */
  options: WeixinAccountOptions;
  /** Why its secrets can not be read by this process. */
  unreadable?: string;
  version: number;
  createdAt: Date;
  updatedAt: Date;
}

/** Who changed what of an account. */
export interface AccountChangeRecord {
  appId: string;
  /** Of the account after the change. */
  version: number;
  /** Name of the client in `serviceKeys`. */
  changedBy: string;
  action: AccountAction;
  /** The options that were given. */
  fields: string[];
  changedAt: Date;
}
