import { Get, Header, Param, Query, UseFilters, UseGuards, UsePipes } from '@nestjs/common';
import { GrantQueryDto } from '../delivery/send/grant-query.dto.js';
import { MessageNotFoundError } from '../delivery/send/message.errors.js';
import { MessageParamsDto } from '../delivery/send/message-params.dto.js';
import { SubscribeService } from '../delivery/send/subscribe.service.js';
import { InputPipe } from '../http/input.pipe.js';
import { ProblemDetailsFilter } from '../http/problem-details.filter.js';
import { Documented, json, RouteGroup } from '../http/route-doc.js';
import type { ServiceClient } from '../http/service-client.js';
import { ServiceKeyGuard } from '../http/service-key.guard.js';
import { Client, RequireScope } from '../http/service-route.js';
import { WeixinController } from '../http/weixin-controller.js';
import { EXPLANATION } from './explain.schemas.js';
import { type ExplanationView, toExplanationView } from './explain.view.js';

/** Tells the company's other services why somebody did not get a message, or would not get the next one. */
@WeixinController('service', 'weixin')
@RouteGroup({ tag: 'Explain 解释' })
@UseGuards(ServiceKeyGuard)
@UseFilters(ProblemDetailsFilter)
@UsePipes(new InputPipe())
export class ExplainController {
  constructor(private readonly subscribe: SubscribeService) {}

  @Get('messages/:id/explain')
  @RequireScope('messages:read')
  @Header('Cache-Control', 'no-store')
  @Documented({
    summary: 'Why a person did not get this message',
    description:
      'In English and Chinese, with one next step. Asks WeChat for its record of the request, where it has one.',
    responses: { 200: json('What was found', EXPLANATION) },
    problems: { 404: 'No such message, or one of an account that the client may not use' },
  })
  async ofMessage(
    @Client() client: ServiceClient,
    @Param() { id }: MessageParamsDto,
  ): Promise<ExplanationView> {
    // Before anything is asked: of another account's message nobody learns that it is there.
    const { appId } = await this.subscribe.get(id);
    if (!client.mayUse(appId)) throw new MessageNotFoundError(id);
    return toExplanationView(await this.subscribe.explain(id));
  }

  @Get('explain')
  @RequireScope('history:read')
  @Header('Cache-Control', 'no-store')
  @Documented({
    summary: 'Whether a person would get the next message, and why not',
    description: 'In English and Chinese, with one next step. Asks WeChat for the quota; nothing is sent.',
    responses: { 200: json('What was found', EXPLANATION) },
    problems: { 404: 'Unknown account or template' },
  })
  async before(@Client() client: ServiceClient, @Query() query: GrantQueryDto): Promise<ExplanationView> {
    client.requireAccount(query.appId);
    return toExplanationView(await this.subscribe.explain({ ...query }));
  }
}
