import type { OptionChecks } from '../config/option-checks.js';
import {
  type AccountKind,
  type AccountTemplateOptions,
  GRANT_CHANNELS,
  type GrantChannel,
} from '../config/options.js';

const IDENTIFIER = /^[\w-]{1,64}$/;

/** Of accounts that send nothing: those of a token service that is used alone. Compared by identity. */
export const NO_TEMPLATES: AccountTemplateOptions[] = [];

/** The templates of an account with the channel of each. */
export function resolveTemplates(
  checks: OptionChecks,
  at: string,
  given: (string | AccountTemplateOptions)[] | undefined,
  kind: AccountKind,
): Map<string, GrantChannel> {
  if (given === NO_TEMPLATES) return new Map();
  const templates = Array.isArray(given) ? given : [];
  if (templates.length === 0) checks.refuse(at, 'must list at least one template id');
  const usual: GrantChannel = kind === 'mini-program' ? 'mini-subscribe' : 'one-time';
  const known = new Map<string, GrantChannel>();
  templates.forEach((template, index) => {
    const here = `${at}[${index}]`;
    const { id, channel } =
      template !== null && typeof template === 'object'
        ? resolveTemplate(checks, here, template, usual)
        : { id: checkedId(checks, here, template), channel: usual };
    if (known.has(id) && known.get(id) !== channel)
      checks.refuse(here, `"${id}" is listed for another channel as well`);
    known.set(id, channel);
  });
  return known;
}

function resolveTemplate(
  checks: OptionChecks,
  at: string,
  template: AccountTemplateOptions,
  usual: GrantChannel,
): { id: string; channel: GrantChannel } {
  const { id, channel } = checks.section(at, template);
  return {
    id: checkedId(checks, `${at}.id`, id),
    channel: checks.oneOf(`${at}.channel`, channel, GRANT_CHANNELS, usual),
  };
}

function checkedId(checks: OptionChecks, at: string, id: unknown): string {
  return checks.text(at, id as string, IDENTIFIER, 'must be 1–64 letters, digits, "_" or "-"');
}
