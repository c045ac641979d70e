import type { PoolConnection } from 'mysql2';
import { refuseUnfit } from './mysql-session.js';

it('the look at a connection has the time limit of every statement', async () => {
  const asked: object[] = [];
  const settings = { autocommit: 1, client: 'utf8mb4', results: 'utf8mb4', sqlMode: '' };
  const query = async (options: object) => {
    asked.push(options);
    return [[settings], []];
  };
  await refuseUnfit({ promise: () => ({ query }), config: {} } as unknown as PoolConnection, { timeout: 7 });
  expect(asked).toEqual([expect.objectContaining({ timeout: 7 })]);
});
