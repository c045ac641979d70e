import { randomUUID } from 'node:crypto';
import { Injectable, Logger } from '@nestjs/common';
import { isUUID } from 'class-validator';
import {
  type Grant,
  GrantRepository,
  MessageInFlightError,
  MessageNotFoundError,
  MessageOutcomeError,
  SubscribeService,
  WeixinApiError,
  WeixinSubscribeError,
} from 'nestjs-weixin-subscribe';
import { oneTimeTemplates } from '../config/account-template.variable.js';
import { Environment } from '../config/environment.js';
import type { Course } from './course.catalog.js';
import { reminderOf } from './reminder.content.js';
import type { RemindDto } from './reminder.dto.js';
import { outcomeOfCode, outcomeOfMessage } from './reminder.outcome.js';
import { type Attempt, type Attendee, MOST_SHOWN, type Outcome } from './reminder.types.js';

/** Who may be reminded of a course, and reminding them. */
@Injectable()
export class ReminderService {
  private readonly logger = new Logger(ReminderService.name);

  constructor(
    private readonly environment: Environment,
    private readonly grants: GrantRepository,
    private readonly subscribe: SubscribeService,
  ) {}

  /**
   * Where the button "remind me" leads, or `undefined` without an official account. The full address: the
   * answer is bound to its host.
   */
  askUrl({ number }: Course): string | undefined {
    const [asked] = this.environment.WEIXIN_ACCOUNTS.filter(
      ({ kind }) => kind === 'official-account',
    ).flatMap(({ appId, templates }) =>
      oneTimeTemplates(templates).map((templateId) => ({ appId, templateId })),
    );
    if (!asked) return undefined;
    const url = new URL('/weixin/authorize', this.environment.PUBLIC_BASE_URL);
    url.search = `${new URLSearchParams({ ...asked, scene: String(number), returnTo: `/courses/${number}` })}`;
    return url.href;
  }

  /** Who answered for a course last, at most {@link MOST_SHOWN} people, latest answer first. */
  async attendees({ number }: Course): Promise<Attendee[]> {
    const lists = this.environment.WEIXIN_ACCOUNTS.flatMap(({ appId, templates }) =>
      oneTimeTemplates(templates).map((templateId) => this.grants.list({ appId, templateId, scene: number })),
    );
    const latestFirst = (await Promise.all(lists))
      .flat()
      .sort((a, b) => b.grantedAt.getTime() - a.grantedAt.getTime());
    const people = new Map<string, Grant[]>();
    for (const grant of latestFirst) {
      const key = [grant.appId, grant.openid, grant.templateId].join('\n');
      people.set(key, [...(people.get(key) ?? []), grant]);
    }
    const shown = [...people.values()].slice(0, MOST_SHOWN);
    return Promise.all(shown.map((grants) => this.attendee(grants)));
  }

  /** A key for one rendering of the page, see {@link RemindDto.idempotencyKey}. */
  newKey(): string {
    return randomUUID();
  }

  /** Sends the reminder. Every end that the library knows is answered; only a surprise is thrown. */
  async remind(course: Course, to: RemindDto): Promise<Attempt> {
    const { number } = course;
    try {
      const message = await this.subscribe.send(
        {
          ...{ appId: to.appId, openid: to.openid, templateId: to.templateId, scene: number },
          ...reminderOf(course, this.environment.PUBLIC_BASE_URL),
          idempotencyKey: to.idempotencyKey,
        },
        'course-page',
      );
      return { messageId: message.id };
    } catch (error) {
      if (!(error instanceof WeixinSubscribeError)) throw error;
      this.logger.warn(`course ${number}: ${error.code}: ${error.message}`);
      if (error instanceof MessageOutcomeError || error instanceof MessageInFlightError) {
        return { messageId: error.messageId };
      }
      return { code: error.code, errcode: error instanceof WeixinApiError ? error.errcode : undefined };
    }
  }

  /** What to tell about an attempt that the address of the page names: a message, or the code of an error. */
  async outcome(reminder: unknown, errcode?: unknown): Promise<Outcome | undefined> {
    if (typeof reminder !== 'string' || reminder === '') return undefined;
    if (!isUUID(reminder)) return outcomeOfCode(reminder, Number(errcode) || undefined);
    try {
      return outcomeOfMessage(await this.subscribe.get(reminder));
    } catch (error) {
      if (error instanceof MessageNotFoundError) return undefined;
      throw error;
    }
  }

  private async attendee(grants: Grant[]): Promise<Attendee> {
    const [latest] = grants;
    const { appId, openid, templateId } = latest;
    const available = await this.grants.countAvailable(latest);
    const account = this.environment.WEIXIN_ACCOUNTS.find((one) => one.appId === appId);
    return {
      appId,
      openid,
      templateId,
      available,
      grants,
      flow: account?.kind === 'mobile-app' ? 'app' : 'web',
    };
  }
}
