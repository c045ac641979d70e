import { Injectable } from '@nestjs/common';
import { AccountKindError } from '../account/account.errors.js';
import { type AccountKind, OFFICIAL_KINDS } from '../account/account-kinds.js';
import { Accounts } from '../account/accounts.js';
import type { Subject } from '../http/http.options.js';
import { Clock } from '../kernel/clock.js';
import { InvalidInputError } from '../kernel/errors.js';
import { plainInput } from '../kernel/input-shape.js';
import { RandomSource } from '../kernel/random-source.js';
import { digest, sameDigest } from '../kernel/secret.js';
import { Telemetry } from '../kernel/telemetry.js';
import { validateInput } from '../kernel/validation.js';
import { PurposeUnknownError } from '../scene/scene.errors.js';
import { SceneRegistry } from '../scene/scene.registry.js';
import type { SqlStep } from '../sql/sql-step.js';
import {
  AnswerMismatchError,
  OpenidUnprovenError,
  StateExpiredError,
  StateForeignError,
  StateReusedError,
  StateUnknownError,
} from './authorization.errors.js';
import { AuthorizationConfig } from './authorization.options.js';
import { AuthorizationUrls } from './authorization-urls.js';
import { type BindingCookie, cookieDigest, subjectDigest } from './browser-binding.js';
import { confirmUrl } from './confirm-url.js';
import { CreateIntentDto, IntentResultDto, OAuthCallbackDto } from './dto/authorization.dto.js';
import { IntentRepository } from './intent.repository.js';
import { REQUEST_SPAN, RESULT_SPAN, requestAttributes, resultAttributes } from './intent.spans.js';
import type { Intent } from './intent.types.js';
import { ProvenOpenids } from './proven-openids.js';
import { ReturnTo, withAnswer } from './return-to.js';
import { StateCookies } from './state-cookies.js';
import {
  type OpenSubscribeIntent,
  type SubscribeIntentRequest,
  SubscribeIntents,
  type SubscribeReport,
  type SubscribeReported,
} from './subscribe-intents.js';
import { UnprovenLimit } from './unproven-limit.js';

/**
 * 32 of 62 characters: 190 random bits, letters and digits as WeChat's `reserved` demands, well below its
 * 128.
 */
const STATE_LENGTH = 32;

export interface IntentRequest {
  appId: string;
  templateId: string;
  /** 0–10000; or `purpose`. */
  scene?: number;
  /** What the scene is for, as it was named to `SceneRegistry.sceneFor`, in place of its number. */
  purpose?: string;
  /** Who is asked, when the host knows. */
  subject?: Subject;
  /**
   * The caller's address, counted against `rateLimit.unprovenPerHour` where `subject` has no openid; without
   * it nothing is counted.
   */
  address?: string;
}

export interface OpenIntent {
  state: string;
  /** Under which it was asked, and a message has to be sent. */
  scene: number;
  expiresAt: Date;
  /** To be set in the browser that asked; absent where the host's subject is the binding. */
  cookie?: BindingCookie;
}

/** What the browser or the app brought back. Nothing in it is signed. */
export interface Answer {
  state: string;
  templateId: string;
  scene: number;
  action: 'confirm' | 'cancel';
  openid?: string;
  /** The mobile SDK's code; 0 or absent means ok. */
  errCode?: number;
}

/** What shows that the answer comes from whom we asked. */
export interface Proof {
  /**
   * By name. A browser may show two cookies of one name, of which most parsers keep one: give all of their
   * values, or a sibling domain can keep people from answering.
   */
  cookies: Record<string, string | readonly string[] | undefined>;
  subject?: Subject;
}

export interface Answered {
  status: 'confirmed' | 'cancelled';
  intent: Intent;
}

/**
 * Asks people for grants and takes their answers. Only an answer that is proven to belong to one of our
 * intents writes anything. The input is checked here too, so that a host may call it from endpoints of its
 * own.
 */
@Injectable()
export class AuthorizationService {
  constructor(
    private readonly accounts: Accounts,
    private readonly intents: IntentRepository,
    private readonly scenes: SceneRegistry,
    private readonly returnTo: ReturnTo,
    private readonly urls: AuthorizationUrls,
    private readonly cookies: StateCookies,
    private readonly clock: Clock,
    private readonly random: RandomSource,
    private readonly config: AuthorizationConfig,
    private readonly subscribeIntents: SubscribeIntents,
    private readonly unprovenLimit: UnprovenLimit,
    private readonly provenOpenids: ProvenOpenids,
    private readonly telemetry: Telemetry,
  ) {}

  /**
   * Opens an intent for a browser inside WeChat: send it to `confirmUrl` and set the cookie. With
   * `authorization.oauth: 'base'`, and no openid of `subject`, that address is WeChat's OAuth, which leads to
   * {@link confirmUrlAfterOAuth}.
   * @throws {InvalidInputError} {@link UnknownAccountError} {@link UnknownTemplateError}
   * {@link AccountKindError} {@link ReturnToRefusedError}
   *   {@link PurposeUnknownError} {@link RateLimitedError} {@link DatabaseError}
   * @throws {InvalidOptionsError} our callback is not mounted, or its path has a parameter, and
   * `authorization.callbackUrl` is not set
   */
  async askInBrowser(
    asked: IntentRequest & { returnTo?: string },
  ): Promise<OpenIntent & { confirmUrl: string; cookie: BindingCookie }> {
    const request = plainInput(asked);
    this.checkRequest(request, OFFICIAL_KINDS);
    const returnTo = this.returnTo.check(request.returnTo);
    // Before anything is written: it throws where our callback is not mounted.
    this.urls.callbackUrl();
    const cookieValue = this.cookies.newValue();
    const { state, scene, expiresAt } = await this.open(request, 'web', cookieDigest(cookieValue), returnTo);
    const { appId, templateId, subject } = request;
    const isProvenFirst = this.provenOpenids.isRequired({ flow: 'web', expectedOpenid: subject?.openid });
    return {
      state,
      scene,
      expiresAt,
      cookie: this.cookies.of(state, cookieValue),
      confirmUrl: isProvenFirst
        ? this.provenOpenids.url(appId, state)
        : this.confirmUrlOf({ appId, scene, templateId }, state),
    };
  }

  /**
   * Takes the way back from WeChat's OAuth: exchanges the code, writes down whose browser the intent is for,
   * and gives the address to send it to: the confirm page, or `returnTo` where the intent is answered
   * already. The same address again gives the same, without asking WeChat once more.
   * @throws {StateUnknownError} {@link StateForeignError} {@link StateExpiredError} {@link InvalidInputError}
   * @throws {SnapshotUserError} {@link LoginCodeRefusedError} {@link LoginUnavailableError} start again
   * @throws {DatabaseError}
   */
  async confirmUrlAfterOAuth(given: { state: string; code: string }, proof: Proof): Promise<string> {
    const { state, code } = validateInput(OAuthCallbackDto, plainInput(given));
    const stateDigest = digest(state);
    const intent = await this.find(stateDigest, 'web');
    this.checkProof(intent, stateDigest, proof);
    const { status, expiresAt } = intent;
    if (status === 'confirmed' || status === 'cancelled') return withAnswer(String(intent.returnTo), status);
    if (status === 'expired' || expiresAt.getTime() <= this.clock.now())
      throw new StateExpiredError(expiresAt);
    await this.provenOpenids.prove(intent, stateDigest, code);
    return this.confirmUrlOf(intent, state);
  }

  /**
   * Opens an intent for the SDK of a mobile app. Bound to the host's user where there is one, else to a
   * cookie.
   * @throws {InvalidInputError} {@link UnknownAccountError} {@link UnknownTemplateError}
   * {@link AccountKindError} {@link PurposeUnknownError}
   *   {@link RateLimitedError} {@link DatabaseError}
   */
  async askInApp(asked: IntentRequest): Promise<OpenIntent> {
    const request = plainInput(asked);
    this.checkRequest(request, ['mobile-app']);
    if (request.subject) return this.open(request, 'app', subjectDigest(request.subject.id));
    const cookieValue = this.cookies.newValue();
    const opened = await this.open(request, 'app', cookieDigest(cookieValue));
    return { ...opened, cookie: this.cookies.of(opened.state, cookieValue) };
  }

  /**
   * Takes an answer. A confirm adds one grant (or renews it); the same answer again gives the same reply and
   * adds nothing.
   * @throws {StateUnknownError} {@link StateForeignError} {@link StateExpiredError} {@link StateReusedError}
   * {@link AnswerMismatchError} {@link OpenidUnprovenError}
   *   {@link InvalidInputError} {@link DatabaseError}; nothing was written
   */
  answer(given: Answer, flow: 'web' | 'app', proof: Proof): Promise<Answered> {
    return this.measured(() => this.take(checkedAnswer(given), flow, proof));
  }

  /**
   * As {@link answer}, of what the DTO of a route has checked by the same rules.
   * @internal
   */
  answerChecked(answer: Answer, flow: 'web' | 'app', proof: Proof): Promise<Answered> {
    return this.measured(() => this.take(answer, flow, proof));
  }

  private measured(take: () => Promise<Answered>): Promise<Answered> {
    return this.telemetry.span(RESULT_SPAN, {}, async (span) => {
      const answered = await take();
      if (span.isRecording()) span.setAttributes(resultAttributes(answered.intent, answered.status));
      return answered;
    });
  }

  private async take(answer: Answer, flow: 'web' | 'app', proof: Proof): Promise<Answered> {
    const { state } = answer;
    const stateDigest = digest(state);
    const intent = await this.find(stateDigest, flow);
    this.checkProof(intent, stateDigest, proof);
    this.checkFields(intent, answer);
    if (intent.status !== 'pending') return this.replay(intent, answer);
    if (intent.expiresAt.getTime() <= this.clock.now()) throw new StateExpiredError(intent.expiresAt);
    const status = statusOf(answer);
    if (status === 'confirmed' && this.provenOpenids.isRequired(intent)) throw new OpenidUnprovenError();
    const openid = status === 'confirmed' ? this.confirmedOpenid(intent, answer) : undefined;
    const written =
      openid === undefined ? await this.intents.cancel(intent) : await this.intents.confirm(intent, openid);
    // Another copy of the answer was faster: what it wrote decides.
    if (!written) return this.replay(await this.find(stateDigest, flow), answer);
    return { status, intent };
  }

  /**
   * Opens an intent about 1 to 5 templates, which the front end puts to the person itself: by
   * `wx.requestSubscribeMessage` in a mini-program (templates of channel `mini-subscribe`), by
   * `<wx-open-subscribe>` in a page of an official account (`service-notice`). What it got goes to
   * {@link report}, with the state; the grants go to the openid of `subject`, and to nobody else.
   * @throws {OpenidUnknownError} `subject` is absent, or has no openid
   * @throws {InvalidInputError} a template is of another channel, or a field is wrong
   * @throws {UnknownAccountError} {@link UnknownTemplateError} {@link AccountKindError} {@link DatabaseError}
   */
  askToSubscribe(request: SubscribeIntentRequest): Promise<OpenSubscribeIntent> {
    return this.subscribeIntents.ask(request);
  }

  /**
   * Takes what the front end got for an intent of {@link askToSubscribe}. Each accept is one grant, also
   * where WeChat pushes the same accept, before or after. Everything but an accept is a cancel, also what
   * failed (`errCode`): ask anew then. The same report again gives the same reply and adds nothing.
   * @param subject who reports, by the same id that was asked
   * @throws {StateUnknownError} {@link StateForeignError} {@link StateExpiredError} {@link StateReusedError}
   * {@link InvalidInputError}
   * @throws {AnswerMismatchError} it names a template that was not asked for, or `subject` another openid
   * @throws {DatabaseError} some templates of it may be answered: report the same once more
   */
  report(report: SubscribeReport, subject: Subject | undefined): Promise<SubscribeReported> {
    return this.subscribeIntents.report(report, subject);
  }

  private confirmUrlOf(
    { appId, scene, templateId }: Pick<Intent, 'appId' | 'scene' | 'templateId'>,
    state: string,
  ): string {
    const { mpBaseUrl } = this.config;
    return confirmUrl({ mpBaseUrl, appId, scene, templateId, state, redirectUrl: this.urls.callbackUrl() });
  }

  private checkRequest(
    { appId, templateId, scene, purpose }: IntentRequest,
    kinds: readonly AccountKind[],
  ): void {
    validateInput(CreateIntentDto, { appId, templateId, scene, purpose });
    const account = this.accounts.withTemplate(appId, templateId);
    if (!kinds.includes(account.kind))
      throw new AccountKindError(
        `account "${appId}" is of kind ${account.kind}; this endpoint is for ${kinds.join(' or ')}`,
      );
  }

  private open(
    request: IntentRequest,
    flow: 'web' | 'app',
    bindingDigest: string,
    returnTo?: string,
  ): Promise<OpenIntent> {
    return this.telemetry.span(REQUEST_SPAN, { attributes: requestAttributes(request) }, () =>
      this.write(request, flow, bindingDigest, returnTo),
    );
  }

  private async write(
    { appId, templateId, subject, address, ...request }: IntentRequest,
    flow: 'web' | 'app',
    bindingDigest: string,
    returnTo?: string,
  ): Promise<OpenIntent> {
    const isUnproven = subject?.openid === undefined && !(flow === 'web' && this.config.oauth === 'base');
    if (isUnproven && address !== undefined) await this.unprovenLimit.take(address);
    const { scene, steps } = await this.sceneOf({ appId, templateId, ...request });
    const state = this.random.alphanumeric(STATE_LENGTH);
    const now = this.clock.now();
    const expiresAt = new Date(now + this.config.intentTtlMs);
    const intent: Intent = {
      id: this.random.id(now),
      appId,
      templateId,
      scene,
      flow,
      bindingDigest,
      subject: subject?.id,
      expectedOpenid: subject?.openid,
      returnTo,
      status: 'pending',
      createdAt: new Date(now),
      expiresAt,
    };
    if (await this.intents.create(intent, digest(state), steps)) return { state, scene, expiresAt };
    throw new PurposeUnknownError({ appId, templateId, purpose: String(request.purpose) });
  }

  /**
   * By number as it is; by purpose with the step that keeps the scene from another one until the intent is
   * written.
   */
  private async sceneOf({
    appId,
    templateId,
    scene,
    purpose,
  }: IntentRequest): Promise<{ scene: number; steps: SqlStep[] }> {
    if (typeof purpose !== 'string') return { scene: Number(scene), steps: [] };
    const inUse = await this.scenes.inUse({ appId, templateId, purpose });
    return { scene: inUse.scene, steps: [inUse.step] };
  }

  private async find(stateDigest: string, flow: 'web' | 'app'): Promise<Intent> {
    const intent = await this.intents.findByState(stateDigest);
    if (!intent || intent.flow !== flow) throw new StateUnknownError();
    return intent;
  }

  private checkProof(intent: Intent, stateDigest: string, { cookies, subject }: Proof): void {
    const shown = this.cookies.shown(stateDigest, cookies).map(cookieDigest);
    if (subject) shown.push(subjectDigest(subject.id));
    if (!shown.some((binding) => sameDigest(binding, intent.bindingDigest))) {
      throw new StateForeignError(
        intent.flow === 'web'
          ? 'the state was issued to another browser, or this browser dropped our cookie'
          : 'the state was issued to another user',
        { remedy: 'Ask the user once more, and answer from where the intent was asked.' },
      );
    }
  }

  private checkFields(intent: Intent, answer: Answer): void {
    if (answer.templateId !== intent.templateId) throw new AnswerMismatchError('templateId');
    if (answer.scene !== intent.scene) throw new AnswerMismatchError('scene');
  }

  /**
   * A grant exists only for action "confirm" with an SDK code of 0 or none, and an openid (docs/platform.md
   * §2.3).
   */
  private confirmedOpenid(intent: Intent, { openid }: Answer): string {
    if (!openid)
      throw new InvalidInputError([
        { field: 'openid', message: 'openid is required when action is "confirm"' },
      ]);
    if (intent.expectedOpenid !== undefined && intent.expectedOpenid !== openid)
      throw new AnswerMismatchError('openid');
    return openid;
  }

  private replay(intent: Intent, answer: Answer): Answered {
    if (intent.status === 'expired' || intent.status === 'pending')
      throw new StateExpiredError(intent.expiresAt);
    const status = statusOf(answer);
    if (status !== intent.status || (status === 'confirmed' && answer.openid !== intent.openid))
      throw new StateReusedError();
    return { status, intent };
  }
}

function checkedAnswer(given: Answer): Answer {
  const answer = plainInput(given);
  const { state, ...fields } = answer;
  validateInput(IntentResultDto, { ...fields, reserved: state });
  return answer;
}

function statusOf({ action, errCode }: Answer): 'confirmed' | 'cancelled' {
  return action === 'confirm' && (errCode ?? 0) === 0 ? 'confirmed' : 'cancelled';
}
