import { BoundedList } from '../common/bounded-list.js';
import type { Clock } from '../common/clock.js';
import type { Account } from '../config/options.js';
import { type FormKey, type GrantKey, keyText, type OneTimeKey, type SubscribeKey } from './grant-key.js';

export interface Grant {
  id: string;
  channel: GrantKey['channel'];
  appId: string;
  openid: string;
  /** Empty for `mini-template`: the form id serves for every template of the account. */
  templateId: string;
  /** Of `one-time` alone; else null. */
  scene: number | null;
  /** Of `mini-template` alone: the form id or prepay id. */
  formId?: string;
  /** A long-term permission: sends leave it outstanding, each under a grant of its own. */
  longTerm?: true;
  status: 'outstanding' | 'used' | 'revoked' | 'expired';
  confirmedAt: number;
  /** How often the person confirmed it (under the rule `set` a second confirm renews it). */
  confirms: number;
  expiresAt: number | null;
  usedAt: number | null;
}

/** The permissions people gave. Rows 1–6, 8, 9 and 12 of the decision table. */
export class GrantBook {
  private outstanding = new Map<string, Grant[]>();
  private byId = new Map<string, Grant>();
  private readonly finished: BoundedList<Grant>;
  private count = 0;

  constructor(
    private readonly clock: Clock,
    historyLimit: number,
  ) {
    this.finished = new BoundedList(historyLimit, (grant) => this.byId.delete(grant.id));
  }

  /** The person tapped confirm. */
  confirm(account: Account, key: OneTimeKey): Grant {
    const expiresAt = this.expiryOf(account);
    const renewed = account.grantRule === 'set' ? this.live(key)[0] : undefined;
    return renewed ? this.renew(renewed, expiresAt) : this.add(key, { expiresAt });
  }

  /**
   * The person accepted a template with typed keywords: accepts add up (§6.1), a long-term one holds for
   * good.
   */
  accept(account: Account, key: SubscribeKey, longTerm: boolean): Grant {
    const expiresAt = this.expiryOf(account);
    if (!longTerm) return this.add(key, { expiresAt });
    const held = this.live(key).find((grant) => grant.longTerm);
    return held ? this.renew(held, expiresAt) : this.add(key, { expiresAt, longTerm });
  }

  /** A form was submitted or a payment made: one permission for each message it gives. */
  issue(key: FormKey, uses: number, expiresAt: number): Grant[] {
    return Array.from({ length: uses }, () => this.add(key, { expiresAt }));
  }

  /**
   * The person tapped cancel: nothing says this takes an earlier permission away (row 4), so only on request.
   */
  cancel(account: Account, key: OneTimeKey): void {
    if (account.cancelRevokes) this.revoke(key);
  }

  /** Takes every permission of this kind away; gives them. */
  revoke(key: GrantKey): Grant[] {
    return this.live(key).map((grant) => this.finish(grant, 'revoked'));
  }

  /**
   * Uses up one permission, oldest first; undefined when there is none. Synchronous, so two senders never
   * share one.
   */
  use(key: GrantKey): Grant | undefined {
    const [grant] = this.live(key);
    if (!grant) return undefined;
    if (grant.longTerm) return this.useLongTerm(grant);
    grant.usedAt = this.clock.now();
    return this.finish(grant, 'used');
  }

  /** Oldest first, whatever became of them. */
  all(openid?: string): Grant[] {
    const grants = [...this.byId.values()];
    for (const grant of grants) if (this.isOver(grant)) this.finish(grant, 'expired');
    return grants
      .filter((grant) => openid === undefined || grant.openid === openid)
      .map((grant) => ({ ...grant }));
  }

  reset(): void {
    this.outstanding.clear();
    this.byId.clear();
    this.finished.clear();
    this.count = 0;
  }

  private expiryOf({ grantLifetimeSeconds }: Account): number | null {
    return grantLifetimeSeconds === null ? null : this.clock.now() + grantLifetimeSeconds * 1000;
  }

  private renew(grant: Grant, expiresAt: number | null): Grant {
    return Object.assign(grant, { confirmedAt: this.clock.now(), expiresAt, confirms: grant.confirms + 1 });
  }

  private add(
    key: GrantKey,
    { expiresAt, longTerm = false }: { expiresAt: number | null; longTerm?: boolean },
  ): Grant {
    const grant: Grant = {
      ...{ id: `g${++this.count}`, channel: key.channel, appId: key.appId, openid: key.openid },
      ...(key.channel === 'mini-template'
        ? { templateId: '', scene: null, formId: key.formId }
        : { templateId: key.templateId, scene: key.channel === 'one-time' ? key.scene : null }),
      ...(longTerm ? { longTerm } : {}),
      ...{ status: 'outstanding', confirmedAt: this.clock.now(), confirms: 1, expiresAt, usedAt: null },
    };
    const text = keyText(key);
    this.byId.set(grant.id, grant);
    this.outstanding.set(text, [...(this.outstanding.get(text) ?? []), grant]);
    return grant;
  }

  /**
   * The permission stays; what a message used up is written down beside it, so that each grant gives one
   * message at most.
   */
  private useLongTerm({ longTerm: _longTerm, ...grant }: Grant): Grant {
    const use: Grant = { ...grant, id: `g${++this.count}`, status: 'used', usedAt: this.clock.now() };
    this.byId.set(use.id, use);
    this.finished.push(use);
    return use;
  }

  private live(key: GrantKey): Grant[] {
    const text = keyText(key);
    for (const grant of this.outstanding.get(text) ?? [])
      if (this.isOver(grant)) this.finish(grant, 'expired');
    return this.outstanding.get(text) ?? [];
  }

  private isOver(grant: Grant): boolean {
    return grant.status === 'outstanding' && grant.expiresAt !== null && grant.expiresAt <= this.clock.now();
  }

  private finish(grant: Grant, status: 'used' | 'revoked' | 'expired'): Grant {
    grant.status = status;
    const key = keyText(grant);
    const rest = (this.outstanding.get(key) ?? []).filter((other) => other !== grant);
    if (rest.length === 0) this.outstanding.delete(key);
    else this.outstanding.set(key, rest);
    this.finished.push(grant);
    return grant;
  }
}
