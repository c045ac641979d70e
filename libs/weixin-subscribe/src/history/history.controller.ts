import { Get, Query, UseFilters, UseGuards, UsePipes } from '@nestjs/common';
import type { ServiceClient } from '../config/service-client.js';
import { InputPipe } from '../http/input.pipe.js';
import { ProblemDetailsFilter } from '../http/problem-details.filter.js';
import { ServiceKeyGuard } from '../http/service-key.guard.js';
import { Client, RequireScope } from '../http/service-route.js';
import { WeixinController } from '../http/weixin-controller.js';
import type { DayCounts } from './counts.types.js';
import { DriftService } from './drift.service.js';
import type { DriftReport } from './drift.types.js';
import { DriftQueryDto } from './dto/drift.dto.js';
import { CountsDto, PersonHistoryDto } from './dto/history.dto.js';
import { HistoryService } from './history.service.js';
import { type HistoryView, toHistoryView } from './history.view.js';

/** Tells the company's other services what happened, how often, and where the ledger was wrong. */
@WeixinController('service', 'weixin')
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
  async ofPerson(@Client() client: ServiceClient, @Query() query: PersonHistoryDto): Promise<HistoryView> {
    client.requireAccount(query.appId);
    return toHistoryView(await this.history.ofPerson(query));
  }

  @Get('drift')
  @RequireScope('history:read')
  async drift(
    @Client() client: ServiceClient,
    @Query() { appId, since }: DriftQueryDto,
  ): Promise<DriftReport> {
    client.requireAccount(appId);
    return this.drifts.report({ appId, since: new Date(since) });
  }

  @Get('counts')
  @RequireScope('history:read')
  async counts(@Client() client: ServiceClient, @Query() query: CountsDto): Promise<{ counts: DayCounts[] }> {
    client.requireAccount(query.appId);
    return { counts: await this.history.counts(query) };
  }
}
