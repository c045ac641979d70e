import type { PushFields } from '../push/push-event.js';
import type { SystemPush } from '../push/push-request.js';
import type { ComponentConfig } from './component-options.js';

/** A push of the system to the platform: `InfoType` says what; there is no `ToUserName` (fact sheet E.3). */
export function systemPush(
  { appId }: Pick<ComponentConfig, 'appId'>,
  infoType: string,
  at: number,
  more: PushFields,
): SystemPush {
  return {
    ...{ event: infoType, at },
    fields: { AppId: appId, CreateTime: Math.floor(at / 1000), InfoType: infoType, ...more },
  };
}
