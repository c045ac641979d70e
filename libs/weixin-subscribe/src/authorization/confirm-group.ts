import type { GrantRepository } from '../grant/grant.repository.js';
import type { NewGrant } from '../grant/grant.types.js';
import type { ConfirmedDraft } from '../grant/grant-record.sql.js';
import type { GroupWork } from '../sql/group-commit.js';
import { CONFIRM } from './intent.sql.js';

/** One person's confirm of one intent, and the grant that it gives. */
export interface Confirm {
  grant: NewGrant;
  draft: ConfirmedDraft;
}

/**
 * Records confirms and their grants by the group. Whether a confirm is refused is for {@link GroupWork.alone}
 * to say: here it is left out.
 */
export class ConfirmGroup implements GroupWork<Confirm, boolean> {
  constructor(
    private readonly grants: GrantRepository,
    readonly alone: (confirm: Confirm) => Promise<boolean>,
  ) {}

  async together(confirms: Confirm[]): Promise<(true | undefined)[] | undefined> {
    const chosen = distinct(confirms);
    const recorded = await this.grants.recordGroup(CONFIRM, chosen);
    return recorded && confirms.map(({ draft }) => recorded.has(draft) || undefined);
  }
}

/**
 * The first confirm of each intent and of each live key: the conditions would refuse the others, and have
 * the group halved for them.
 */
function distinct(confirms: Confirm[]): ConfirmedDraft[] {
  const taken = new Set<string>();
  return confirms
    .map(({ draft }) => draft)
    .filter(({ confirmedBy, liveKey }) => {
      const keys = liveKey === null ? [confirmedBy] : [confirmedBy, liveKey];
      const free = keys.every((key) => !taken.has(key));
      if (free) for (const key of keys) taken.add(key);
      return free;
    });
}
