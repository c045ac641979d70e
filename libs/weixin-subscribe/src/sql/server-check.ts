import { Injectable, type OnModuleInit } from '@nestjs/common';
import { InvalidOptionsError } from '../kernel/errors.js';
import { DatabaseError } from './database.error.js';
import { SqlExecutor } from './sql-executor.js';

/**
 * Looks, before anything runs in the background, whether the server understands our statements at all. An
 * older one, or one that only speaks like MySQL, would refuse the first confirm rather than the start. What
 * it can do decides, not its number.
 */
@Injectable()
export class ServerCheck implements OnModuleInit {
  constructor(private readonly sql: SqlExecutor) {}

  /** @throws {InvalidOptionsError} */
  async onModuleInit(): Promise<void> {
    const { server } = this.sql.dialect;
    if (server === undefined) return;
    try {
      await this.sql.all(server.trial, []);
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error;
      // Nobody knows then, and what starts without an answer is told by its first statement.
      if (error.temporary) return;
      const [{ version }] = await this.sql.all<{ version: string }>('SELECT VERSION() AS version', []);
      throw new InvalidOptionsError([
        {
          option: 'dataSource',
          message: `leads to a server that does not understand the statements of this library (${version}); they need ${server.least}`,
        },
      ]);
    }
  }
}
