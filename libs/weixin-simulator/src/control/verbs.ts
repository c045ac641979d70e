import type { AccountOptions, PersonOptions } from '../config/options.js';
import type { PersonAnswer } from '../confirm/person-answer.js';
import type { Fault, FaultOptions } from '../fault/fault.js';
import type { RecordedCall } from '../platform/call-log.js';
import type { CountersSnapshot } from '../platform/counters.js';
import type { Grant } from '../platform/grants.js';
import type { ReceivedMessage } from '../platform/inbox.js';
import type { TokenFamily } from '../token/access-token.js';
import type { TokenView } from '../token/token-view.js';
import type { CardVerbs } from './card-verbs.js';
import type { ComponentVerbs } from './component-verbs.js';
import type { SubscribeVerbs } from './subscribe-verbs.js';
import type { WebVerbs } from './web-verbs.js';

/** One subscription request to one person. Name the person or the openid; an openid tells the account too. */
export interface SubscriptionRequestOptions {
  appId?: string;
  person?: string;
  openid?: string;
  /** @default the account's first template */
  templateId?: string;
  scene: number | string;
  reserved?: string;
  /** When given, the answer carries `redirectTo`. Its host is not checked here; `tap` checks everything. */
  redirectUrl?: string;
}

export interface TapOptions {
  answer: 'confirm' | 'cancel';
  /** @default the first person */
  person?: string;
}

/** What there is, secrets left out. */
export interface SimulatorState {
  url: string;
  now: number;
  /** Templates by their ids. */
  accounts: (Pick<AccountOptions, 'appId' | 'kind' | 'name'> & {
    templates: readonly string[];
    subscribeTemplates: readonly string[];
    formTemplates: readonly string[];
  })[];
  people: { name: string; openids: Record<string, string> }[];
}

/**
 * Everything one can ask of a simulator from outside: in process on {@link WeixinSimulator}, over HTTP on
 * {@link SimulatorClient}.
 */
export interface SimulatorVerbs extends SubscribeVerbs, WebVerbs, CardVerbs, ComponentVerbs {
  state(): SimulatorState;
  /** The openid of a person at an account; always the same. */
  openid(person: string, appId: string): string;
  addPerson(person: string | PersonOptions): void;
  /** Changes one account as its owner would in the console: secret, templates, domains, flags, rules. */
  updateAccount(appId: string, patch: Partial<Omit<AccountOptions, 'appId' | 'kind'>>): void;
  /** The person taps confirm: one grant, and what the redirect or the SDK carries. */
  confirm(request: SubscriptionRequestOptions): PersonAnswer;
  /** The person taps cancel. */
  cancel(request: SubscriptionRequestOptions): PersonAnswer;
  /**
   * Opens a confirm address as a browser would, with all its checks, and taps a button. A refused address
   * throws.
   */
  tap(confirmUrl: string, options: TapOptions): PersonAnswer;
  /** Messages that arrived, oldest first. */
  inbox(openid?: string): ReceivedMessage[];
  /** Permissions given, oldest first, used ones included. */
  grants(openid?: string): Grant[];
  counters(): CountersSnapshot;
  /** The last calls, oldest first. */
  calls(): RecordedCall[];
  /** Bends the next answers; gives the id of the fault. */
  fault(fault: FaultOptions): string;
  faults(): Fault[];
  clearFaults(id?: string): void;
  /**
   * The account's live tokens (of one family, or both) die upstream: 40001 from now on. Gives how many died.
   */
  killToken(appId: string, family?: TokenFamily): number;
  /** Somebody else fetches a token with the same secret. Not counted in `mints`. Gives the token. */
  mintBehindBack(appId: string, family?: TokenFamily): string;
  /** The newest tokens of the account, or of all accounts, masked. */
  tokens(appId?: string): TokenView[];
  /**
   * Nothing is left of today's calls of one API (default: the send call of its kind): 45009 until midnight in
   * Shanghai.
   */
  fillQuota(appId: string, path?: string): void;
  now(): number;
  /** Moves the clock; gives the new time. */
  advance(ms: number): number;
  setClock(now: number): number;
  /** As freshly started: state, clock, accounts, people, faults, log. */
  reset(): void;
}
