import { createHash } from 'node:crypto';
import { UsageError } from '../common/usage-error.js';
import type { Account, Person } from '../config/options.js';
import { readPerson } from '../config/resolve-config.js';

export interface Identity {
  person: string;
  appId: string;
}

/**
 * The people who use this WeChat. Each has one openid per account, always the same for the same name and
 * appId.
 */
export class People {
  private byName = new Map<string, Person>();
  private byOpenid = new Map<string, Identity>();

  constructor(
    private readonly configured: readonly Person[],
    private readonly appIds: readonly string[],
  ) {
    this.reset();
  }

  add(person: unknown): Person {
    const added = readPerson(person, 'person');
    if (this.byName.has(added.name)) throw new UsageError(`person: "${added.name}" is here already`);
    return this.enter(added);
  }

  names(): string[] {
    return [...this.byName.keys()];
  }

  has(name: string | undefined): name is string {
    return name !== undefined && this.byName.has(name);
  }

  openid(name: string, appId: string): string {
    const person = this.byName.get(name);
    if (!person) {
      const known = this.names();
      throw new UsageError(
        `person: nobody is called "${name}" (known: ${known.slice(0, 10).join(', ')}${known.length > 10 ? ', …' : ''})`,
      );
    }
    return person.openids[appId] ?? deriveOpenid(name, appId);
  }

  /** Whose openid this is, and of which account. */
  identify(openid: string): Identity | undefined {
    return this.byOpenid.get(openid);
  }

  isOpenidOf(appId: string, openid: string): boolean {
    return this.byOpenid.get(openid)?.appId === appId;
  }

  follows(openid: string): boolean {
    const identity = this.byOpenid.get(openid);
    return (
      identity !== undefined && (this.byName.get(identity.person)?.follows.includes(identity.appId) ?? false)
    );
  }

  reset(): void {
    this.byName.clear();
    this.byOpenid.clear();
    for (const person of this.configured) this.enter(person);
  }

  private enter(person: Person): Person {
    this.byName.set(person.name, person);
    for (const appId of this.appIds)
      this.byOpenid.set(this.openid(person.name, appId), { person: person.name, appId });
    return person;
  }
}

/** One per person at all accounts that are bound to one Open Platform account; undefined where none is. */
export function unionidOf(name: string, { openPlatform }: Pick<Account, 'openPlatform'>): string | undefined {
  return openPlatform === null ? undefined : deriveOpenid(name, `unionid of ${openPlatform}`);
}

/** 28 characters as in all official samples: `o` and 27 of the base64url alphabet. */
export function deriveOpenid(name: string, appId: string): string {
  return `o${createHash('sha256').update(`${appId}\n${name}`).digest('base64url').slice(0, 27)}`;
}
