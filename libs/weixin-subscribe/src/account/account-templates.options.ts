import { IsOptional } from 'class-validator';
import { IsChoice, IsSetAndFit, type OptionChecks } from '../kernel/option-checks.js';
import type { AccountKind } from './account-kinds.js';

/**
 * Kinds of message, each with its own endpoint, body and rule of permissions. `one-time`: one-time
 * subscription message (一次性订阅消息) · `mini-subscribe`: subscription message of a mini-program (订阅消息) ·
 * `service-notice`: subscription notice of an official account (订阅通知) · `mini-template`: template message of
 * a mini-program (模板消息), retired by the platform in 2020.
 */
export const GRANT_CHANNELS = ['one-time', 'mini-subscribe', 'service-notice', 'mini-template'] as const;
export type GrantChannel = (typeof GRANT_CHANNELS)[number];

const IDENTIFIER = /^[\w-]{1,64}$/;
const ID_RULE = 'must be 1–64 letters, digits, "_" or "-"';

/** A template, and the kind of message it is for: the platform keeps a list of its own for each. */
export class AccountTemplateOptions {
  @IsSetAndFit(IDENTIFIER, ID_RULE)
  id!: string;

  @IsOptional()
  @IsChoice(GRANT_CHANNELS)
  channel!: GrantChannel;
}

/** The templates of an account with the channel of each. */
export function resolveTemplates(
  checks: OptionChecks,
  at: string,
  given: (string | AccountTemplateOptions)[] | undefined,
  kind: AccountKind,
): Map<string, GrantChannel> {
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
  const { id, channel } = checks.read(at, AccountTemplateOptions, template);
  return { id, channel: channel ?? usual };
}

function checkedId(checks: OptionChecks, at: string, id: unknown): string {
  return checks.text(at, id as string, IDENTIFIER, ID_RULE);
}
