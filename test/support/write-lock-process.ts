/**
 * A process of its own that holds the write lock of the SQLite file named in `JOB`: takes it at the order
 * "lock", gives it up at "unlock".
 */
import { createInterface } from 'node:readline';
import Database from 'better-sqlite3';

const { file } = JSON.parse(String(process.env.JOB));
const database = new Database(file);
process.stdout.write('ready\n');
for await (const line of createInterface(process.stdin)) {
  database.exec(JSON.parse(line) === 'lock' ? 'BEGIN IMMEDIATE' : 'ROLLBACK');
  process.stdout.write(`${line}\n`);
}
