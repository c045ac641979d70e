import { Injectable } from '@nestjs/common';
import { Sealer } from '../kernel/sealer.js';
import { SqlExecutor, UniqueViolation } from '../sql/sql-executor.js';
import { TokenConfig } from '../token/token.options.js';
import { ONE_TICKET, TICKETS, type TicketRow, UNLESS_NEWER } from './component.sql.js';

/** A component_verify_ticket, opened: never shown. */
export interface ComponentTicket {
  readonly ticket: string;
  readonly issuedAt: Date;
}

/** The newest ticket of a third-party platform, for all processes; sealed. */
@Injectable()
export class ComponentTicketRepository {
  private readonly sealer: Sealer;

  constructor(
    private readonly sql: SqlExecutor,
    { encryptionKeys }: TokenConfig,
  ) {
    this.sealer = new Sealer(encryptionKeys);
  }

  /** `undefined`: none came yet, or none that can be read. @throws {DatabaseError} */
  async newest(appId: string): Promise<ComponentTicket | undefined> {
    const [row] = await this.sql.all<TicketRow>(ONE_TICKET, [appId]);
    if (!row) return undefined;
    const { ticket, issuedAt } = TICKETS.read(row);
    const opened = this.sealer.open(contextOf(appId), ticket);
    return 'text' in opened ? { ticket: opened.text, issuedAt } : undefined;
  }

  /** Keeps it unless a newer one is there. @throws {DatabaseError} */
  async keep(appId: string, { ticket, issuedAt }: ComponentTicket): Promise<void> {
    const sealed = { ticket: this.sealer.seal(contextOf(appId), ticket), issuedAt };
    if (await this.renew(appId, sealed)) return;
    if ((await this.sql.all(ONE_TICKET, [appId])).length > 0) return;
    try {
      const { sql, params } = TICKETS.insert([{ appId, ...sealed }]);
      await this.sql.run(sql, params);
    } catch (error) {
      if (!(error instanceof UniqueViolation)) throw error;
      await this.renew(appId, sealed);
    }
  }

  private async renew(appId: string, sealed: ComponentTicket): Promise<boolean> {
    const { sql, params } = TICKETS.update({ ...sealed });
    return (
      (await this.sql.run(`${sql} ${UNLESS_NEWER}`, [...params, appId, sealed.issuedAt.getTime()])) === 1
    );
  }
}

const contextOf = (appId: string) => `${appId}|ticket`;
