import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { Accounts } from '../account/accounts.js';
import { Clock } from '../kernel/clock.js';
import { foreignCause } from '../kernel/errors.js';
import { LibraryLogger } from '../kernel/library-logger.js';
import { nextTurn } from '../kernel/next-turn.js';
import { settledWithin } from '../kernel/settled-within.js';
import { DatabaseError } from '../sql/database.error.js';
import { tokenIdOf } from '../token/token-id.js';
import { BackgroundTasks } from '../upkeep/background-tasks.js';
import { AuditEntry } from './audit-entry.js';
import { ReportLimit } from './report-limit.js';
import { TokenAuditRepository } from './token-audit.repository.js';
import type { TokenAuditFilter, TokenAuditKey, TokenAuditRecord, TokenCaller } from './token-audit.types.js';

const EVERY_SECONDS = 30;
/** SQLite writes each on the event loop. */
const WRITTEN_IN_A_TURN = 100;
/** How long an answer waits for the database. A token is worth more than the line about it. */
const PATIENCE_MS = 1000;
const CLOSING_PATIENCE_MS = 10_000;
/** Keys remembered; each is a client with a token of the last hours. */
const MOST_ENTRIES = 10_000;

/**
 * Who took and who reported which access_token, without the token: one row per client, account, family,
 * action, token and endpoint, with a count.
 *
 * What a client does with a token for the first time in this process is written before it is answered; what
 * it repeats is counted in memory and written every 30 s (with `schedule.enabled`) and when the application
 * closes, so a client that polls costs no write per call. What a client reports need not be a token: of the
 * texts that it reports in a day 20 have a row each, the others one together (`others`). A crash loses counts
 * of the last 30 s (`times`, `lastAt`), never that a client had the token.
 *
 * While the database is away, or takes more than a second, tokens are given all the same: a warning is
 * logged, and what could not be written waits in memory for the next try. Only a crash then loses a first.
 * Where the database was lost in the middle of a write, that count may be written twice.
 */
@Injectable()
export class TokenAudit implements OnModuleDestroy {
  private readonly logger = new LibraryLogger(TokenAudit.name);
  private readonly entries = new Map<string, AuditEntry>();
  private readonly limit = new ReportLimit();
  private closing = false;

  constructor(
    tasks: BackgroundTasks,
    private readonly rows: TokenAuditRepository,
    private readonly accounts: Accounts,
    private readonly clock: Clock,
  ) {
    tasks.register({ name: 'token-audit', everySeconds: EVERY_SECONDS, run: () => this.flush() });
  }

  /**
   * Rows, the latest first. What processes counted in the last 30 s is not in them yet; {@link flush} writes
   * what this one counted.
   * @throws {DatabaseError}
   */
  list(filter: TokenAuditFilter = {}): Promise<TokenAuditRecord[]> {
    return this.rows.list(filter);
  }

  /**
   * The caller is about to be given this token. The database never makes it reject.
   * @throws {UnknownAccountError}
   */
  async took(caller: TokenCaller, accessToken: string): Promise<void> {
    return this.note(this.readKey(caller, accessToken));
  }

  /**
   * The caller says that WeChat refuses this token. A text beyond the twentieth that it reports in a day is
   * counted with the other ones, unless this process gave it to the caller as a token. The database never
   * makes it reject.
   * @throws {UnknownAccountError}
   */
  async reported(caller: TokenCaller, accessToken: string): Promise<void> {
    const given = tokenIdOf(accessToken);
    const tokenId = this.hasGiven(caller, given) ? given : this.limit.idFor(caller, given, this.clock.now());
    return this.note({ ...caller, action: 'report', tokenId });
  }

  private hasGiven(caller: TokenCaller, tokenId: string): boolean {
    const { tokenFamily: family } = this.accounts.get(caller.appId);
    return this.entries.has(idOf({ ...caller, action: 'read', family, tokenId }));
  }

  /**
   * Whether the caller was given this token before, at this endpoint, by any process. `false` when the
   * database can not tell.
   */
  async hasTaken(caller: TokenCaller, accessToken: string): Promise<boolean> {
    const key = this.readKey(caller, accessToken);
    if (this.entries.has(idOf(key))) return true;
    let found = false;
    const look = this.rows.has(key).then((answer) => {
      found = answer;
    });
    await this.inTime(look, 'could not be looked up');
    return found;
  }

  /**
   * Writes what was counted since the last time.
   * @throws {DatabaseError} What could not be written is kept for the next time.
   */
  async flush(): Promise<void> {
    let problem: unknown;
    for (const [index, entry] of [...this.entries.values()].entries()) {
      if (index % WRITTEN_IN_A_TURN === WRITTEN_IN_A_TURN - 1) await nextTurn();
      try {
        await this.write(entry);
      } catch (error) {
        problem ??= error;
        if (error instanceof DatabaseError && error.temporary) break;
      }
    }
    if (problem !== undefined) throw problem;
  }

  /** Before any DataSource is closed. Calls that still come are written one by one from here on. */
  async onModuleDestroy(): Promise<void> {
    this.closing = true;
    const flushed = this.flush().catch((error) => this.warn('was not written at the end', error));
    if (!(await settledWithin(CLOSING_PATIENCE_MS, flushed)))
      this.logger.warn('the audit of tokens was still being written when the application closed');
  }

  private async note(key: TokenAuditKey): Promise<void> {
    const now = this.clock.now();
    const known = this.entries.get(idOf(key));
    const entry = known ?? this.remember(key);
    entry.count(now);
    // Whoever comes while the first is being written waits for it too: no answer goes before the row.
    if (!known || this.closing) entry.first = this.inTime(this.write(entry), 'is written later');
    await entry.first;
  }

  private async write(entry: AuditEntry): Promise<void> {
    const count = entry.take();
    if (!count) return;
    try {
      await this.rows.add(entry.key, count);
    } catch (error) {
      entry.addBack(count);
      throw error;
    }
  }

  /** Never rejects. */
  private async inTime(work: Promise<void>, consequence: string): Promise<void> {
    const watched = work.catch((error) => this.warn(consequence, error));
    if (!(await settledWithin(PATIENCE_MS, watched)))
      this.logger.warn(`the database takes long; who takes and reports tokens ${consequence}`);
  }

  private warn(consequence: string, error: unknown): void {
    this.logger.warn(`who takes and reports tokens ${consequence}: ${foreignCause(error).message}`);
  }

  private remember(key: TokenAuditKey): AuditEntry {
    const entry = new AuditEntry(key);
    this.entries.set(idOf(key), entry);
    if (this.entries.size > MOST_ENTRIES) this.forgetOldest();
    return entry;
  }

  private forgetOldest(): void {
    const [[id, oldest]] = this.entries;
    this.entries.delete(id);
    void this.write(oldest).catch((error) => this.warn('lost a count', error));
  }

  private readKey(caller: TokenCaller, accessToken: string): TokenAuditKey {
    const { tokenFamily: family } = this.accounts.get(caller.appId);
    return { ...caller, action: 'read', family, tokenId: tokenIdOf(accessToken) };
  }
}

function idOf({ client, appId, family, action, tokenId, endpoint }: TokenAuditKey): string {
  return [client, appId, family, action, tokenId, endpoint].join('\n');
}
