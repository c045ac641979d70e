import { Controller, Get, Query, UseFilters, UseGuards, UsePipes } from '@nestjs/common';
import { InputPipe } from '../common/http/input.pipe.js';
import { ProblemDetailsFilter } from '../common/http/problem-details.filter.js';
import { ServiceKeyGuard } from '../common/http/service-key.guard.js';
import type { DayCounts } from '../history/counts.types.js';
import { CountsDto, PersonHistoryDto } from '../history/dto/history.dto.js';
import { HistoryService } from '../history/history.service.js';
import { type HistoryView, toHistoryView } from './history.view.js';

/** Tells the company's other services what happened, and how often. */
@Controller('weixin')
@UseGuards(ServiceKeyGuard)
@UseFilters(ProblemDetailsFilter)
@UsePipes(new InputPipe())
export class HistoryController {
  constructor(private readonly history: HistoryService) {}

  @Get('history')
  async ofPerson(@Query() query: PersonHistoryDto): Promise<HistoryView> {
    return toHistoryView(await this.history.ofPerson(query));
  }

  @Get('counts')
  async counts(@Query() query: CountsDto): Promise<{ counts: DayCounts[] }> {
    return { counts: await this.history.counts(query) };
  }
}
