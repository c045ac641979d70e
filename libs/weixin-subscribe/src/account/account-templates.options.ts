import { IsOptional } from 'class-validator';
import { IsChoice, IsSetAndFit, type OptionChecks } from '../kernel/option-checks.js';
import { IsFlag } from '../kernel/validation.js';
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

  /**
   * A long-term template (长期订阅) of the channels `mini-subscribe` and `service-notice`: an accept holds until
   * it is taken back, and no send uses it up.
   * @default as WeChat's list of the account's templates says (type 3), once it was read
   */
  @IsOptional()
  @IsFlag()
  longTerm?: boolean;
}

/** The templates of an account, as the options say. */
export interface TemplatesConfig {
  /** The channel of each. */
  templates: ReadonlyMap<string, GrantChannel>;
  /** Of those where the options say whether it is long-term. */
  longTerm: ReadonlyMap<string, boolean>;
}

const LONG_TERM_CHANNELS: readonly GrantChannel[] = ['mini-subscribe', 'service-notice'];

/** The templates of an account with the channel of each. */
export function resolveTemplates(
  checks: OptionChecks,
  at: string,
  given: (string | AccountTemplateOptions)[] | undefined,
  kind: AccountKind,
): TemplatesConfig {
  const templates = Array.isArray(given) ? given : [];
  if (templates.length === 0) checks.refuse(at, 'must list at least one template id');
  const usual: GrantChannel = kind === 'mini-program' ? 'mini-subscribe' : 'one-time';
  const known = new Map<string, GrantChannel>();
  const longTerms = new Map<string, boolean>();
  templates.forEach((template, index) => {
    const here = `${at}[${index}]`;
    const { id, channel, longTerm } =
      template !== null && typeof template === 'object'
        ? resolveTemplate(checks, here, template, usual)
        : { id: checkedId(checks, here, template), channel: usual, longTerm: undefined };
    if (known.has(id) && known.get(id) !== channel)
      checks.refuse(here, `"${id}" is listed for another channel as well`);
    if (longTerm && !LONG_TERM_CHANNELS.includes(channel))
      checks.refuse(`${here}.longTerm`, `is for templates of channel ${LONG_TERM_CHANNELS.join(' or ')}`);
    known.set(id, channel);
    if (longTerm !== undefined) longTerms.set(id, longTerm);
  });
  return { templates: known, longTerm: longTerms };
}

function resolveTemplate(
  checks: OptionChecks,
  at: string,
  template: AccountTemplateOptions,
  usual: GrantChannel,
): { id: string; channel: GrantChannel; longTerm?: boolean } {
  const { id, channel, longTerm } = checks.read(at, AccountTemplateOptions, template);
  return { id, channel: channel ?? usual, longTerm: longTerm ?? undefined };
}

function checkedId(checks: OptionChecks, at: string, id: unknown): string {
  return checks.text(at, id as string, IDENTIFIER, ID_RULE);
}
