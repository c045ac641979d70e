import { rowsOnMysql } from '../../libs/weixin-subscribe/src/sql/dialect.mysql.js';
import { DIALECTS } from '../support/dialects.js';
import { refusedByMysql, refusedSoFar } from '../support/mysql-rules.js';
import { describeDatabase, openDatabase } from '../support/test-databases.js';

const { mysql } = DIALECTS;
const rows = rowsOnMysql();
const joined = `SELECT t.id FROM ${rows} STRAIGHT_JOIN weixin_grant t ON t.id = v.row_key`;

describe('what MariaDB alone accepts', () => {
  it.each([
    ['a JSON_TABLE beside a lock', `${joined} WHERE t.id > 1 ${mysql.forUpdate}`],
    ['the same that skips', `${joined} ${mysql.skipLocked}`],
    ['the same for a share', `${joined} ${mysql.forShare}`],
    ['the same as MySQL says it', `${joined} FOR SHARE`],
    ['the same in a derived table', `UPDATE (${joined} FOR UPDATE) AS v JOIN t ON t.id = v.id SET t.a = 1`],
    ['the same in a part of a union', `SELECT 1 UNION (${joined} FOR UPDATE)`],
    [
      'the same across lines',
      `SELECT 1 FROM JSON_TABLE (?, '$[*]' COLUMNS (a INT PATH '$')) AS j,\n t\nFOR\n  UPDATE`,
    ],
    [
      'the same in lower case',
      "select 1 from json_table('[]', '$[*]' columns (a int path '$')) j, t for update",
    ],
    ['MD5()', 'SELECT GET_LOCK(CONCAT(?, MD5(DATABASE())), 0)'],
    ['SHA1()', 'SELECT sha1 (openid) FROM t'],
    ['PASSWORD()', 'SELECT PASSWORD(?)'],
    ['JSON_EXISTS()', "SELECT 1 FROM t WHERE JSON_EXISTS(a, '$.b')"],
    ['JSON_QUERY()', "SELECT JSON_QUERY(a, '$.b') FROM t"],
    ['VALUE() of an insert', 'INSERT INTO t (a) VALUES (?) ON DUPLICATE KEY UPDATE a = VALUE(a)'],
    ['what an insert returns', 'INSERT INTO t (a) VALUES (?) RETURNING id'],
    ['what a delete returns', 'DELETE FROM t WHERE a IN (?) RETURNING id, a'],
    ['SET STATEMENT', 'SET STATEMENT max_statement_time=1 FOR SELECT 1'],
    ['statistics that stay', 'ANALYZE TABLE t PERSISTENT FOR ALL'],
    ['a table of numbers', 'SELECT seq FROM seq_0_to_9'],
    ['a sequence', 'SELECT NEXT VALUE FOR s'],
    ['OR REPLACE', 'CREATE OR REPLACE TABLE t (a INT)'],
    ['a column if it is not there', 'ALTER TABLE t ADD COLUMN IF NOT EXISTS a INT'],
    ['an index if it is there', 'DROP INDEX IF EXISTS ix ON t'],
    ['FETCH FIRST', 'SELECT 1 FROM t ORDER BY a OFFSET 1 ROW FETCH FIRST 1 ROW ONLY'],
    ['ROWS EXAMINED', 'SELECT 1 FROM t LIMIT ROWS EXAMINED 10'],
    ['a wait of seconds', 'SELECT 1 FROM t FOR UPDATE WAIT 5'],
    ['a shared lock that skips', 'SELECT 1 FROM t LOCK IN SHARE MODE SKIP LOCKED'],
    ['INTERSECT', 'SELECT 1 INTERSECT SELECT 1'],
    ['what MySQL alone reads', 'SELECT 1 /*!80000 INTERSECT SELECT 1 */'],
  ])('is found: %s', (_, sql) => {
    expect(refusedByMysql(sql)).toEqual(expect.any(String));
  });

  it.each([
    [
      'a JSON_TABLE in a derived table',
      `SELECT t.id ${mysql.fromListed('weixin_grant', 'id')} ${mysql.forUpdate}`,
    ],
    ['one without a lock', joined],
    ['one of an update', `UPDATE weixin_grant t JOIN ${rows} ON t.id = v.row_key SET t.status = ?`],
    ['one in a condition', `SELECT id FROM t WHERE id IN (${mysql.texts}) FOR UPDATE SKIP LOCKED`],
    [
      'a lock in a derived table beside one',
      `SELECT 1 FROM ${rows} JOIN (SELECT id FROM t FOR UPDATE) AS l ON l.id = v.row_key`,
    ],
    ['another part of a union', `${joined} UNION SELECT id FROM t FOR UPDATE`],
    ['what is a comment to MySQL', mysql.aggregating('SELECT 1')],
    ['words in a text', "SELECT 'it''s MD5(1) RETURNING', \"FOR UPDATE\", 'a\\'MD5(1)' FROM t"],
    ['words in a comment', 'SELECT 1 /* MD5(a) */ -- RETURNING\n# SHA1(a)\nFROM t'],
    ['names of columns', 'SELECT `MD5(a)`, value, chr, md5 FROM t'],
    ['the type of a value', "SELECT JSON_VALUE(a, '$.b' RETURNING SIGNED) FROM t"],
    ['VALUES()', 'INSERT INTO t (a) VALUES (?) ON DUPLICATE KEY UPDATE a = VALUES(a)'],
    ['SHA2()', 'SELECT SHA2(DATABASE(), 256)'],
    ['a table if it is there', 'DROP TABLE IF EXISTS t'],
  ])('leaves alone: %s', (_, sql) => {
    expect(refusedByMysql(sql)).toBeUndefined();
  });
});

describeDatabase('mysql', 'a statement that MySQL would refuse', () => {
  it('reaches no server, and its test file fails even if nobody looks at the error', async () => {
    const { dataSource, close } = await openDatabase('mysql');
    await expect(dataSource.query('SELECT MD5(?) AS a', ['b'])).rejects.toThrow('MySQL would refuse');
    await expect(close()).rejects.toThrow('MD5()');
    refusedSoFar.clear();
  });
});
