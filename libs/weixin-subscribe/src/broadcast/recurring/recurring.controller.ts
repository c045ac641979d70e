import {
  Body,
  Delete,
  Get,
  HttpCode,
  Param,
  Post,
  Query,
  UseFilters,
  UseGuards,
  UsePipes,
} from '@nestjs/common';
import { InputPipe } from '../../http/input.pipe.js';
import { ProblemDetailsFilter } from '../../http/problem-details.filter.js';
import { Documented, json, RouteGroup } from '../../http/route-doc.js';
import { Audited } from '../../http/service-actions.js';
import type { ServiceClient } from '../../http/service-client.js';
import { ServiceKeyGuard } from '../../http/service-key.guard.js';
import { Client, RequireScope } from '../../http/service-route.js';
import { WeixinController } from '../../http/weixin-controller.js';
import {
  OccurrenceQueryDto,
  RecurringBroadcastDto,
  RecurringParamsDto,
  RecurringQueryDto,
} from './recurring.dto.js';
import { RecurringBroadcastNotFoundError } from './recurring.errors.js';
import { OCCURRENCES_LIST, RECURRING_BROADCAST, RECURRING_BROADCASTS } from './recurring.schemas.js';
import { RecurringBroadcastService } from './recurring.service.js';
import type { RecurringBroadcast } from './recurring.types.js';
import {
  type OccurrenceView,
  type RecurringBroadcastView,
  toOccurrenceView,
  toRecurringView,
} from './recurring.view.js';

const UPCOMING = 3;

/** Broadcasts that start again and again, for the company's other services. */
@WeixinController('service', 'weixin/broadcasts/recurring')
@RouteGroup({
  tag: 'Broadcast 群发',
  problems: { 404: 'No such recurring broadcast, or one of an account that the client may not use' },
})
@UseGuards(ServiceKeyGuard)
@UseFilters(ProblemDetailsFilter)
@UsePipes(new InputPipe())
export class RecurringBroadcastController {
  constructor(private readonly recurring: RecurringBroadcastService) {}

  @Post()
  @Audited('recurring-broadcasts.create')
  @RequireScope('broadcasts:send')
  @Documented({
    summary: 'The same broadcast at every time of a cron expression',
    description:
      'One broadcast for each time, to everybody who has a permission then. After a stop the last time that passed is made up for, within startWithinMinutes; no other.',
    responses: {
      201: json('It is written down; the same request again gives the same one', RECURRING_BROADCAST),
    },
    problems: {
      404: 'Unknown account, template or purpose',
      409: 'The account has another one of that name',
    },
  })
  async create(
    @Client() client: ServiceClient,
    @Body() body: RecurringBroadcastDto,
  ): Promise<RecurringBroadcastView> {
    client.requireAccount(body.appId);
    return this.view(await this.recurring.create(body, { requestedBy: client.name }));
  }

  @Get()
  @RequireScope('broadcasts:read')
  @Documented({
    summary: 'The recurring broadcasts of an account, by name',
    responses: { 200: json('A page of them', RECURRING_BROADCASTS) },
  })
  async list(
    @Client() client: ServiceClient,
    @Query() query: RecurringQueryDto,
  ): Promise<{ recurring: RecurringBroadcastView[] }> {
    client.requireAccount(query.appId);
    const found = await this.recurring.list(query);
    return { recurring: found.map((one) => toRecurringView(one)) };
  }

  @Get(':id')
  @RequireScope('broadcasts:read')
  @Documented({
    summary: 'A recurring broadcast and its next times',
    responses: { 200: json('The recurring broadcast', RECURRING_BROADCAST) },
  })
  async get(
    @Client() client: ServiceClient,
    @Param() { id }: RecurringParamsDto,
  ): Promise<RecurringBroadcastView> {
    return this.view(await this.ofClient(client, id));
  }

  @Get(':id/runs')
  @RequireScope('broadcasts:read')
  @Documented({
    summary: 'What became of each of its times',
    description: 'A run that was started names its broadcast; the others say why there is none.',
    responses: { 200: json('The latest first', OCCURRENCES_LIST) },
  })
  async runs(
    @Client() client: ServiceClient,
    @Param() { id }: RecurringParamsDto,
    @Query() query: OccurrenceQueryDto,
  ): Promise<{ runs: OccurrenceView[] }> {
    await this.ofClient(client, id);
    return { runs: (await this.recurring.occurrences(id, query)).map(toOccurrenceView) };
  }

  @Post(':id/pause')
  @Audited('recurring-broadcasts.pause')
  @HttpCode(200)
  @RequireScope('broadcasts:send')
  @Documented({
    summary: 'Start nothing more until it is resumed',
    description: 'A broadcast of it that runs goes on.',
    responses: { 200: json('It is paused', RECURRING_BROADCAST) },
    problems: { 409: 'It is paused already' },
  })
  async pause(
    @Client() client: ServiceClient,
    @Param() { id }: RecurringParamsDto,
  ): Promise<RecurringBroadcastView> {
    await this.ofClient(client, id);
    return this.view(await this.recurring.pause(id));
  }

  @Post(':id/resume')
  @Audited('recurring-broadcasts.resume')
  @HttpCode(200)
  @RequireScope('broadcasts:send')
  @Documented({
    summary: 'Go on with its next time',
    description: 'Times that passed meanwhile are not made up for.',
    responses: { 200: json('It goes on', RECURRING_BROADCAST) },
    problems: { 409: 'It is not paused' },
  })
  async resume(
    @Client() client: ServiceClient,
    @Param() { id }: RecurringParamsDto,
  ): Promise<RecurringBroadcastView> {
    await this.ofClient(client, id);
    return this.view(await this.recurring.resume(id));
  }

  @Delete(':id')
  @Audited('recurring-broadcasts.delete')
  @HttpCode(204)
  @RequireScope('broadcasts:send')
  @Documented({
    summary: 'End it for good; what it has started stays',
    responses: { 204: { description: 'It is gone' } },
  })
  async remove(@Client() client: ServiceClient, @Param() { id }: RecurringParamsDto): Promise<void> {
    await this.ofClient(client, id);
    await this.recurring.remove(id);
  }

  /** One of an account that the client may not use is answered as one that does not exist. */
  private async ofClient(client: ServiceClient, id: string): Promise<RecurringBroadcast> {
    const recurring = await this.recurring.get(id);
    if (!client.mayUse(recurring.appId)) throw new RecurringBroadcastNotFoundError(id);
    return recurring;
  }

  private view(recurring: RecurringBroadcast): RecurringBroadcastView {
    return toRecurringView(recurring, this.recurring.upcoming(recurring, UPCOMING));
  }
}
