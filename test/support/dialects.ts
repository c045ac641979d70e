import type { DataSource } from 'typeorm';
import type { Dialect } from '../../libs/weixin-subscribe/src/sql/dialect.js';
import { MYSQL } from '../../libs/weixin-subscribe/src/sql/dialect.mysql.js';
import { POSTGRES } from '../../libs/weixin-subscribe/src/sql/dialect.postgres.js';
import { SQLITE } from '../../libs/weixin-subscribe/src/sql/dialect.sqlite.js';

export const DIALECTS = { sqlite: SQLITE, postgres: POSTGRES, mysql: MYSQL };

export function dialectOf({ options: { type } }: DataSource): Dialect {
  if (type === 'postgres') return POSTGRES;
  return type === 'better-sqlite3' ? SQLITE : MYSQL;
}
