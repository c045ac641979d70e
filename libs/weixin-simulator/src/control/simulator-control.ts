import { UsageError } from '../common/usage-error.js';
import type { AccountOptions, PersonOptions } from '../config/options.js';
import type { PersonAnswer } from '../confirm/person-answer.js';
import { answerRequest } from '../confirm/person-answer.js';
import type { Fault, FaultOptions } from '../fault/fault.js';
import type { RecordedCall } from '../platform/call-log.js';
import type { CountersSnapshot } from '../platform/counters.js';
import type { Grant } from '../platform/grants.js';
import type { ReceivedMessage } from '../platform/inbox.js';
import { fillQuota, killTokens, mintBehindBack } from '../platform/upstream.js';
import type { TokenFamily } from '../token/access-token.js';
import type { TokenView } from '../token/token-view.js';
import { CardControl } from './card-control.js';
import { readSubscriptionRequest, readTap } from './read-subscription-request.js';
import type { SimulatorState, SimulatorVerbs, SubscriptionRequestOptions, TapOptions } from './verbs.js';

/** The verbs on a platform in this process. */
export abstract class SimulatorControl extends CardControl implements SimulatorVerbs {
  /** Base address of the API and of the confirm page alike. */
  abstract readonly url: string;

  state(): SimulatorState {
    const accounts = this.platform.accounts.all();
    const openids = (name: string) => accounts.map(({ appId }) => [appId, this.openid(name, appId)] as const);
    return {
      url: this.url,
      now: this.now(),
      accounts: accounts.map(({ appId, kind, name, templates, subscribeTemplates, formTemplates }) => ({
        ...{ appId, kind, name, templates },
        subscribeTemplates: subscribeTemplates.map(({ priTmplId }) => priTmplId),
        formTemplates: formTemplates.map(({ templateId }) => templateId),
      })),
      people: this.platform.people
        .names()
        .map((name) => ({ name, openids: Object.fromEntries(openids(name)) })),
    };
  }

  openid(person: string, appId: string): string {
    return this.platform.people.openid(person, this.platform.accounts.get(appId).appId);
  }

  addPerson(person: string | PersonOptions): void {
    this.platform.people.add(person);
  }

  updateAccount(appId: string, patch: Partial<Omit<AccountOptions, 'appId' | 'kind'>>): void {
    this.platform.accounts.update(appId, patch);
  }

  confirm(request: SubscriptionRequestOptions): PersonAnswer {
    return answerRequest(this.platform, readSubscriptionRequest(this.platform, request), 'confirm');
  }

  cancel(request: SubscriptionRequestOptions): PersonAnswer {
    return answerRequest(this.platform, readSubscriptionRequest(this.platform, request), 'cancel');
  }

  tap(confirmUrl: string, options: TapOptions): PersonAnswer {
    const { request, answer } = readTap(this.platform, confirmUrl, options);
    return answerRequest(this.platform, request, answer);
  }

  inbox(openid?: string): ReceivedMessage[] {
    return this.platform.inbox.list(openid);
  }

  grants(openid?: string): Grant[] {
    return this.platform.grants.all(openid);
  }

  counters(): CountersSnapshot {
    const { counters, inbox } = this.platform;
    return {
      ...counters.snapshot(),
      deliveriesPerGrant: inbox.deliveriesPerGrant(),
      maxDeliveriesPerGrant: inbox.maxDeliveriesPerGrant(),
    };
  }

  calls(): RecordedCall[] {
    return this.platform.callLog.list();
  }

  fault(fault: FaultOptions): string {
    return this.platform.faults.add(fault).id;
  }

  faults(): Fault[] {
    return this.platform.faults.list();
  }

  clearFaults(id?: string): void {
    this.platform.faults.clear(id);
  }

  killToken(appId: string, family?: TokenFamily): number {
    return killTokens(this.platform, appId, family);
  }

  mintBehindBack(appId: string, family?: TokenFamily): string {
    return mintBehindBack(this.platform, appId, family);
  }

  tokens(appId?: string): TokenView[] {
    const account = appId === undefined ? undefined : this.platform.accounts.get(appId);
    return this.platform.tokens.views(account?.appId);
  }

  fillQuota(appId: string, path?: string): void {
    fillQuota(this.platform, appId, path);
  }

  now(): number {
    return this.platform.clock.now();
  }

  advance(ms: number): number {
    if (!Number.isFinite(ms)) throw new UsageError('ms: must be a number of milliseconds');
    return this.platform.clock.advance(ms);
  }

  setClock(now: number): number {
    if (!Number.isFinite(now)) throw new UsageError('now: must be milliseconds since the epoch');
    return this.platform.clock.set(now);
  }

  reset(): void {
    this.platform.reset();
  }
}
