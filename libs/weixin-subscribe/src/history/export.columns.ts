import type { MessageFactRow } from '../delivery/ledger/message.fragments.js';
import type { GrantRow } from '../grant/grant.sql.js';
import type { CsvColumn } from '../kernel/csv.js';
import { toDate } from '../sql/epoch-column.js';
import { errcodeFacts } from '../weixin/errcodes.js';

interface LedgerRow {
  id: string;
  app_id: string;
  openid: string;
  template_id: string;
  scene: number;
  channel: string;
  status: string;
}

const LEDGER: readonly CsvColumn<LedgerRow>[] = [
  { header: 'id', cell: (row) => row.id },
  { header: 'appId', cell: (row) => row.app_id },
  { header: 'openid', cell: (row) => row.openid },
  { header: 'templateId', cell: (row) => row.template_id },
  { header: 'scene', cell: (row) => Number(row.scene) },
  { header: 'channel', cell: (row) => row.channel },
  { header: 'status', cell: (row) => row.status },
];

export const GRANT_EXPORT: readonly CsvColumn<GrantRow>[] = [
  ...LEDGER,
  { header: 'source', cell: (row) => row.source },
  { header: 'subject', cell: (row) => row.subject },
  { header: 'grantedAt', cell: (row) => toDate(row.granted_at) },
  { header: 'expiresAt', cell: (row) => toDate(row.expires_at) },
  { header: 'closedAt', cell: (row) => toDate(row.closed_at) },
  { header: 'messageId', cell: (row) => row.claimed_by },
];

/** Without the text: what was said to whom has no place in a file that is passed around. */
export const messageExport = (language: 'en' | 'zh'): readonly CsvColumn<MessageFactRow>[] => [
  ...LEDGER,
  { header: 'errcode', cell: (row) => row.errcode },
  { header: 'errmsg', cell: (row) => row.errmsg },
  { header: 'meaning', cell: (row) => meaningOf(row, language) },
  { header: 'rid', cell: (row) => row.rid },
  { header: 'reason', cell: (row) => row.reason },
  { header: 'idempotencyKey', cell: (row) => row.idempotency_key },
  { header: 'requestedBy', cell: (row) => row.requested_by },
  { header: 'grantId', cell: (row) => row.grant_id },
  { header: 'acceptedAt', cell: (row) => toDate(row.accepted_at) },
  { header: 'settledAt', cell: (row) => toDate(row.settled_at) },
];

function meaningOf({ errcode, with_miniprogram }: MessageFactRow, language: 'en' | 'zh'): string | undefined {
  if (errcode === null) return undefined;
  return errcodeFacts(errcode, 'api', { miniprogram: Number(with_miniprogram) === 1 }).meaning[language];
}
