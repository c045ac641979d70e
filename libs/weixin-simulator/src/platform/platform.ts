import { CardBook } from '../card/card-book.js';
import { SimulatedClock } from '../common/clock.js';
import { RandomSource } from '../common/random-source.js';
import { ComponentBook } from '../component/component-book.js';
import type { CloudRun } from '../config/cloud-run.js';
import type { SimulatorConfig } from '../config/options.js';
import { FaultRegistry } from '../fault/fault-registry.js';
import { TicketBook } from '../jssdk/ticket-book.js';
import { CodeBook } from '../oauth/code-book.js';
import { Pushes } from '../push/pushes.js';
import { Nonces } from '../security/nonces.js';
import { TokenBook } from '../token/token-book.js';
import { TokenIssuer } from '../token/token-issuer.js';
import { Accounts } from './accounts.js';
import { CallLog } from './call-log.js';
import { Counters } from './counters.js';
import { Flights } from './flights.js';
import { Forms } from './forms.js';
import { GrantBook } from './grants.js';
import { Inbox } from './inbox.js';
import { MessageSettings } from './message-settings.js';
import { People } from './people.js';
import { Popups } from './popups.js';
import { Quotas } from './quotas.js';

/** The state of one WeChat: knows no HTTP. Endpoints and the control API work on it. */
export class Platform {
  readonly clock: SimulatedClock;
  readonly random: RandomSource;
  readonly accounts: Accounts;
  readonly people: People;
  readonly quotas: Quotas;
  readonly counters = new Counters();
  readonly grants: GrantBook;
  readonly forms: Forms;
  readonly cards: CardBook;
  readonly messageSettings = new MessageSettings();
  readonly popups = new Popups();
  readonly inbox: Inbox;
  readonly pushes: Pushes;
  readonly callLog: CallLog;
  readonly tokens: TokenBook;
  readonly issuer: TokenIssuer;
  readonly faults: FaultRegistry;
  readonly tickets: TicketBook;
  readonly codes: CodeBook;
  readonly component: ComponentBook;
  /** Null: a call needs an access_token. */
  readonly cloudRun: CloudRun | null;
  readonly flights = new Flights();
  /** Of secured calls. */
  readonly nonces = new Nonces();
  /** The last of each account and path, to be given again. */
  readonly sealedAnswers = new Map<string, { body: string; headers: Record<string, string> }>();

  constructor(config: SimulatorConfig) {
    this.cloudRun = config.cloudRun;
    this.clock = new SimulatedClock(config.clock);
    this.random = new RandomSource(config.seed);
    this.accounts = new Accounts(config.accounts, config.behaviour);
    this.people = new People(
      config.people,
      config.accounts.map((account) => account.appId),
    );
    this.quotas = new Quotas(this.clock);
    this.grants = new GrantBook(this.clock, config.historyLimit);
    this.forms = new Forms(this.clock, this.random, this.grants, config.historyLimit);
    this.cards = new CardBook(this.clock, this.random, config.historyLimit);
    this.inbox = new Inbox(config.historyLimit);
    this.component = new ComponentBook(this.clock, this.random, config.component);
    this.pushes = new Pushes(this.clock, this.random, this.counters, this.component, config.historyLimit);
    this.callLog = new CallLog(config.callLogLimit);
    this.tokens = new TokenBook(this.clock, this.random);
    this.issuer = new TokenIssuer(this.clock, this.tokens, this.quotas, this.counters);
    this.faults = new FaultRegistry(this.random);
    this.tickets = new TicketBook(this.clock, this.random);
    this.codes = new CodeBook(this.clock, this.random);
  }

  /**
   * As freshly started. Randomness goes on, so that a token from before the reset is a stranger afterwards.
   */
  reset(): void {
    for (const part of [
      ...[this.clock, this.accounts, this.people, this.quotas, this.counters, this.grants, this.forms],
      this.cards,
      ...[this.messageSettings, this.popups, this.inbox, this.pushes, this.callLog, this.tokens],
      ...[this.issuer, this.faults, this.nonces, this.tickets, this.codes],
      this.component,
    ]) {
      part.reset();
    }
    this.sealedAnswers.clear();
  }
}
