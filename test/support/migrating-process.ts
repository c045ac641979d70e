/**
 * A process of its own that opens the SQLite file named on its command line, migrates it and says how many
 * migrations have run.
 */
import 'reflect-metadata';
import { migrate, WEIXIN_SUBSCRIBE_ENTITIES, WEIXIN_SUBSCRIBE_MIGRATIONS } from 'nestjs-weixin-subscribe';
import { DataSource } from 'typeorm';

const source = await new DataSource({
  type: 'better-sqlite3',
  database: process.argv[2],
  enableWAL: true,
  entities: WEIXIN_SUBSCRIBE_ENTITIES,
  migrations: WEIXIN_SUBSCRIBE_MIGRATIONS,
}).initialize();
await migrate(source);
const [{ n }] = await source.query('SELECT COUNT(*) AS n FROM migrations');
await source.destroy();
process.stdout.write(`migrated ${n}\n`);
