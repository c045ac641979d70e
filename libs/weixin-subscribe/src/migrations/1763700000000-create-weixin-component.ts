import { type Columns, index, type NewTable, nullable, primary, TablesMigration } from './tables.js';

/** A third-party platform: the accounts that authorised it, and the ticket of the platform. */
export class CreateWeixinComponent1763700000000 extends TablesMigration {
  readonly name = 'CreateWeixinComponent1763700000000';

  protected tables({ text, longText, int, epoch }: Columns): NewTable[] {
    return [
      {
        name: 'weixin_authorizer',
        columns: [
          text('component_app_id', 32, primary),
          text('app_id', 32, primary),
          text('status', 16),
          longText('refresh_token', nullable),
          text('refresh_digest', 43, nullable),
          longText('auth_code', nullable),
          text('code_digest', 43, nullable),
          epoch('code_due_at', nullable),
          epoch('authorized_at', nullable),
          epoch('unauthorized_at', nullable),
          text('reason', 255, nullable),
          text('sets', 255),
          int('revision'),
          epoch('updated_at'),
        ],
        indices: [
          index('uq_weixin_authorizer_revision', ['revision']),
          index('ix_weixin_authorizer_code', ['code_digest']),
          index('ix_weixin_authorizer_code_due', ['code_due_at'], 'code_due_at IS NOT NULL'),
        ],
      },
      {
        name: 'weixin_component_ticket',
        columns: [text('app_id', 32, primary), longText('ticket'), epoch('issued_at')],
      },
    ];
  }
}
