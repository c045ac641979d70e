import type { SqlExecutor } from '../../libs/weixin-subscribe/src/sql/sql-executor.js';

/** An executor in whose first INSERT `somebody` comes first: a race that always ends the same way. */
export function beforeInsert(sql: SqlExecutor, somebody: () => Promise<unknown>): SqlExecutor {
  let hasCome = false;
  const run: SqlExecutor['run'] = async (statement, params) => {
    if (!hasCome && statement.startsWith('INSERT')) {
      hasCome = true;
      await somebody();
    }
    return sql.run(statement, params);
  };
  return Object.assign(Object.create(sql) as SqlExecutor, { run });
}
