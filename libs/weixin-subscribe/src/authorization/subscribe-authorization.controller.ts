import { Body, Header, HttpCode, Post, Req, UseFilters, UseGuards, UsePipes } from '@nestjs/common';
import { InputPipe } from '../http/input.pipe.js';
import { ProblemDetailsFilter } from '../http/problem-details.filter.js';
import { AddressLimitGuard } from '../http/public-route.guards.js';
import { Subjects } from '../http/subjects.js';
import { WeixinController } from '../http/weixin-controller.js';
import { AuthorizationService } from './authorization.service.js';
import { CreateSubscribeIntentsDto, SubscribeResultDto } from './dto/subscribe.dto.js';
import type { SubscribeReported } from './subscribe-questions.js';

export interface SubscribeIntentsReply {
  appId: string;
  /** For `tmplIds` of `wx.requestSubscribeMessage`, or `template` of `<wx-open-subscribe>` (joined by commas). */
  templateIds: string[];
  /** Comes back with the result. */
  state: string;
  /** ISO 8601, UTC. */
  expiresAt: string;
}

export type SubscribeResultReply = SubscribeReported;

/** The flow of mini-programs and of notices of official accounts: the front end asks WeChat by itself, and brings here what it got. */
@WeixinController('public', 'weixin/subscribe')
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
  async result(
    @Body() { state, result }: SubscribeResultDto,
    @Req() request: object,
  ): Promise<SubscribeResultReply> {
    const subject = await this.subjects.of(request);
    return this.authorization.report({ state, result }, subject);
  }
}
