import { Get, Query, UseFilters, UseGuards, UsePipes } from '@nestjs/common';
import { InputPipe } from '../http/input.pipe.js';
import { ProblemDetailsFilter } from '../http/problem-details.filter.js';
import { Documented, json, RouteGroup } from '../http/route-doc.js';
import { RouteName } from '../http/route-urls.js';
import type { ServiceClient } from '../http/service-client.js';
import { ServiceKeyGuard } from '../http/service-key.guard.js';
import { Client, RequireScope } from '../http/service-route.js';
import { WeixinController } from '../http/weixin-controller.js';
import type { DayCounts } from './counts.types.js';
import { DriftService } from './drift.service.js';
import type { DriftReport } from './drift.types.js';
import { DriftQueryDto } from './dto/drift.dto.js';
import { CountsDto, MessageListDto, PersonHistoryDto } from './dto/history.dto.js';
import { COUNTS, DRIFT, HISTORY, MESSAGES } from './history.schemas.js';
import { HistoryService } from './history.service.js';
import { type HistoryView, toHistoryView } from './history.view.js';
import { type MessageListView, toMessageListView } from './message-list.view.js';

/** Tells the company's other services what happened, how often, and where the ledger was wrong. */
@WeixinController('service', 'weixin')
@RouteGroup({ tag: 'Explain 解释', problems: { 404: 'Unknown account' } })
@UseGuards(ServiceKeyGuard)
@UseFilters(ProblemDetailsFilter)
@UsePipes(new InputPipe())
export class HistoryController {
  constructor(
    private readonly history: HistoryService,
    private readonly drifts: DriftService,
  ) {}

  @Get('history')
  @RequireScope('history:read')
  @Documented({
    summary: 'What happened with one person, newest first',
    description:
      'Intents, grants and messages. What retention or erasure has deleted is not listed any more.',
    responses: { 200: json('A page of events', HISTORY) },
  })
  async ofPerson(@Client() client: ServiceClient, @Query() query: PersonHistoryDto): Promise<HistoryView> {
    client.requireAccount(query.appId);
    return toHistoryView(await this.history.ofPerson(query));
  }

  @Get('messages')
  @RouteName('messages')
  @RequireScope('messages:read')
  @Documented({
    summary: 'Messages of an account, page by page, the newest first',
    description:
      'Unknown ones have their own order: those that only a person can resolve, the oldest first; waiting ones come by their time. A page looks at 5,000 messages at most: where filters leave little of them it is short, or empty, and its cursor goes on. Without a status, messages that a broadcast has in flight are told once they have ended.',
    responses: { 200: json('A page of messages, without their texts', MESSAGES) },
  })
  async messages(@Client() client: ServiceClient, @Query() query: MessageListDto): Promise<MessageListView> {
    client.requireAccount(query.appId);
    return toMessageListView(await this.history.messages(query));
  }

  @Get('drift')
  @RequireScope('history:read')
  @Documented({
    summary: 'Where WeChat contradicted the ledger, and what to do',
    description: 'Reads every message since then: for a daily look, not for every request.',
    responses: { 200: json('The report', DRIFT) },
  })
  async drift(
    @Client() client: ServiceClient,
    @Query() { appId, since }: DriftQueryDto,
  ): Promise<DriftReport> {
    client.requireAccount(appId);
    return this.drifts.report({ appId, since: new Date(since) });
  }

  @Get('counts')
  @RequireScope('history:read')
  @Documented({
    summary: 'Grants by state and messages by outcome, by day, template and scene',
    description: 'Reads every row of those days: for reports, not for every request.',
    responses: { 200: json('The counts', COUNTS) },
    problems: { 400: 'Invalid input, or too many counts' },
  })
  async counts(@Client() client: ServiceClient, @Query() query: CountsDto): Promise<{ counts: DayCounts[] }> {
    client.requireAccount(query.appId);
    return { counts: await this.history.counts(query) };
  }
}
