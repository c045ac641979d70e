import { integer, moment, optional, type RowOf, Table, text, words } from '../sql/table.js';
import type { AuthorizerStatus } from './authorizer.types.js';

export const AUTHORIZERS = new Table('weixin_authorizer', {
  component_app_id: text(),
  app_id: text(),
  status: text<AuthorizerStatus>(),
  refresh_token: optional(text()),
  refresh_digest: optional(text()),
  auth_code: optional(text()),
  code_digest: optional(text()),
  code_due_at: optional(moment()),
  authorized_at: optional(moment()),
  unauthorized_at: optional(moment()),
  reason: optional(text()),
  sets: words(255),
  revision: integer(),
  updated_at: moment(),
});
export type AuthorizerRow = RowOf<typeof AUTHORIZERS>;

/** Of the revision that was read: who comes second reads again. */
export const OF_REVISION = 'WHERE component_app_id = ? AND app_id = ? AND revision = ?';

export const ONE_AUTHORIZER = `${AUTHORIZERS.select} WHERE component_app_id = ? AND app_id = ?`;

export const AUTHORIZERS_AFTER = `${AUTHORIZERS.select}
  WHERE component_app_id = ? AND app_id > ? ORDER BY app_id LIMIT ?`;

export const ONE_BY_CODE = `${AUTHORIZERS.select}
  WHERE code_digest = ? AND component_app_id = ?`;

/** By ix_weixin_authorizer_code_due: there is rarely one. */
export const CODE_DUE = `${AUTHORIZERS.select}
  WHERE code_due_at IS NOT NULL AND component_app_id = ? ORDER BY code_due_at LIMIT ?`;

/** By uq_weixin_authorizer_revision: a look at its end when nothing has changed. */
export const AUTHORIZERS_FROM = `${AUTHORIZERS.select} WHERE revision >= ? ORDER BY revision LIMIT ?`;

export const LATEST_REVISION = `SELECT MAX(revision) AS revision FROM ${AUTHORIZERS.name}`;

export const TICKETS = new Table('weixin_component_ticket', {
  app_id: text(),
  ticket: text(),
  issued_at: moment(),
});
export type TicketRow = RowOf<typeof TICKETS>;

export const ONE_TICKET = `${TICKETS.select} WHERE app_id = ?`;

/** Unless a newer one is there: pushes may overtake each other. */
export const UNLESS_NEWER = 'WHERE app_id = ? AND issued_at < ?';
