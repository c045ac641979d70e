import { Injectable } from '@nestjs/common';
import { Accounts } from '../account/accounts.js';
import { WeixinEvents } from '../kernel/weixin-events.js';
import { MOST_TEXT_BYTES } from '../sql/column-sizes.js';
import { incomingPush } from './incoming-push.js';
import { PushRefusedError, PushTooLargeError } from './push.errors.js';
import type { PushEventRecord } from './push.types.js';
import { PushDispatcher } from './push-dispatcher.js';
import {
  type PushEventFilter,
  type PushEventPage,
  type PushEventPageQuery,
  PushEventRepository,
  type PushFailures,
} from './push-event.repository.js';
import { PushUrls } from './push-urls.js';
import { type PushQuery, PushVerifier } from './push-verifier.js';
import { toPushEvent } from './to-push-event.js';

/** Counting further would tell nobody more. */
const COUNTED = 1000;

/**
 * Takes what WeChat pushes: verified, each event once, written down before WeChat has its response, and given
 * by the listeners after it.
 */
@Injectable()
export class PushEventService {
  constructor(
    private readonly accounts: Accounts,
    private readonly verifier: PushVerifier,
    private readonly events: PushEventRepository,
    private readonly dispatcher: PushDispatcher,
    private readonly emitter: WeixinEvents,
    private readonly urls: PushUrls,
  ) {}

  /**
   * The URL to give to the console of WeChat (消息推送, 服务器配置): `publicBaseUrl` and the path as Nest mounts it,
   * with global prefix, URI version and `RouterModule`. Ask when the app is initialised. `undefined`: the
   * routes of pushes are not mounted, or the prefix of the host has a parameter.
   * @throws {UnknownAccountError}
   */
  urlOf(appId: string): string | undefined {
    return this.urls.of(appId);
  }

  /**
   * What to answer to the check of the URL.
   * @throws {UnknownAccountError} {@link PushNotConfiguredError} {@link PushRefusedError}
   */
  echo(appId: string, query: PushQuery): string {
    return this.verifier.echo(this.accounts.get(appId), query);
  }

  /**
   * Whether pushes are taken for this account at all.
   * @throws {UnknownAccountError} {@link PushNotConfiguredError}
   */
  require(appId: string): void {
    this.verifier.require(this.accounts.get(appId));
  }

  /**
   * Takes one push. `duplicate`: it came before, and nothing was written. `check`: Cloud Run looks whether
   * the path is there, and nothing was written.
   * @throws {UnknownAccountError} {@link PushNotConfiguredError} {@link PushRefusedError}
   * {@link PushTooLargeError} {@link DatabaseError} nothing was written
   */
  async accept(appId: string, query: PushQuery, body: string): Promise<'accepted' | 'duplicate' | 'check'> {
    const account = this.accounts.get(appId);
    const push = this.verifier.open(account, query, body);
    const { fields, signature } = push;
    if (account.push?.mode === 'private-network' && fields.action === 'CheckContainerPath') return 'check';
    const incoming = incomingPush(push);
    const payload = JSON.stringify(fields);
    if (Buffer.byteLength(payload) > MOST_TEXT_BYTES) throw new PushTooLargeError(MOST_TEXT_BYTES);
    const answer = await this.events.accept({ ...incoming, appId, payload, signature });
    if (answer === 'reused') throw new PushRefusedError('its signature was used for another body');
    if (answer === 'duplicate') return 'duplicate';
    this.emitter.emit('weixin.push.received', toPushEvent({ ...incoming, ...answer, appId, fields }));
    this.dispatcher.wake();
    return 'accepted';
  }

  /** Events and what became of them, the last that came first. @throws {DatabaseError} */
  list(filter: PushEventFilter = {}): Promise<PushEventRecord[]> {
    return this.events.list(filter);
  }

  /**
   * By filters, a page at a time.
   * @throws {InvalidInputError} no page gave this cursor
   * @throws {DatabaseError}
   */
  page(query: PushEventPageQuery): Promise<PushEventPage> {
    return this.events.page(query);
  }

  /** @throws {DatabaseError} */
  get(id: string): Promise<PushEventRecord | undefined> {
    return this.events.get(id);
  }

  /**
   * How many of the last thousand events failed for good, by account, and since when. @throws {DatabaseError}
   */
  recentFailures(): Promise<PushFailures[]> {
    return this.events.recentFailures();
  }

  /** How many wait for their listeners; 1,000 stands for that many or more. @throws {DatabaseError} */
  countDue(): Promise<number> {
    return this.events.countDue(COUNTED);
  }

  /**
   * Calls the listeners of a failed event again, those that have not handled it. `false`: there is no failed
   * event of this id.
   * @throws {DatabaseError}
   */
  async retry(id: string): Promise<boolean> {
    const isWaiting = await this.events.retry(id);
    if (isWaiting) this.dispatcher.wake();
    return isWaiting;
  }
}
