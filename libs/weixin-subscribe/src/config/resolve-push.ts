import { Secret } from '../kernel/secret.js';
import type { OptionChecks } from './option-checks.js';
import { PUSH_FORMATS, PUSH_MODES, type PushOptions } from './options.js';
import type { PushConfig } from './weixin-subscribe.config.js';

/** The rules are the console's own. None of the messages shows a value: both are secrets. */
export function resolvePush(
  checks: OptionChecks,
  at: string,
  given: PushOptions | undefined,
): PushConfig | undefined {
  if (given === undefined || given === null) return undefined;
  const push = checks.section(at, given);
  const hasKey = push.encodingAesKey !== undefined && push.encodingAesKey !== null;
  const mode = checks.oneOf(`${at}.mode`, push.mode, PUSH_MODES, hasKey ? 'safe' : 'plain');
  if (!hasKey && mode !== 'plain')
    checks.refuse(`${at}.encodingAesKey`, `is missing, and "${at}.mode" is "${mode}"`);
  return Object.freeze({
    token: new Secret(
      checks.text(`${at}.token`, push.token, /^[A-Za-z0-9]{3,32}$/, 'must be 3–32 letters or digits'),
    ),
    ...(hasKey && {
      encodingAesKey: new Secret(
        checks.text(
          `${at}.encodingAesKey`,
          push.encodingAesKey,
          /^[A-Za-z0-9+/]{43}$/,
          'must be the 43 characters that the console shows',
        ),
      ),
    }),
    mode,
    ...(push.format !== undefined &&
      push.format !== null && { format: checks.oneOf(`${at}.format`, push.format, PUSH_FORMATS) }),
  });
}
