import { Body, Header, HttpCode, Post, Req, UseFilters, UseGuards, UsePipes } from '@nestjs/common';
import { InputPipe } from '../http/input.pipe.js';
import { ProblemDetailsFilter } from '../http/problem-details.filter.js';
import { AddressLimitGuard } from '../http/public-route.guards.js';
import { Documented, json, RouteGroup } from '../http/route-doc.js';
import { Subjects } from '../http/subjects.js';
import { WeixinController } from '../http/weixin-controller.js';
import {
  SUBSCRIBE_INTENTS,
  SUBSCRIBE_OUTCOME,
  type SubscribeIntentsReply,
  type SubscribeResultReply,
} from './authorization.schemas.js';
import { AuthorizationService } from './authorization.service.js';
import { CreateSubscribeIntentsDto, SubscribeResultDto } from './dto/subscribe.dto.js';

/**
 * The flow of mini-programs and of notices of official accounts: the front end asks WeChat by itself, and
 * brings here what it got.
 */
@WeixinController('public', 'weixin/subscribe')
@RouteGroup({ tag: 'Ask 询问' })
@UseGuards(AddressLimitGuard)
@UseFilters(ProblemDetailsFilter)
@UsePipes(new InputPipe())
export class SubscribeAuthorizationController {
  constructor(
    private readonly authorization: AuthorizationService,
    private readonly subjects: Subjects,
  ) {}

  @Post('intents')
  @Header('Cache-Control', 'no-store')
  @Documented({
    summary: 'Ask a person in a mini-program, or by <wx-open-subscribe>',
    description:
      'Before the front end asks for up to five templates: of a mini-program those of channel mini-subscribe, of an official account those of channel service-notice. The host has to know the openid of who calls.',
    responses: { 201: json('Ask for these templates, and keep the state', SUBSCRIBE_INTENTS) },
    problems: {
      400: 'Invalid input, a template of another channel, or a mobile app',
      403: 'The openid of the caller is not known',
      404: 'Unknown account or template',
    },
  })
  async createIntents(
    @Body() { appId, templateIds }: CreateSubscribeIntentsDto,
    @Req() request: object,
  ): Promise<SubscribeIntentsReply> {
    const subject = await this.subjects.of(request);
    const { state, expiresAt } = await this.authorization.askToSubscribe({ appId, templateIds, subject });
    return { appId, templateIds, state, expiresAt: expiresAt.toISOString() };
  }

  @Post('results')
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  @Documented({
    summary: 'The front end brings what it got',
    description:
      'Each accept is one grant, also where WeChat pushes the same accept. The same report again gives the same response and adds nothing.',
    responses: { 200: json('Recorded', SUBSCRIBE_OUTCOME) },
    problems: {
      403: 'The answer belongs to no intent, or to somebody else',
      400: 'Invalid input, or the answer does not fit the intent',
      409: 'The intent was answered otherwise',
      410: 'The intent has expired',
    },
  })
  async result(
    @Body() { state, result }: SubscribeResultDto,
    @Req() request: object,
  ): Promise<SubscribeResultReply> {
    const subject = await this.subjects.of(request);
    return this.authorization.report({ state, result }, subject);
  }
}
