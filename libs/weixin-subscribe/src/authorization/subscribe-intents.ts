import { Injectable } from '@nestjs/common';
import { AccountKindError } from '../account/account.errors.js';
import { type AccountConfig } from '../account/account.options.js';
import type { AccountKind } from '../account/account-kinds.js';
import type { GrantChannel } from '../account/account-templates.options.js';
import { Accounts } from '../account/accounts.js';
import type { Subject } from '../http/http.options.js';
import { Clock } from '../kernel/clock.js';
import { InvalidInputError } from '../kernel/errors.js';
import { plainInput } from '../kernel/input-shape.js';
import { RandomSource } from '../kernel/random-source.js';
import { digest, sameDigest } from '../kernel/secret.js';
import { Telemetry } from '../kernel/telemetry.js';
import { validateInput } from '../kernel/validation.js';
import {
  AnswerMismatchError,
  OpenidUnknownError,
  StateExpiredError,
  StateForeignError,
  StateReusedError,
  StateUnknownError,
} from './authorization.errors.js';
import { AuthorizationConfig } from './authorization.options.js';
import { subjectDigest } from './browser-binding.js';
import { CreateSubscribeIntentsDto, MOST_TEMPLATES, SubscribeResultDto } from './dto/subscribe.dto.js';
import { IntentRepository } from './intent.repository.js';
import { REQUEST_SPAN, RESULT_SPAN } from './intent.spans.js';
import type { Intent } from './intent.types.js';
import { answersOf, type SubscribeAnswer } from './subscribe-result.js';

const STATE_LENGTH = 32;

/** The kinds of account whose front ends ask by themselves, and for which channel. */
const ASKED_FOR: Partial<Record<AccountKind, GrantChannel>> = {
  'mini-program': 'mini-subscribe',
  'official-account': 'service-notice',
  'service-account': 'service-notice',
};

export interface SubscribeIntentRequest {
  appId: string;
  /** 1 to 5 of the account, all of its channel `mini-subscribe` or `service-notice`. */
  templateIds: string[];
  /** Who is asked; with the openid. */
  subject?: Subject;
}

export interface OpenSubscribeIntent {
  /** One for all of its templates. */
  state: string;
  expiresAt: Date;
}

/** What the front end brought back. Nothing in it is signed, and it names nobody. */
export interface SubscribeReport {
  state: string;
  /** As `wx.requestSubscribeMessage` or `<wx-open-subscribe>` (`event.detail`) gave it. */
  result: object;
}

export interface SubscribeReported {
  appId: string;
  /** By template id, in the order of the intent. */
  results: Record<string, SubscribeAnswer>;
}

/**
 * Intents that a front end puts to a person by itself, and reports of what it got. Each template is a
 * intent of its own, with a state digest made of the one state and its place among the templates: so each
 * is answered once, and a report that was interrupted can be repeated.
 */
@Injectable()
export class SubscribeIntents {
  constructor(
    private readonly accounts: Accounts,
    private readonly intents: IntentRepository,
    private readonly clock: Clock,
    private readonly random: RandomSource,
    private readonly config: AuthorizationConfig,
    private readonly telemetry: Telemetry,
  ) {}

  /** See {@link AuthorizationService.askToSubscribe}. */
  async ask(asked: SubscribeIntentRequest): Promise<OpenSubscribeIntent> {
    const { appId, templateIds, subject } = plainInput(asked);
    validateInput(CreateSubscribeIntentsDto, { appId, templateIds });
    checkTemplates(this.accounts.get(appId), templateIds, (id) => this.accounts.withTemplate(appId, id));
    if (!subject?.openid) throw new OpenidUnknownError(appId);
    return this.telemetry.span(REQUEST_SPAN, { attributes: { 'weixin.app_id': appId } }, () =>
      this.open(appId, templateIds, subject),
    );
  }

  private async open(
    appId: string,
    templateIds: readonly string[],
    subject: Subject,
  ): Promise<OpenSubscribeIntent> {
    const state = this.random.alphanumeric(STATE_LENGTH);
    const now = this.clock.now();
    const expiresAt = new Date(now + this.config.intentTtlMs);
    const intents = templateIds.map(
      (templateId): Intent => ({
        id: this.random.id(now),
        appId,
        templateId,
        scene: 0,
        flow: 'report',
        bindingDigest: subjectDigest(subject.id),
        subject: subject.id,
        expectedOpenid: subject.openid,
        status: 'pending',
        createdAt: new Date(now),
        expiresAt,
      }),
    );
    const digests = stateDigests(state);
    await this.intents.createAll(intents.map((intent, index) => ({ intent, stateDigest: digests[index] })));
    return { state, expiresAt };
  }

  /** See {@link AuthorizationService.report}. */
  report(report: SubscribeReport, subject: Subject | undefined): Promise<SubscribeReported> {
    return this.telemetry.span(RESULT_SPAN, {}, async (span) => {
      const reported = await this.take(report, subject);
      if (span.isRecording()) span.setAttributes({ 'weixin.app_id': reported.appId });
      return reported;
    });
  }

  private async take(report: SubscribeReport, subject: Subject | undefined): Promise<SubscribeReported> {
    const { state, result } = validateInput(SubscribeResultDto, report);
    const intents = await this.find(state);
    const [{ appId }] = intents;
    checkReporter(intents[0], subject);
    const answers = answersOf(
      result,
      intents.map(({ templateId }) => templateId),
    );
    const open = openOf(intents, answers);
    if (open.some(({ expiresAt }) => expiresAt.getTime() <= this.clock.now()))
      throw new StateExpiredError(open[0].expiresAt);
    const written = await Promise.all(
      open.map((intent) => this.write(intent, answers.get(intent.templateId))),
    );
    // Another copy of the report was faster, or time ran out: what is written decides.
    if (written.includes(false) && openOf(await this.find(state), answers).length > 0)
      throw new StateExpiredError(open[0].expiresAt);
    return { appId, results: Object.fromEntries(answers) };
  }

  private async find(state: string): Promise<Intent[]> {
    const found = await this.intents.findByStates(stateDigests(state));
    const intents = found.filter(({ flow }) => flow === 'report');
    if (intents.length === 0) throw new StateUnknownError();
    return intents;
  }

  /** `false`: it was answered already, or its time is over; nothing was written. */
  private write(intent: Intent, answer: SubscribeAnswer | undefined): Promise<boolean> {
    return answer === 'confirmed'
      ? this.intents.confirm(intent, String(intent.expectedOpenid))
      : this.intents.cancel(intent);
  }
}

/** No state of another flow can be one of these: a colon is in none. */
function stateDigests(state: string): string[] {
  return Array.from({ length: MOST_TEMPLATES }, (_, index) => digest(`${state}:${index}`));
}

function checkTemplates(
  { appId, kind }: AccountConfig,
  templateIds: string[],
  find: (templateId: string) => AccountConfig,
): void {
  const channel = ASKED_FOR[kind];
  if (!channel)
    throw new AccountKindError(
      `account "${appId}" is of kind ${kind}; this endpoint is for ${Object.keys(ASKED_FOR).join(' or ')}`,
    );
  const errors = templateIds.flatMap((id, index) => {
    const own = find(id).templates.get(id);
    const field = `templateIds[${index}]`;
    return own === channel
      ? []
      : [
          {
            field,
            message: `${field} "${id}" is of channel ${own}; this endpoint asks for ${channel}`,
          },
        ];
  });
  if (errors.length > 0) throw new InvalidInputError(errors);
}

function checkReporter({ bindingDigest, expectedOpenid }: Intent, subject: Subject | undefined): void {
  if (!subject || !sameDigest(subjectDigest(subject.id), bindingDigest))
    throw new StateForeignError('the state was issued to another user', {
      remedy: 'Ask the user once more, and answer from where the intent was asked.',
    });
  if (subject.openid && subject.openid !== expectedOpenid) throw new AnswerMismatchError('openid');
}

/** Those that are not answered yet. @throws {StateReusedError} {@link StateExpiredError} of the others */
function openOf(intents: Intent[], answers: Map<string, SubscribeAnswer>): Intent[] {
  for (const { status, templateId, expiresAt } of intents) {
    if (status === 'expired') throw new StateExpiredError(expiresAt);
    if (status !== 'pending' && status !== answers.get(templateId)) throw new StateReusedError();
  }
  return intents.filter(({ status }) => status === 'pending');
}
