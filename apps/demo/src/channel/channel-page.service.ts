import { randomUUID } from 'node:crypto';
import { Inject, Injectable, Logger, Optional } from '@nestjs/common';
import {
  DatabaseError,
  type Grant,
  GrantRepository,
  type PushEventRecord,
  PushEventService,
  type SubscribeTemplate,
  TemplateService,
  WeixinSubscribeError,
} from 'nestjs-weixin-subscribe';
import { Environment } from '../config/environment.js';
import type { ChannelEntry } from './channel.catalog.js';
import type { ChannelQueryDto } from './channel.dto.js';
import {
  type ChannelAccount,
  type ChannelPerson,
  type ChannelView,
  CLIENT_OUTCOMES,
  type Keyword,
  type PhoneView,
  type RefusedForm,
} from './channel.types.js';
import { ChannelAccounts } from './channel-accounts.js';
import { keywordsOfRetired, keywordsOfTemplate, otherErrors, withErrors } from './channel-keywords.js';
import { ChannelSenderService } from './channel-sender.service.js';
import { SimulatedPhone } from './simulated-phone.js';

const MOST_PEOPLE = 20;
const MOST_GRANTS = 20;
const MOST_PUSHES = 5;

/** Gathers what the page of a channel shows. */
@Injectable()
export class ChannelPageService {
  private readonly logger = new Logger(ChannelPageService.name);

  constructor(
    private readonly environment: Environment,
    private readonly accounts: ChannelAccounts,
    private readonly grants: GrantRepository,
    private readonly templates: TemplateService,
    private readonly pushEvents: PushEventService,
    private readonly sender: ChannelSenderService,
    @Optional() @Inject(SimulatedPhone) private readonly phone?: SimulatedPhone,
  ) {}

  /** @param refused the form that was not sent, to be shown again */
  async view(channel: ChannelEntry, query: ChannelQueryDto, refused?: RefusedForm): Promise<ChannelView> {
    const account = this.accounts.of(channel);
    const empty = {
      ...{
        channel,
        account,
        templateId: '',
        templates: [],
        people: [],
        available: 0,
        grants: [],
        pushes: [],
      },
      ...{ otherErrors: [], publicBaseUrl: this.environment.PUBLIC_BASE_URL },
      ...{ idempotencyKey: refused?.idempotencyKey ?? randomUUID() },
    };
    if (!account) return empty;
    const templateId = account.templateIds.find((id) => id === query.templateId) ?? account.templateIds[0];
    const people = await this.people(channel, account, templateId, query.openid);
    const person = people.find(({ openid }) => openid === query.openid) ?? people[0];
    const known = await this.templatesOf(channel, account);
    const template = known.get(templateId);
    const templates = account.templateIds.map((id) => ({ id, title: known.get(id)?.title }));
    const keywords = keywordsFor(channel, template);
    return {
      ...empty,
      ...{ templateId, templates, people, person },
      ...(person && (await this.of(channel, account, templateId, person))),
      keywords: refused && keywords ? withErrors(keywords, refused) : keywords,
      otherErrors: refused ? otherErrors(keywords ?? [], refused.errors) : [],
      client: CLIENT_OUTCOMES.find((outcome) => outcome === query.client),
      outcome: await this.sender.outcome(query.message, query.errcode),
    };
  }

  /**
   * By id, what WeChat tells about the templates; nothing of the retired ones, and where WeChat can not be
   * asked: the log says why.
   */
  async templatesOf(
    channel: ChannelEntry,
    { appId }: ChannelAccount,
  ): Promise<Map<string, SubscribeTemplate>> {
    if (channel.name === 'mini-template') return new Map();
    try {
      const templates = await this.templates.list(appId);
      return new Map(templates.map((template) => [template.templateId, template]));
    } catch (error) {
      if (!(error instanceof WeixinSubscribeError) || error instanceof DatabaseError) throw error;
      this.logger.warn(`${channel.name}: ${error.code}: ${error.message}`);
      return new Map();
    }
  }

  /** Those of the simulator; of real people those who permitted something, latest first. */
  private async people(
    channel: ChannelEntry,
    { appId }: ChannelAccount,
    templateId: string,
    openid: string | undefined,
  ): Promise<ChannelPerson[]> {
    if (this.phone) return this.phone.people(appId, openid);
    const grants = await this.grants.list(filterOf(channel, appId, templateId));
    const openids = [...new Set(grants.map((grant) => grant.openid))];
    return openids.slice(0, MOST_PEOPLE).map((each) => ({ openid: each }));
  }

  private async of(
    channel: ChannelEntry,
    { appId }: ChannelAccount,
    templateId: string,
    person: ChannelPerson,
  ): Promise<{ available: number; grants: Grant[]; pushes: PushEventRecord[]; phone?: PhoneView }> {
    const { openid } = person;
    const pushes = channel.name === 'mini-template' ? [] : await this.pushEvents.list({ appId });
    return {
      available: await this.grants.countAvailable({ appId, openid, templateId, channel: channel.name }),
      grants: await this.grants.list({ ...filterOf(channel, appId, templateId), openid }, MOST_GRANTS),
      pushes: pushes.filter((event) => event.openid === openid).slice(0, MOST_PUSHES),
      phone: this.phone && {
        inboxUrl: this.phone.inboxUrl(person.name),
        inbox: await this.phone.inbox(openid, channel),
      },
    };
  }
}

/** The form asks for these; none: nobody knows which there are. */
export function keywordsFor(
  { name }: ChannelEntry,
  template: SubscribeTemplate | undefined,
): Keyword[] | undefined {
  if (name === 'mini-template') return keywordsOfRetired();
  return template && keywordsOfTemplate(template);
}

/** A form id permits any template of its mini-program. */
function filterOf({ name }: ChannelEntry, appId: string, templateId: string) {
  // A form is for every template of its account.
  return { appId, channel: name, templateId: name === 'mini-template' ? '' : templateId };
}
