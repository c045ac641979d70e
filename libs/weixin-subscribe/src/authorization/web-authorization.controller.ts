import { Get, Header, Query, Redirect, Req, Res, UseFilters, UseGuards, UsePipes } from '@nestjs/common';
import { clientAddress } from '../http/client-address.js';
import { InputPipe } from '../http/input.pipe.js';
import { AddressLimitGuard } from '../http/public-route.guards.js';
import { ReadCookies, type RequestCookies } from '../http/request-cookies.js';
import { Documented, RouteGroup, redirectTo } from '../http/route-doc.js';
import { RouteName } from '../http/route-urls.js';
import { Subjects } from '../http/subjects.js';
import { WeixinController } from '../http/weixin-controller.js';
import { digest } from '../kernel/secret.js';
import { validateInput } from '../kernel/validation.js';
import { AuthorizationService } from './authorization.service.js';
import { AUTHORIZATION_ROUTES } from './authorization-urls.js';
import { CookieWriter } from './cookie-writer.js';
import { AuthorizeQueryDto, CallbackQueryDto, OAuthCallbackDto } from './dto/authorization.dto.js';
import { ProblemPageFilter } from './problem-page.filter.js';
import { PublicAddress } from './public-address.js';
import { withAnswer } from './return-to.js';
import { StateCookies } from './state-cookies.js';

/** The web flow of official accounts: out to WeChat's confirm page, and back. */
@WeixinController('public', 'weixin')
@RouteGroup({ tag: 'Ask 询问', problemTypes: ['application/problem+json', 'text/html'] })
@UseGuards(AddressLimitGuard)
@UseFilters(ProblemPageFilter)
export class WebAuthorizationController {
  constructor(
    private readonly authorization: AuthorizationService,
    private readonly subjects: Subjects,
    private readonly stateCookies: StateCookies,
    private readonly cookies: CookieWriter,
    private readonly publicAddress: PublicAddress,
  ) {}

  @Get('authorize')
  @RouteName(AUTHORIZATION_ROUTES.authorize)
  @Header('Cache-Control', 'no-store')
  @Redirect()
  @UsePipes(new InputPipe())
  @Documented({
    summary: 'Ask a person in the browser',
    description:
      "Opens an intent, sets a cookie that binds the answer to this browser, and leads to WeChat's confirm page.",
    responses: { 302: redirectTo("To WeChat's confirm page") },
    problems: {
      400: 'Invalid input, or returnTo is not allowed',
      404: 'Unknown account, template or purpose',
    },
  })
  async authorize(
    @Query() query: AuthorizeQueryDto,
    @ReadCookies() cookies: RequestCookies,
    @Req() request: object,
    @Res({ passthrough: true }) response: unknown,
  ) {
    this.publicAddress.compare(request);
    const { appId, templateId, scene, purpose, returnTo } = query;
    const subject = await this.subjects.of(request);
    const { confirmUrl, cookie } = await this.authorization.askInBrowser({
      appId,
      templateId,
      scene,
      purpose,
      returnTo,
      subject,
      address: clientAddress(request),
    });
    this.cookies.set(response, [...this.stateCookies.surplus(cookies), cookie]);
    return { url: confirmUrl, statusCode: 302 };
  }

  /** As `callback`, the way back may have a slash before the query. */
  @Get('oauth/callback')
  @RouteName(AUTHORIZATION_ROUTES.oauthCallback)
  @Header('Cache-Control', 'no-store')
  @Header('Referrer-Policy', 'no-referrer')
  @Redirect()
  @Documented({
    summary: "The browser comes back from WeChat's OAuth",
    description:
      "With authorization.oauth 'base': before WeChat asks the person, it says whose browser it is.",
    query: OAuthCallbackDto,
    responses: { 302: redirectTo("To WeChat's confirm page, or to returnTo where the intent is answered") },
    problems: {
      400: 'Invalid input',
      403: 'The state belongs to no intent or to another browser, WeChat refuses the code, or a snapshot page',
      410: 'The intent has expired',
      503: 'WeChat could not be asked',
    },
  })
  async oauthCallback(@ReadCookies() cookies: RequestCookies, @Req() request: { query?: unknown }) {
    const given = validateInput(OAuthCallbackDto, request.query ?? {}, 'drop');
    const url = await this.authorization.confirmUrlAfterOAuth(given, { cookies });
    return { url, statusCode: 302 };
  }

  /**
   * The documented form of the way back has a slash before the query (docs/platform.md §1.2). Express takes
   * both; Fastify needs `routerOptions: { ignoreTrailingSlash: true }`. Unknown parameters are dropped, so
   * that nobody is turned away the day WeChat adds one.
   */
  @Get('callback')
  @RouteName(AUTHORIZATION_ROUTES.callback)
  @Header('Cache-Control', 'no-store')
  @Header('Referrer-Policy', 'no-referrer')
  @Redirect()
  @Documented({
    summary: 'The browser comes back from WeChat',
    description:
      'Called by WeChat’s redirect, with the names WeChat gives; also with a slash before the query.',
    query: CallbackQueryDto,
    responses: { 302: redirectTo('To returnTo, with subscribe=confirmed or subscribe=cancelled') },
    problems: {
      403: 'The answer belongs to no intent, or to another browser',
      400: 'Invalid input, or the answer does not fit the intent',
      409: 'The intent was answered otherwise',
      410: 'The intent has expired',
    },
  })
  async callback(
    @ReadCookies() cookies: RequestCookies,
    @Req() request: { query?: unknown },
    @Res({ passthrough: true }) response: unknown,
  ) {
    const query = validateInput(CallbackQueryDto, request.query ?? {}, 'drop');
    const { reserved: state, template_id: templateId, scene, action, openid } = query;
    const answer = { state, templateId, scene, action, openid };
    const { status, intent } = await this.authorization.answerChecked(answer, 'web', { cookies });
    this.cookies.set(response, this.stateCookies.answered(digest(state), intent, cookies));
    return { url: withAnswer(String(intent.returnTo), status), statusCode: 302 };
  }
}
