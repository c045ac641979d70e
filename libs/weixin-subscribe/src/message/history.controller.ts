import { Controller, Get, Query, UseFilters, UseGuards, UsePipes } from '@nestjs/common';
import { InputPipe } from '../common/http/input.pipe.js';
import { ProblemDetailsFilter } from '../common/http/problem-details.filter.js';
import { ServiceKeyGuard } from '../common/http/service-key.guard.js';
import type { DayCounts } from '../history/counts.types.js';
import { DriftService } from '../history/drift.service.js';
import type { DriftReport } from '../history/drift.types.js';
import { DriftQueryDto } from '../history/dto/drift.dto.js';
import { CountsDto, PersonHistoryDto } from '../history/dto/history.dto.js';
import { HistoryService } from '../history/history.service.js';
import { type HistoryView, toHistoryView } from './history.view.js';

/** Tells the company's other services what happened, how often, and where the ledger was wrong. */
@Controller('weixin')
@UseGuards(ServiceKeyGuard)
@UseFilters(ProblemDetailsFilter)
@UsePipes(new InputPipe())
export class HistoryController {
  constructor(
    private readonly history: HistoryService,
    private readonly drifts: DriftService,
  ) {}

  @Get('history')
  async ofPerson(@Query() query: PersonHistoryDto): Promise<HistoryView> {
    return toHistoryView(await this.history.ofPerson(query));
  }

  @Get('drift')
  async drift(@Query() { appId, since }: DriftQueryDto): Promise<DriftReport> {
    return this.drifts.report({ appId, since: new Date(since) });
  }

  @Get('counts')
  async counts(@Query() query: CountsDto): Promise<{ counts: DayCounts[] }> {
    return { counts: await this.history.counts(query) };
  }
}
