import type { Accounts } from '../../account/accounts.js';
import { Clock } from '../../kernel/clock.js';
import { LibraryLogger } from '../../kernel/library-logger.js';
import { BackgroundTasks } from '../../upkeep/background-tasks.js';
import { inParallel } from '../../upkeep/in-parallel.js';
import type { AccessToken } from '../access-token.js';
import { JsapiTicket } from './jsapi-ticket.js';

const EVERY_SECONDS = 60;
/** A ticket that nobody asked for in this time is not refreshed: it would be a mint for nobody. */
const IN_USE_MS = 7_200_000;
/** Tickets looked after at once: each takes a connection to the store, and some a call to WeChat. */
const AT_ONCE = 8;

/** Where tickets come from: the machinery of access_tokens, minting or reading from a central. */
export interface TicketSource {
  getToken(appId: string): Promise<AccessToken>;
  refreshAhead(appId: string): Promise<void>;
}

/**
 * Gives out the jsapi_ticket of each account, which signs pages for the JS-SDK. Minted at first use and once
 * for all processes; those in use are refreshed ahead. In a process with `token.role: 'remote'` the central
 * is asked.
 */
export class TicketService {
  private readonly logger = new LibraryLogger(TicketService.name);
  private readonly askedAt = new Map<string, number>();

  constructor(
    private readonly source: TicketSource,
    private readonly accounts: Accounts,
    private readonly clock: Clock,
    tasks: BackgroundTasks,
  ) {
    tasks.register({ name: 'ticket-refresh', everySeconds: EVERY_SECONDS, run: () => this.refreshUsed() });
  }

  /**
   * A live ticket: from memory, without I/O, while there is one.
   * @throws {UnknownAccountError} {@link TokenUnavailableError} {@link DatabaseError}
   */
  async getTicket(appId: string): Promise<JsapiTicket> {
    const { accessToken, expiresAt } = await this.source.getToken(appId);
    // Only what was given out is looked after: an account that does not exist is not.
    this.askedAt.set(appId, this.clock.now());
    return new JsapiTicket(accessToken, expiresAt);
  }

  private async refreshUsed(): Promise<void> {
    const now = this.clock.now();
    for (const [appId, at] of this.askedAt) if (now - at > IN_USE_MS) this.askedAt.delete(appId);
    const used = [...this.askedAt.keys()].filter((appId) => this.accounts.isEnabled(appId));
    await inParallel(used, AT_ONCE, (appId) => this.refresh(appId));
  }

  private async refresh(appId: string): Promise<void> {
    try {
      await this.source.refreshAhead(appId);
    } catch (error) {
      this.logger.warn((error as Error).message);
    }
  }
}
