import { Body, Header, HttpCode, Post, Req, Res, UseFilters, UseGuards, UsePipes } from '@nestjs/common';
import { clientAddress } from '../http/client-address.js';
import { InputPipe } from '../http/input.pipe.js';
import { ProblemDetailsFilter } from '../http/problem-details.filter.js';
import { AddressLimitGuard } from '../http/public-route.guards.js';
import { ReadCookies, type RequestCookies } from '../http/request-cookies.js';
import { Documented, json, RouteGroup } from '../http/route-doc.js';
import { RouteName } from '../http/route-urls.js';
import { Subjects } from '../http/subjects.js';
import { WeixinController } from '../http/weixin-controller.js';
import { digest } from '../kernel/secret.js';
import { INTENT, INTENT_OUTCOME, type IntentReply, type IntentResultReply } from './authorization.schemas.js';
import { AuthorizationService } from './authorization.service.js';
import { AUTHORIZATION_ROUTES } from './authorization-urls.js';
import { CookieWriter } from './cookie-writer.js';
import { CreateIntentDto, IntentResultDto } from './dto/authorization.dto.js';
import { StateCookies } from './state-cookies.js';

/** The flow of mobile apps: the app asks us what to ask, asks WeChat, and brings WeChat's response here. */
@WeixinController('public', 'weixin/app')
@RouteGroup({ tag: 'Ask 询问' })
@UseGuards(AddressLimitGuard)
@UseFilters(ProblemDetailsFilter)
@UsePipes(new InputPipe())
export class AppAuthorizationController {
  constructor(
    private readonly authorization: AuthorizationService,
    private readonly subjects: Subjects,
    private readonly stateCookies: StateCookies,
    private readonly cookies: CookieWriter,
  ) {}

  @Post('intents')
  @RouteName(AUTHORIZATION_ROUTES.appIntents)
  @Header('Cache-Control', 'no-store')
  @Documented({
    summary: 'Ask a person in the mobile app',
    description:
      'Returns what the app passes to the SDK. Without a signed-in user the answer is bound by a cookie.',
    responses: { 201: json('Ask with these fields', INTENT) },
    problems: { 400: 'Invalid input, or not a mobile app', 404: 'Unknown account, template or purpose' },
  })
  async createIntent(
    @Body() { appId, templateId, ...asked }: CreateIntentDto,
    @ReadCookies() cookies: RequestCookies,
    @Req() request: object,
    @Res({ passthrough: true }) response: unknown,
  ): Promise<IntentReply> {
    const subject = await this.subjects.of(request);
    const { state, scene, expiresAt, cookie } = await this.authorization.askInApp({
      appId,
      templateId,
      ...asked,
      subject,
      address: clientAddress(request),
    });
    if (cookie) this.cookies.set(response, [...this.stateCookies.surplus(cookies), cookie]);
    return { appId, templateId, scene, reserved: state, expiresAt: expiresAt.toISOString() };
  }

  @Post('results')
  @RouteName(AUTHORIZATION_ROUTES.appResults)
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  @Documented({
    summary: 'The app brings the answer of the SDK',
    description: 'The same answer again gives the same response and adds nothing.',
    responses: { 200: json('Recorded', INTENT_OUTCOME) },
    problems: {
      403: 'The answer belongs to no intent, or to somebody else',
      400: 'Invalid input, or the answer does not fit the intent',
      409: 'The intent was answered otherwise',
      410: 'The intent has expired',
    },
  })
  async result(
    @Body() { reserved: state, ...result }: IntentResultDto,
    @ReadCookies() cookies: RequestCookies,
    @Req() request: object,
    @Res({ passthrough: true }) response: unknown,
  ): Promise<IntentResultReply> {
    const subject = await this.subjects.of(request);
    const answer = { state, ...result, openid: result.openid ?? undefined };
    const { status, intent } = await this.authorization.answer(answer, 'app', { cookies, subject });
    this.cookies.set(response, this.stateCookies.answered(digest(state), intent, cookies));
    return { status, appId: intent.appId, templateId: intent.templateId, scene: intent.scene };
  }
}
