import { Injectable, type OnModuleInit } from '@nestjs/common';
import { InvalidOptionsError } from '../kernel/errors.js';
import { SqlExecutor } from '../sql/sql-executor.js';

/**
 * MariaDB and MySQL compare text without regard to case unless a column says otherwise. Our migrations say
 * so; TypeORM's `synchronize` does not, and then two openids that differ in the case of one letter would be
 * one person. So the module does not start on such tables, and looks before anything runs in the background.
 */
@Injectable()
export class CollationCheck implements OnModuleInit {
  constructor(private readonly sql: SqlExecutor) {}

  async onModuleInit(): Promise<void> {
    if (this.sql.dialect !== 'mysql') return;
    const table = 'weixin_grant';
    const [openid] = await this.sql.all<{ name: string | null }>(
      `SELECT collation_name AS name FROM information_schema.columns
       WHERE table_schema = DATABASE() AND table_name = ? AND column_name = 'openid'`,
      [table],
    );
    // Not migrated yet.
    if (!openid || openid.name?.endsWith('_bin')) return;
    throw new InvalidOptionsError([
      {
        option: 'dataSource',
        message: `leads to tables that compare without regard to case (${table}.openid is ${openid.name}); make them with the migrations only, never with "synchronize"`,
      },
    ]);
  }
}
