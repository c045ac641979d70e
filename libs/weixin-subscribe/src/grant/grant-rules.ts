import type { GrantRule } from '../account/account.options.js';
import type { Accounts } from '../account/accounts.js';
import { InvalidInputError } from '../kernel/errors.js';
import type { GrantChannel, GrantFilter, GrantKey } from './grant.types.js';
import { liveKeyOf } from './live-key.js';

/** How the permissions of a channel work. */
export interface ChannelGrants {
  /**
   * `account`: several confirms of one key are one or several, as the account's option `grantRule` says.
   * `count`: each adds one.
   */
  rule: 'account' | 'count';
  /** Whether a permission is for one scene; else the scene of its key is 0. */
  perScene: boolean;
  /**
   * Whether a permission is for one template; else for every template of its channel, and the template of its
   * key is empty.
   */
  perTemplate: boolean;
  /**
   * Whether an accept is reported twice, by the front end that asked and by a push, of which either may be
   * lost and both are one.
   */
  paired?: boolean;
}

/** A key, or the keys of all scenes. */
export type GrantScope = Omit<Required<GrantKey>, 'scene'> & Pick<GrantKey, 'scene'>;

/** The grant rules of the channels, which say them in their own files. */
export class GrantRules {
  private readonly byChannel: ReadonlyMap<GrantChannel, ChannelGrants>;

  constructor(
    private readonly accounts: Accounts,
    channels: readonly { name: GrantChannel; grants: ChannelGrants }[],
  ) {
    this.byChannel = new Map(channels.map(({ name, grants }) => [name, grants]));
  }

  /**
   * The whole key under which a grant is kept.
   * @throws {InvalidInputError} it lacks a scene, has one where there are none, or the channel is not known
   */
  keyOf(key: GrantKey): Required<GrantKey> {
    const channel = key.channel ?? this.channelOf(key);
    const { perScene, perTemplate } = this.of(channel);
    const { appId, openid, scene } = key;
    if (!perScene && scene !== undefined && scene !== 0)
      throw wrong('scene', `scene must be left out: channel ${channel} has none`);
    if (perScene && !(Number.isInteger(scene) && Number(scene) >= 0 && Number(scene) <= 10_000))
      throw wrong('scene', 'scene must be a whole number from 0 to 10000');
    return { appId, openid, templateId: perTemplate ? key.templateId : '', scene: scene ?? 0, channel };
  }

  /**
   * The keys that a request is about: one, or those of all scenes where the channel has scenes and the
   * request names none.
   * @throws {InvalidInputError} as {@link keyOf}
   */
  scopeOf(key: GrantKey): GrantScope {
    const channel = key.channel ?? this.channelOf(key);
    if (key.scene !== undefined || !this.of(channel).perScene) return this.keyOf(key);
    const { scene: _, ...scope } = this.keyOf({ ...key, scene: 0 });
    return scope;
  }

  /**
   * The filter as an index finds its grants.
   * @throws {InvalidInputError} there is none for it
   */
  listable(filter: GrantFilter): GrantFilter {
    if ('openid' in filter && filter.openid !== undefined) return filter;
    const { appId, templateId, scene, channel, status, subject } = filter as Partial<GrantKey> & {
      appId: string;
      status?: string;
      subject?: string;
    };
    if (templateId === undefined || subject !== undefined)
      throw wrong('openid', 'openid is missing: name a person, or a template with its scene alone');
    const { perScene } = this.of(channel ?? this.channelOf({ appId, templateId, openid: '' }));
    if (scene === undefined && perScene)
      throw wrong('scene', 'scene is missing: name a person, or the scene of the template');
    if (status !== undefined && status !== 'available')
      throw wrong('status', `status must be "available", or left out, where no openid is named`);
    return { appId, templateId, scene: scene ?? 0, status };
  }

  /** @throws {InvalidInputError} */
  of(channel: GrantChannel): ChannelGrants {
    const grants = this.byChannel.get(channel);
    if (!grants) throw wrong('channel', `channel "${channel}" is not known`);
    return grants;
  }

  /** See {@link GrantEntity.liveKey}; null where each confirm counts. @throws {UnknownAccountError} */
  liveKeyOf(key: Required<GrantKey>): string | null {
    return this.ruleOf(key) === 'set' ? liveKeyOf(key) : null;
  }

  /**
   * Checks that the account may hold such a grant.
   * @throws {UnknownAccountError} {@link UnknownTemplateError} {@link InvalidInputError} the template is of
   * another channel
   */
  assertTemplate({ appId, templateId, channel }: Required<GrantKey>): void {
    if (!this.of(channel).perTemplate) return void this.accounts.get(appId);
    const own = this.accounts.withTemplate(appId, templateId).templates.get(templateId);
    if (own !== channel)
      throw wrong('channel', `template "${templateId}" is of channel ${own}, not of ${channel}`);
  }

  /** Whether sends leave a permission of this key as it is. */
  isLongTerm({ appId, templateId, channel }: Required<GrantKey>): boolean {
    return this.of(channel).paired === true && this.accounts.isLongTerm(appId, templateId);
  }

  private ruleOf(key: Required<GrantKey>): GrantRule {
    const { appId, channel } = key;
    // One permission, however often the person accepts it.
    if (this.isLongTerm(key)) return 'set';
    const { grantRule } = this.accounts.get(appId);
    const { rule } = this.of(channel);
    return rule === 'account' ? grantRule : rule;
  }

  private channelOf({ appId, templateId }: GrantKey): GrantChannel {
    return this.accounts.get(appId).templates.get(templateId) ?? 'one-time';
  }
}

function wrong(field: string, message: string): InvalidInputError {
  return new InvalidInputError([{ field, message }]);
}
