import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import type { AccountConfig } from '../../account/account.options.js';
import { type AccountProblem, Accounts } from '../../account/accounts.js';
import type { GrantChannel } from '../../grant/grant.types.js';
import { type FieldError, InvalidInputError, InvalidOptionsError } from '../../kernel/errors.js';
import { LibraryLogger } from '../../kernel/library-logger.js';
import { validateInput } from '../../kernel/validation.js';
import { TemplateService } from '../../template/template.service.js';
import { unknownTypesIn } from '../../template/template-data.js';
import { WeixinConfig } from '../../weixin/weixin.options.js';
import type { MessageContent, OutgoingMessage, SharedMessage } from '../ledger/message.types.js';
import { CHANNELS, type Channel } from './channel.js';
import type { MessageRequest } from './dto/message-request.dto.js';

/** What says by which channel a message goes. */
export type MessageTarget = Pick<OutgoingMessage, 'appId' | 'templateId' | 'channel'>;

/** Hosts of the real platform, where what is retired does not answer. */
const REAL_HOST = /(^|\.)weixin\.qq\.com$/;

/**
 * Types of keywords that are warned of. Who sends more has made them up, and a log is not to be filled by
 * that.
 */
const MOST_WARNED = 100;

/** Finds the channel of a message and checks that it may take it. */
@Injectable()
export class Channels implements OnModuleInit {
  private readonly logger = new LibraryLogger(Channels.name);
  private readonly byName: ReadonlyMap<string, Channel>;
  private readonly warnedOf = new Set<string>();

  constructor(
    @Inject(CHANNELS) channels: Channel[],
    private readonly accounts: Accounts,
    private readonly config: WeixinConfig,
    private readonly templates: TemplateService,
  ) {
    this.byName = new Map(channels.map((channel) => [channel.name, channel]));
    accounts.registerCheck((account) => this.unfitTemplates(account));
  }

  /** @throws {InvalidOptionsError} a template is of a channel that its account can not send */
  onModuleInit(): void {
    const all = this.accounts.all();
    const wrong = all.flatMap((account) =>
      this.unfitTemplates(account).map(({ option, message }) => ({
        option: `${option} of account "${account.appId}"`,
        message,
      })),
    );
    if (wrong.length > 0) throw new InvalidOptionsError(wrong);
    this.warnOfRetired(all.flatMap((account) => [...account.templates].map(([id, name]) => ({ id, name }))));
  }

  private unfitTemplates({ templates, kind }: AccountConfig): AccountProblem[] {
    const unfit = [...templates].filter(([, name]) => !this.get(name).kinds.includes(kind));
    return unfit.map(([id, name]) => ({
      option: 'templates',
      message: `"${id}" is of channel ${name}, which an account of kind ${this.get(name).kinds.join(' or ')} can send; its kind is ${kind}`,
    }));
  }

  /** @throws {InvalidInputError} {@link UnknownAccountError} {@link UnknownTemplateError} */
  checked(message: OutgoingMessage): Channel {
    const channel = this.of(message);
    const errors = this.errorsOf(channel, message);
    if (errors.length > 0) throw new InvalidInputError(errors);
    if (channel.readsTemplates && 'data' in message.content) this.warnOfUnknown(message.content.data);
    return channel;
  }

  /**
   * What is wrong with a content that is to be sent as it is, for whomever; none: nothing is.
   * @throws {InvalidInputError} {@link UnknownAccountError} {@link UnknownTemplateError} as {@link of}
   */
  contentErrors(to: MessageTarget, content: unknown): FieldError[] {
    const channel = this.of(to);
    try {
      const given = validateInput(channel.contentInput, withoutAbsent(content));
      const read = channel.contentOf(given as MessageRequest);
      return this.errorsOf(channel, { ...to, content: read });
    } catch (error) {
      if (error instanceof InvalidInputError) return error.errors;
      throw error;
    }
  }

  /** Such a content, in which nothing is wrong, as the library works with it. */
  contentOf(to: MessageTarget, content: unknown): MessageContent {
    return this.of(to).contentOf(content as MessageRequest);
  }

  /**
   * Waits until WeChat's list of the account's templates was read, not longer than `templates.cacheSeconds`
   * ago, or could not be, where the channel has one: by it contents are checked, and long-term templates
   * known. Never rejects.
   */
  async templatesRead(appId: string, { readsTemplates }: Channel): Promise<void> {
    if (readsTemplates) await this.templates.refreshed(appId);
  }

  private errorsOf(channel: Channel, message: SharedMessage): FieldError[] {
    const { appId, templateId } = message;
    const template = channel.readsTemplates ? this.templates.cachedOrSoon(appId, templateId) : undefined;
    return channel.check(message, this.accounts.get(appId).kind, template);
  }

  /**
   * Before a grant is claimed: waits until it is known whether the template is long-term, where the options
   * do not say and WeChat's list was not read yet. `undefined`: there is nothing to wait for. Never rejects.
   */
  ready({ appId, templateId }: OutgoingMessage, { readsTemplates }: Channel): Promise<void> | undefined {
    return readsTemplates && this.accounts.asksForLongTerm(appId, templateId)
      ? this.templates.ready(appId)
      : undefined;
  }

  /**
   * The channel, for a message whose content is not known yet.
   * @throws {InvalidInputError} {@link UnknownAccountError} {@link UnknownTemplateError}
   */
  of(to: MessageTarget): Channel {
    const account = this.accounts.withTemplate(to.appId, to.templateId);
    const channel = this.get(to.channel);
    const own = account.templates.get(to.templateId);
    if (own !== to.channel)
      throw new InvalidInputError([
        {
          field: 'channel',
          message: `template "${to.templateId}" is of channel ${own}, not of ${to.channel}`,
        },
      ]);
    return channel;
  }

  /**
   * The channel that the account's options say a template is of.
   * @throws {UnknownAccountError} {@link UnknownTemplateError}
   */
  ofTemplate(appId: string, templateId: string): GrantChannel {
    return this.accounts.withTemplate(appId, templateId).templates.get(templateId) ?? 'one-time';
  }

  /** The API by which a channel sends. @throws {InvalidInputError} */
  pathOf(name: GrantChannel): string {
    return this.get(name).path;
  }

  /** The channels that send by an API. */
  sentBy(path: string): GrantChannel[] {
    return [...this.byName.values()].filter((channel) => channel.path === path).map(({ name }) => name);
  }

  /**
   * Whose input an unchecked message is to be checked as: by its template, by its own `channel`, or as a
   * one-time message. The input is one of `plainInput`; what is no text in it names nothing.
   */
  ofInput(input: object): Channel {
    const { appId, templateId, channel } = input as Record<string, unknown>;
    const template =
      typeof appId === 'string' && typeof templateId === 'string'
        ? this.accounts.find(appId)?.templates.get(templateId)
        : undefined;
    const name = template ?? channel;
    return (typeof name === 'string' ? this.byName.get(name) : undefined) ?? this.get('one-time');
  }

  private get(name: string): Channel {
    const channel = this.byName.get(name);
    if (!channel)
      throw new InvalidInputError([{ field: 'channel', message: `channel "${name}" is not known` }]);
    return channel;
  }

  /**
   * Once for each type in this process: WeChat adds types without listing them, but it may be a slip of the
   * pen as well.
   */
  private warnOfUnknown(data: object): void {
    for (const type of unknownTypesIn(data)) {
      if (this.warnedOf.has(type) || this.warnedOf.size === MOST_WARNED) continue;
      this.warnedOf.add(type);
      this.logger.warn(
        `keywords of type "${type}" are sent without a check of their values: this library does not know the type; unless it is one of WeChat's, WeChat answers 47003`,
      );
    }
  }

  private warnOfRetired(used: { id: string; name: GrantChannel }[]): void {
    if (!REAL_HOST.test(new URL(this.config.apiBaseUrl).hostname)) return;
    for (const { id, name } of used) {
      const { retired } = this.get(name);
      if (retired)
        this.logger.warn(
          `template "${id}" is of channel ${name}, which WeChat took offline on ${retired}: ${this.config.apiBaseUrl} will not deliver it`,
        );
    }
  }
}

/** A field that is there and says nothing is as good as none, whatever the channel. */
function withoutAbsent(content: unknown): unknown {
  return content !== null && typeof content === 'object' && !Array.isArray(content)
    ? Object.fromEntries(Object.entries(content).filter(([, value]) => value !== undefined))
    : content;
}
