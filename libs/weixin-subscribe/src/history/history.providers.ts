import type { Provider } from '@nestjs/common';
import { CountsRepository } from './counts.repository.js';
import { DriftRepository } from './drift.repository.js';
import { DriftService } from './drift.service.js';
import { ExportRepository } from './export.repository.js';
import { HistoryRepository } from './history.repository.js';
import { HistoryService } from './history.service.js';

export const HISTORY_PROVIDERS: Provider[] = [
  HistoryRepository,
  CountsRepository,
  ExportRepository,
  HistoryService,
  DriftRepository,
  DriftService,
];
