import { type Columns, index, type NewTable, none, nullable, primary, TablesMigration } from './tables.js';

/**
 * Tokens and who took them, and who has a job of upkeep: all that the token service needs when it is used
 * alone.
 */
export class CreateWeixinToken1763500000000 extends TablesMigration {
  readonly name = 'CreateWeixinToken1763500000000';

  protected tables({ text, longText, int, epoch }: Columns): NewTable[] {
    return [
      {
        name: 'weixin_token',
        columns: [
          text('app_id', 32, primary),
          text('family', 16, primary),
          text('token_digest', 43, nullable),
          longText('access_token', nullable),
          epoch('minted_at', nullable),
          epoch('expires_at', nullable),
          int('generation', nullable),
          int('fence'),
          epoch('window_started_at', nullable),
          int('window_mints'),
          epoch('forced_at', nullable),
          int('forces'),
          text('lease_holder', 64, nullable),
          epoch('day_started_at', nullable),
          int('day_mints', none),
          longText('failure', nullable),
          longText('deaths', nullable),
        ],
      },
      {
        name: 'weixin_token_audit',
        columns: [
          text('client', 64, primary),
          text('app_id', 32, primary),
          text('family', 16, primary),
          text('action', 8, primary),
          text('token_id', 16, primary),
          text('endpoint', 8, primary),
          epoch('first_at'),
          epoch('last_at'),
          int('times'),
        ],
        indices: [index('ix_weixin_token_audit_last_at', ['last_at'])],
      },
      {
        name: 'weixin_lease',
        columns: [text('name', 64, primary), text('holder', 36), epoch('leased_until')],
      },
    ];
  }
}
