import type { DataSource, EntityManager } from 'typeorm';
import { InvalidInputError } from '../kernel/errors.js';
import { runnerOf } from './host-transaction.js';

const ours = { name: 'ours' } as unknown as DataSource;
const other = { name: 'other' } as unknown as DataSource;
const queryRunner = { isTransactionActive: true, isReleased: false };
const manager = (members: object) => ({ queryRunner, ...members }) as unknown as EntityManager;

describe.each(['dataSource', 'connection'])('a manager that has its DataSource as %s', (name) => {
  it('gives the runner of its transaction', () => {
    expect(runnerOf(manager({ [name]: ours }), ours)).toBe(queryRunner);
  });

  it('is refused where it belongs to another DataSource', () => {
    expect(() => runnerOf(manager({ [name]: other }), ours)).toThrow(InvalidInputError);
  });
});

it.each([undefined, null, {}, manager({})])('refuses %p', (given) => {
  expect(() => runnerOf(given as EntityManager, ours)).toThrow(InvalidInputError);
});
