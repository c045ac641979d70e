import { Injectable } from '@nestjs/common';
import { Sealer } from '../kernel/sealer.js';
import { SqlExecutor } from '../sql/sql-executor.js';
import { updateOrInsert } from '../sql/update-or-insert.js';
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
    const { sql, params } = TICKETS.update({ ...sealed });
    await updateOrInsert(
      this.sql,
      { sql: `${sql} ${UNLESS_NEWER}`, params: [...params, appId, issuedAt.getTime()] },
      TICKETS.insert([{ appId, ...sealed }]),
    );
  }
}

const contextOf = (appId: string) => `${appId}|ticket`;
