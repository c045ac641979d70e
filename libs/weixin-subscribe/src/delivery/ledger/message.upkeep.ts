import { Injectable } from '@nestjs/common';
import { GrantRepository } from '../../grant/grant.repository.js';
import { LOWEST_ID } from '../../kernel/ids.js';
import { nextTurn } from '../../kernel/next-turn.js';
import { Sweeps } from '../../upkeep/sweeps.js';
import { RetentionConfig } from '../../upkeep/upkeep.options.js';
import { type EndedPlace, MessageRepository } from './message.repository.js';

const START: EndedPlace = { at: 0, id: LOWEST_ID };
const STATUSES = ['sent', 'refused'] as const;

/** Deletes messages after their retention, and the grants that messages have used after theirs. */
@Injectable()
export class MessageUpkeep {
  /** How far this process has found no grant any more. Past it nothing comes again: a message ends now. */
  private readonly done = { sent: START, refused: START };

  constructor(
    sweeps: Sweeps,
    private readonly messages: MessageRepository,
    private readonly grants: GrantRepository,
    config: RetentionConfig,
  ) {
    sweeps.retain({
      name: 'message-retention',
      days: config.messagesDays,
      find: (before, limit) => messages.endedBefore(before, limit),
      remove: (ids, before) => messages.deleteEnded(ids, before),
    });
    sweeps.retain({
      name: 'used-grant-retention',
      days: config.grantsDays,
      find: (before, limit) => this.used(before, limit),
      remove: (ids) => grants.deleteClosed(ids),
    });
  }

  /** The grants that messages have used that ended before a moment, at most `limit`. */
  private async used(before: Date, limit: number): Promise<string[]> {
    for (const status of STATUSES) {
      for (;;) {
        const used = await this.messages.usedBefore(status, this.done[status], before, limit);
        const last = used.at(-1);
        if (!last) break;
        const ids = used.flatMap(({ grantId }) => (grantId === null ? [] : [grantId]));
        const existing = await this.grants.existing(ids);
        if (existing.length > 0) return existing;
        this.done[status] = last;
        await nextTurn();
      }
    }
    return [];
  }
}
