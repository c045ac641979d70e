const COLUMNS = [
  'app_id',
  'kind',
  'enabled',
  'settings',
  'secrets',
  'version',
  'revision',
  'created_at',
  'updated_at',
  'removed_at',
] as const;

export interface AccountRow {
  app_id: string;
  kind: string;
  enabled: number | string;
  settings: string;
  secrets: string | null;
  version: number | string;
  revision: number | string;
  created_at: number | string;
  updated_at: number | string;
  removed_at: number | string | null;
}

const LIST = COLUMNS.join(', ');

export const INSERT_ACCOUNT = `INSERT INTO weixin_account (${LIST}) VALUES (${COLUMNS.map(() => '?').join(', ')})`;

/** Of the version that was read: who comes second reads again. */
export const UPDATE_ACCOUNT = `UPDATE weixin_account
  SET kind = ?, enabled = ?, settings = ?, secrets = ?, version = ?, revision = ?, created_at = ?, updated_at = ?,
    removed_at = ?
  WHERE app_id = ? AND version = ?`;

export const ONE_ACCOUNT = `SELECT ${LIST} FROM weixin_account WHERE app_id = ?`;

export const ACCOUNTS_AFTER = `SELECT ${LIST} FROM weixin_account WHERE app_id > ? AND removed_at IS NULL
  ORDER BY app_id LIMIT ?`;

export const LATEST_REVISION = 'SELECT MAX(revision) AS revision FROM weixin_account';

/** By uq_weixin_account_revision: a look at its end when nothing has changed. */
export const CHANGED_SINCE =
  'SELECT app_id, revision FROM weixin_account WHERE revision > ? ORDER BY revision LIMIT ?';

const CHANGE_COLUMNS = ['id', 'app_id', 'version', 'changed_by', 'action', 'fields', 'changed_at'] as const;

export interface ChangeRow {
  app_id: string;
  version: number | string;
  changed_by: string;
  action: string;
  fields: string;
  changed_at: number | string;
}

export const INSERT_CHANGE = `INSERT INTO weixin_account_change (${CHANGE_COLUMNS.join(', ')})
  VALUES (${CHANGE_COLUMNS.map(() => '?').join(', ')})`;

export const CHANGES_OF = `SELECT ${CHANGE_COLUMNS.join(', ')} FROM weixin_account_change WHERE app_id = ?
  ORDER BY version DESC LIMIT ?`;

export const CHANGES_BEFORE =
  'SELECT id FROM weixin_account_change WHERE changed_at < ? ORDER BY changed_at LIMIT ?';
