import { Injectable } from '@nestjs/common';
import { AccountKindError } from '../account/account.errors.js';
import { SERVICE_KINDS } from '../account/account-kinds.js';
import { Accounts } from '../account/accounts.js';
import { validateInput } from '../kernel/validation.js';
import {
  AddTemplateDto,
  PublicKeywordsDto,
  PublicTitlesDto,
  TemplateParamsDto,
  TemplateQueryDto,
} from './dto/template.dto.js';
import type { PublicKeyword, PublicTitles, SubscribeTemplate, TemplateCategory } from './template.types.js';
import { TemplateApiClient } from './template-api.client.js';
import { TemplateLists } from './template-lists.js';

/**
 * The subscription-message templates of mini programs and official accounts, and the public library they are
 * taken from. Their methods throw `InvalidInputError`, `UnknownAccountError` and `AccountKindError` before
 * WeChat is asked, then `TemplateRefusedError` (an errcode), `TemplateUnansweredError` and
 * `TokenUnavailableError`.
 */
@Injectable()
export class TemplateService {
  constructor(
    private readonly accounts: Accounts,
    private readonly api: TemplateApiClient,
    private readonly lists: TemplateLists,
  ) {}

  /**
   * The account's own templates. Kept for `templates.cacheSeconds` in this process; {@link add} and
   * {@link delete} of this process end that, those of others and of the console do not. When WeChat can not
   * be asked, the list from before is answered.
   */
  async list(appId: string): Promise<SubscribeTemplate[]> {
    this.check(TemplateQueryDto, { appId });
    return [...(await this.lists.get(appId)).values()];
  }

  /** One of {@link list}, which may have to ask WeChat. */
  async find(appId: string, templateId: string): Promise<SubscribeTemplate | undefined> {
    this.check(TemplateParamsDto, { appId, templateId });
    return (await this.lists.get(appId)).get(templateId);
  }

  /**
   * One of the last {@link list} of this process, however old; `undefined` when it is not there. Never asks
   * anybody, never throws.
   */
  cached(appId: string, templateId: string): SubscribeTemplate | undefined {
    return this.lists.known(appId)?.get(templateId);
  }

  /**
   * As {@link cached}, and has the list read in the background where it is missing or old: for the next one
   * who asks.
   */
  cachedOrSoon(appId: string, templateId: string): SubscribeTemplate | undefined {
    this.lists.warm(appId);
    return this.cached(appId, templateId);
  }

  /**
   * Waits until the process knows which templates of the account are long-term, where it can be known. Never
   * throws.
   */
  async ready(appId: string): Promise<void> {
    await this.lists.ready(appId);
  }

  /**
   * Waits until the list that {@link cached} looks into is at most `templates.cacheSeconds` old, where WeChat
   * can be asked. Never throws.
   */
  async refreshed(appId: string): Promise<void> {
    await this.lists.refreshed(appId);
  }

  /**
   * Takes a template of the public library for the account. Not repeated by itself: after an error that
   * leaves it open, list first.
   * @returns its id
   */
  async add(input: AddTemplateDto): Promise<string> {
    const { appId, tid, kidList, sceneDesc } = this.check(AddTemplateDto, input);
    try {
      return await this.api.add(appId, tid, kidList, sceneDesc ?? undefined);
    } finally {
      this.lists.changed(appId);
    }
  }

  /** Grants that people gave for it are worth nothing from then on. */
  async delete(appId: string, templateId: string): Promise<void> {
    this.check(TemplateParamsDto, { appId, templateId });
    try {
      await this.api.delete(appId, templateId);
      this.lists.gone(appId, templateId);
    } finally {
      this.lists.changed(appId);
    }
  }

  /** The account's categories (类目). */
  async categories(appId: string): Promise<TemplateCategory[]> {
    this.check(TemplateQueryDto, { appId });
    return this.api.categories(appId);
  }

  /** A page of the public titles of some categories. */
  async publicTitles(input: PublicTitlesDto): Promise<PublicTitles> {
    const { appId, ids, start, limit } = this.check(PublicTitlesDto, input);
    return this.api.titles(appId, ids, start ?? 0, limit ?? 30);
  }

  /** The keywords that may be chosen under a public title. */
  async publicKeywords(input: PublicKeywordsDto): Promise<PublicKeyword[]> {
    const { appId, tid } = this.check(PublicKeywordsDto, input);
    return this.api.keywords(appId, tid);
  }

  private check<T extends TemplateQueryDto>(type: new () => T, input: T): T {
    const checked = validateInput(type, input);
    const { appId, kind } = this.accounts.get(checked.appId);
    if (kind === 'mini-program' || SERVICE_KINDS.includes(kind)) return checked;
    throw new AccountKindError(
      `account "${appId}" is of kind ${kind}; templates are managed for mini-programs and service accounts only`,
      {
        remedy:
          'Look after the template of a mobile app in the console of the Open Platform, that of a subscription account in its own.',
      },
    );
  }
}
