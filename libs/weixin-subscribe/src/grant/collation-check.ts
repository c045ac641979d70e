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
    const { selectCollation } = this.sql.dialect;
    if (selectCollation === undefined) return;
    const table = 'weixin_grant';
    const [openid] = await this.sql.all<{ name: string | null }>(selectCollation, [table, 'openid']);
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
