import { Module } from '@nestjs/common';
import { OverviewService } from './overview.service.js';

/** What is wrong and what runs, for the people who operate it. */
@Module({ providers: [OverviewService], exports: [OverviewService] })
export class OverviewModule {}
