import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mysql from 'mysql2/promise';
import pg from 'pg';

/** Jest runs it once, after all suites: away with what test-databases.ts copied. */
export default async function dropTemplates() {
  const { TEST_RUN, TEST_POSTGRES_URL, TEST_MYSQL_URL } = process.env;
  const template = `wxs_template_${TEST_RUN}`;
  for (const server of ['postgres', 'mysql']) await rm(join(tmpdir(), `${template}.${server}`), { force: true });
  if (TEST_POSTGRES_URL) {
    const client = new pg.Client(TEST_POSTGRES_URL);
    await client.connect();
    await client.query(`DROP DATABASE IF EXISTS ${template}`).finally(() => client.end());
  }
  if (TEST_MYSQL_URL) {
    const connection = await mysql.createConnection({ uri: TEST_MYSQL_URL, multipleStatements: true });
    await connection
      .query(`DROP DATABASE IF EXISTS ${template}_new; DROP DATABASE IF EXISTS ${template}_ready`)
      .finally(() => connection.end());
  }
}
