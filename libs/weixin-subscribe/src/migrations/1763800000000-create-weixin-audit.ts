import { type Columns, index, type NewTable, nullable, primary, TablesMigration } from './tables.js';

/** Who changed what through the REST routes. */
export class CreateWeixinAudit1763800000000 extends TablesMigration {
  readonly name = 'CreateWeixinAudit1763800000000';

  protected tables({ id, text, int, epoch }: Columns): NewTable[] {
    return [
      {
        name: 'weixin_audit',
        columns: [
          id('id', primary),
          epoch('at'),
          text('client', 64),
          text('operator', 64, nullable),
          text('source', 16),
          text('action', 32),
          text('app_id', 32, nullable),
          text('subject', 64, nullable),
          int('status'),
          text('request_id', 64, nullable),
        ],
        indices: [
          index('ix_weixin_audit_client', ['client', 'id']),
          index('ix_weixin_audit_app_id', ['app_id', 'id']),
          index('ix_weixin_audit_action', ['action', 'id']),
        ],
      },
    ];
  }
}
