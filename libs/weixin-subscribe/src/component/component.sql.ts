const COLUMNS = [
  'component_app_id',
  'app_id',
  'status',
  'refresh_token',
  'refresh_digest',
  'auth_code',
  'code_digest',
  'code_due_at',
  'authorized_at',
  'unauthorized_at',
  'reason',
  'sets',
  'revision',
  'updated_at',
] as const;

export interface AuthorizerRow {
  component_app_id: string;
  app_id: string;
  status: string;
  refresh_token: string | null;
  refresh_digest: string | null;
  auth_code: string | null;
  code_digest: string | null;
  code_due_at: number | string | null;
  authorized_at: number | string | null;
  unauthorized_at: number | string | null;
  reason: string | null;
  sets: string;
  revision: number | string;
  updated_at: number | string;
}

const LIST = COLUMNS.join(', ');

export const INSERT_AUTHORIZER = `INSERT INTO weixin_authorizer (${LIST}) VALUES (${COLUMNS.map(() => '?').join(', ')})`;

/** Everything but its key. */
const CHANGED = COLUMNS.slice(2);
/** Of the revision that was read: who comes second reads again. */
export const UPDATE_AUTHORIZER = `UPDATE weixin_authorizer SET ${CHANGED.map((name) => `${name} = ?`).join(', ')}
  WHERE component_app_id = ? AND app_id = ? AND revision = ?`;

export const ONE_AUTHORIZER = `SELECT ${LIST} FROM weixin_authorizer WHERE component_app_id = ? AND app_id = ?`;

export const AUTHORIZERS_AFTER = `SELECT ${LIST} FROM weixin_authorizer
  WHERE component_app_id = ? AND app_id > ? ORDER BY app_id LIMIT ?`;

export const ONE_BY_CODE = `SELECT ${LIST} FROM weixin_authorizer
  WHERE code_digest = ? AND component_app_id = ?`;

/** By ix_weixin_authorizer_code_due: there is rarely one. */
export const CODE_DUE = `SELECT ${LIST} FROM weixin_authorizer
  WHERE code_due_at IS NOT NULL AND component_app_id = ? ORDER BY code_due_at LIMIT ?`;

/** By uq_weixin_authorizer_revision: a look at its end when nothing has changed. */
export const AUTHORIZERS_SINCE = `SELECT ${LIST} FROM weixin_authorizer WHERE revision > ? ORDER BY revision LIMIT ?`;

export const LATEST_REVISION = 'SELECT MAX(revision) AS revision FROM weixin_authorizer';

export interface TicketRow {
  ticket: string;
  issued_at: number | string;
}

export const ONE_TICKET = 'SELECT ticket, issued_at FROM weixin_component_ticket WHERE app_id = ?';

/** Unless a newer one is there: pushes may overtake each other. */
export const NEWER_TICKET =
  'UPDATE weixin_component_ticket SET ticket = ?, issued_at = ? WHERE app_id = ? AND issued_at < ?';

export const FIRST_TICKET =
  'INSERT INTO weixin_component_ticket (app_id, ticket, issued_at) VALUES (?, ?, ?)';
