import { BoundedList } from '../common/bounded-list.js';
import type { Clock } from '../common/clock.js';
import type { Account } from '../config/options.js';

/** What a permission is for. Scene is part of it: the official note says several confirms of one scene do not add up. */
export interface GrantKey {
  appId: string;
  openid: string;
  templateId: string;
  scene: number;
}

export interface Grant extends GrantKey {
  id: string;
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
  confirm(account: Account, key: GrantKey): Grant {
    const now = this.clock.now();
    const expiresAt =
      account.grantLifetimeSeconds === null ? null : now + account.grantLifetimeSeconds * 1000;
    const held = this.live(key);
    const renewed = account.grantRule === 'set' ? held[0] : undefined;
    if (renewed)
      return Object.assign(renewed, { confirmedAt: now, expiresAt, confirms: renewed.confirms + 1 });
    const { appId, openid, templateId, scene } = key;
    const grant: Grant = {
      ...{ id: `g${++this.count}`, appId, openid, templateId, scene },
      ...{ status: 'outstanding', confirmedAt: now, confirms: 1, expiresAt, usedAt: null },
    };
    this.byId.set(grant.id, grant);
    this.outstanding.set(keyText(key), [...held, grant]);
    return grant;
  }

  /** The person tapped cancel: nothing says this takes an earlier permission away (row 4), so only on request. */
  cancel(account: Account, key: GrantKey): void {
    if (!account.cancelRevokes) return;
    for (const grant of this.live(key)) this.finish(grant, 'revoked');
  }

  /** Uses up one permission, oldest first; undefined when there is none. Synchronous, so two senders never share one. */
  use(key: GrantKey): Grant | undefined {
    const [grant] = this.live(key);
    if (!grant) return undefined;
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

  private live(key: GrantKey): Grant[] {
    for (const grant of this.outstanding.get(keyText(key)) ?? [])
      if (this.isOver(grant)) this.finish(grant, 'expired');
    return this.outstanding.get(keyText(key)) ?? [];
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

function keyText({ appId, openid, templateId, scene }: GrantKey): string {
  return JSON.stringify([appId, openid, templateId, scene]);
}
