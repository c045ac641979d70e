import { integer, moment, optional, type RowOf, Table, text, words } from '../sql/table.js';
import type { AccountAction } from './account.types.js';

export const ACCOUNTS = new Table('weixin_account', {
  app_id: text(),
  kind: text(),
  enabled: integer(),
  settings: text(),
  secrets: optional(text()),
  version: integer(),
  revision: integer(),
  created_at: moment(),
  updated_at: moment(),
  removed_at: optional(moment()),
});
export type AccountRow = RowOf<typeof ACCOUNTS>;

/** Of the version that was read: who comes second reads again. */
export const OF_VERSION = 'WHERE app_id = ? AND version = ?';

export const ONE_ACCOUNT = `${ACCOUNTS.select} WHERE app_id = ?`;

/** @param among a condition on `app_id` */
export const accountsAfter = (among: string) => `${ACCOUNTS.select} WHERE ${among} AND app_id > ?
  AND removed_at IS NULL ORDER BY app_id LIMIT ?`;

export const ACCOUNTS_AFTER = accountsAfter('1 = 1');

export const LATEST_REVISION = `SELECT MAX(revision) AS revision FROM ${ACCOUNTS.name}`;

/** By uq_weixin_account_revision: a look at its end when nothing has changed. */
export const CHANGED_FROM = `SELECT app_id, revision FROM ${ACCOUNTS.name} WHERE revision >= ? ORDER BY revision LIMIT ?`;

export const CHANGES = new Table('weixin_account_change', {
  id: text(),
  app_id: text(),
  version: integer(),
  changed_by: text(),
  action: text<AccountAction>(),
  fields: words(255),
  changed_at: moment(),
});
export type ChangeRow = RowOf<typeof CHANGES>;

export const CHANGES_OF = `${CHANGES.select} WHERE app_id = ? ORDER BY version DESC LIMIT ?`;

export const CHANGES_BEFORE = `SELECT id FROM ${CHANGES.name} WHERE changed_at < ? ORDER BY changed_at LIMIT ?`;
