/**
 * What happened, for people who must explain it.
 * @module nestjs-weixin-subscribe/history
 */

// What a host names of this room. What happened and what drifts: nestjs-weixin-subscribe/history.

export type { CountsQuery, DayCounts } from './counts.types.js';
export { DriftService } from './drift.service.js';
export type {
  DriftCount,
  DriftFinding,
  DriftKind,
  DriftQuery,
  DriftReport,
  DriftThresholds,
  TemplateDrift,
} from './drift.types.js';
export { DriftQueryDto } from './dto/drift.dto.js';
export { CountsDto, MessageListDto, PersonHistoryDto } from './dto/history.dto.js';
export type { ExportQuery } from './export.types.js';
export { HistoryService } from './history.service.js';
export type {
  HistoryEvent,
  HistoryEventType,
  HistoryPage,
  HistoryPaging,
  PersonHistoryQuery,
} from './history.types.js';
export type { HistoryView } from './history.view.js';
export type { MessageList, MessageListQuery, MessageSummary } from './message-list.types.js';
export type { MessageListView } from './message-list.view.js';
