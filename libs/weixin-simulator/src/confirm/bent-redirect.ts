import type { Fault } from '../fault/fault.js';
import { deriveOpenid, type People } from '../platform/people.js';
import type { RedirectFields } from './redirect.js';

/**
 * What the browser or the SDK carries back is unsigned and passes through hands the platform does not
 * control. Row 29: these faults tamper with it on the way; the permission that was recorded stays the true
 * one.
 */
export function bendRedirect(
  fault: Fault | undefined,
  fields: RedirectFields,
  people: People,
  appId: string,
): RedirectFields {
  switch (fault?.kind) {
    case 'redirect-no-state': {
      const { reserved: _dropped, ...rest } = fields;
      return rest;
    }
    case 'redirect-scene':
      return { ...fields, scene: (fields.scene + 1) % 10_001 };
    case 'redirect-openid':
      return fields.openid === undefined
        ? fields
        : { ...fields, openid: somebodyElse(fields.openid, people, appId) };
    default:
      return fields;
  }
}

function somebodyElse(openid: string, people: People, appId: string): string {
  const others = people.names().map((name) => people.openid(name, appId));
  return others.find((other) => other !== openid) ?? deriveOpenid('a stranger', appId);
}
