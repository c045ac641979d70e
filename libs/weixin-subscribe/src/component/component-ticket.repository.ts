import { Injectable } from '@nestjs/common';
import { Sealer } from '../kernel/sealer.js';
import { toDate } from '../sql/epoch-column.js';
import { SqlExecutor, UniqueViolation } from '../sql/sql-executor.js';
import { TokenConfig } from '../token/token.options.js';
import { FIRST_TICKET, NEWER_TICKET, ONE_TICKET, type TicketRow } from './component.sql.js';

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
    const opened = row && this.sealer.open(contextOf(appId), row.ticket);
    return opened && 'text' in opened ? { ticket: opened.text, issuedAt: toDate(row.issued_at) } : undefined;
  }

  /** Keeps it unless a newer one is there. @throws {DatabaseError} */
  async keep(appId: string, { ticket, issuedAt }: ComponentTicket): Promise<void> {
    const [sealed, at] = [this.sealer.seal(contextOf(appId), ticket), issuedAt.getTime()];
    if ((await this.sql.run(NEWER_TICKET, [sealed, at, appId, at])) === 1) return;
    if ((await this.sql.all(ONE_TICKET, [appId])).length > 0) return;
    try {
      await this.sql.run(FIRST_TICKET, [appId, sealed, at]);
    } catch (error) {
      if (!(error instanceof UniqueViolation)) throw error;
      await this.sql.run(NEWER_TICKET, [sealed, at, appId, at]);
    }
  }
}

const contextOf = (appId: string) => `${appId}|ticket`;
