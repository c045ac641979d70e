import { Module } from '@nestjs/common';
import { ActivityRepository } from './activity.repository.js';
import { ActivityService } from './activity.service.js';
import { CountsRepository } from './counts.repository.js';
import { DriftRepository } from './drift.repository.js';
import { DriftService } from './drift.service.js';
import { ExportRepository } from './export.repository.js';
import { HistoryRepository } from './history.repository.js';
import { HistoryService } from './history.service.js';
import { MessageListRepository } from './message-list.repository.js';

/** What happened, for people who have to explain it. */
@Module({
  providers: [
    HistoryRepository,
    CountsRepository,
    ExportRepository,
    MessageListRepository,
    HistoryService,
    DriftRepository,
    DriftService,
    ActivityRepository,
    ActivityService,
  ],
  exports: [ActivityService, HistoryService, DriftService],
})
export class HistoryModule {}
