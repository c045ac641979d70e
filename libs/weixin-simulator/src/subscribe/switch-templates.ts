import type { Account } from '../config/options.js';
import type { Platform } from '../platform/platform.js';
import { changeEvent } from '../push/subscription-events.js';
import { channelOf } from '../send/send-typed.js';

export interface SettingChange {
  account: Account;
  openid: string;
  /** Undefined: the main switch. */
  templateId: string | undefined;
  on: boolean;
}

export interface SettingResult {
  /** The permissions that are gone. */
  revokedGrantIds: string[];
  /** The `subscribe_msg_change_event`, when something was switched off and the account has a push address. */
  pushId?: string;
}

/**
 * A person changes the settings of an account's messages. Off: its permissions are gone (43101 from now on)
 * and the account hears of it; on: nothing comes back and nothing is pushed, only `reject` is (§6.3).
 */
export function switchTemplates(
  platform: Platform,
  { account, openid, templateId, on }: SettingChange,
): SettingResult {
  const { appId } = account;
  platform.messageSettings.set({ appId, openid }, templateId, on);
  if (on) return { revokedGrantIds: [] };
  const templateIds = templateId
    ? [templateId]
    : account.subscribeTemplates.map(({ priTmplId }) => priTmplId);
  const revokedGrantIds = templateIds.flatMap((each) =>
    platform.grants
      .revoke({ channel: channelOf(account), appId, openid, templateId: each })
      .map(({ id }) => id),
  );
  const event = changeEvent(account, { openid, at: platform.clock.now() }, templateIds);
  const push = templateIds.length === 0 ? undefined : platform.pushes.push(account, event);
  return { revokedGrantIds, ...(push && { pushId: push.id }) };
}
