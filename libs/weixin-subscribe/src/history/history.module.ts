import { Module } from '@nestjs/common';
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
  ],
  exports: [HistoryService, DriftService],
})
export class HistoryModule {}
