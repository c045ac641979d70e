import { type Columns, index, type NewTable, nullable, primary, TablesMigration } from './tables.js';

/** Service cards, and what was done with them. */
export class CreateWeixinCards1763660000000 extends TablesMigration {
  readonly name = 'CreateWeixinCards1763660000000';

  protected tables({ id, text, longText, int, epoch }: Columns): NewTable[] {
    return [
      {
        name: 'weixin_card',
        columns: [
          id('id', primary),
          text('app_id', 32),
          text('openid', 64),
          int('notify_type'),
          text('notify_code', 128, nullable),
          text('code_digest', 43, nullable),
          text('payment', 96, nullable),
          int('state', nullable),
          text('content_digest', 43, nullable),
          int('version'),
          id('update_id', nullable),
          epoch('created_at'),
          epoch('activated_at', nullable),
          epoch('expires_at'),
          epoch('ended_at', nullable),
          text('end_reason', 16, nullable),
        ],
        indices: [
          index('uq_weixin_card_code_digest', ['app_id', 'code_digest'], 'code_digest IS NOT NULL'),
          index('ix_weixin_card_person', ['app_id', 'openid']),
          index('ix_weixin_card_ended', ['ended_at', 'expires_at']),
        ],
      },
      {
        name: 'weixin_card_update',
        columns: [
          id('id', primary),
          id('card_id'),
          int('seq'),
          text('kind', 8),
          int('state', nullable),
          longText('content', nullable),
          text('content_digest', 43),
          text('status', 16),
          int('attempts'),
          int('errcode', nullable),
          text('errmsg', 512, nullable),
          text('rid', 64, nullable),
          text('reason', 255, nullable),
          int('fail_ret', nullable),
          text('fail_msg', 255, nullable),
          epoch('failed_at', nullable),
          text('requested_by', 64, nullable),
          epoch('accepted_at'),
          epoch('due_at', nullable),
          epoch('settled_at', nullable),
        ],
        indices: [
          index('uq_weixin_card_update_seq', ['card_id', 'seq']),
          index('ix_weixin_card_update_due', ['due_at', 'id'], 'due_at IS NOT NULL'),
        ],
      },
    ];
  }
}
