import { type Columns, index, type NewTable, nullable, primary, TablesMigration } from './tables.js';

/** Accounts that come and go while the application runs, and who changed them. */
export class CreateWeixinAccounts1763650000000 extends TablesMigration {
  readonly name = 'CreateWeixinAccounts1763650000000';

  protected tables({ id, text, longText, int, epoch }: Columns): NewTable[] {
    return [
      {
        name: 'weixin_account',
        columns: [
          text('app_id', 32, primary),
          text('kind', 24),
          int('enabled'),
          longText('settings'),
          longText('secrets', nullable),
          int('version'),
          int('revision'),
          epoch('created_at'),
          epoch('updated_at'),
          epoch('removed_at', nullable),
        ],
        indices: [index('uq_weixin_account_revision', ['revision'])],
      },
      {
        name: 'weixin_account_change',
        columns: [
          id('id', primary),
          text('app_id', 32),
          int('version'),
          text('changed_by', 64),
          text('action', 8),
          text('fields', 255),
          epoch('changed_at'),
        ],
        indices: [
          index('ix_weixin_account_change_app_id', ['app_id', 'version']),
          index('ix_weixin_account_change_changed_at', ['changed_at']),
        ],
      },
    ];
  }
}
