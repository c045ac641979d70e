import { Injectable } from '@nestjs/common';
import { Clock } from '../kernel/clock.js';
import { RandomSource } from '../kernel/random-source.js';
import { SqlExecutor, UniqueViolation } from '../sql/sql-executor.js';

/**
 * How far the clocks of two processes may differ. A lease that ends later than one that was taken that much
 * ahead was taken before a clock was set back.
 */
const MOST_SKEW_MS = 300_000;

/**
 * Lets one process at a time have a job. A row with an end rather than a lock of the database: it is the same
 * on all three, takes no connection while it is held, and ends by itself when its holder is killed. Whoever
 * stood still for longer than its lease may meet another one at work, so what is done under it must be safe
 * without it; the lease saves the work, not the data.
 */
@Injectable()
export class LeaseRepository {
  /** This process. */
  private readonly holder: string;

  constructor(
    private readonly sql: SqlExecutor,
    private readonly clock: Clock,
    random: RandomSource,
  ) {
    this.holder = random.id(clock.now());
  }

  /**
   * Takes the lease, or renews it, for `ms` milliseconds. `false`: another process has it.
   * @throws {DatabaseError}
   */
  async take(name: string, ms: number): Promise<boolean> {
    const now = this.clock.now();
    const affected = await this.sql.run(
      'UPDATE weixin_lease SET holder = ?, leased_until = ? WHERE name = ? AND (holder = ? OR leased_until <= ? OR leased_until > ?)',
      [this.holder, now + ms, name, this.holder, now, now + ms + MOST_SKEW_MS],
    );
    return affected === 1 || (await this.added(name, now + ms));
  }

  /** Lets others have it at once. @throws {DatabaseError} */
  async release(name: string): Promise<void> {
    await this.sql.run('UPDATE weixin_lease SET leased_until = 0 WHERE name = ? AND holder = ?', [
      name,
      this.holder,
    ]);
  }

  /** The first time that anybody takes it: of several processes at once the primary key lets one. */
  private async added(name: string, leasedUntil: number): Promise<boolean> {
    const params = [name, this.holder, leasedUntil];
    try {
      const sql =
        'INSERT INTO weixin_lease (name, holder, leased_until) SELECT ?, ?, ? FROM (SELECT 1 AS one) here WHERE NOT EXISTS (SELECT 1 FROM weixin_lease WHERE name = ?)';
      return (await this.sql.run(sql, [...params, name])) === 1;
    } catch (error) {
      if (error instanceof UniqueViolation) return false;
      throw error;
    }
  }
}
