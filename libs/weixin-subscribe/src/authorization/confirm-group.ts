import { type GrantDraft, recordSteps } from '../grant/grant.sql.js';
import type { NewGrant } from '../grant/grant.types.js';
import { type GrantGate, groupParameter, recordGroup, recordGroupSteps } from '../grant/grant-group.sql.js';
import type { GroupWork } from '../sql/group-commit.js';
import type { SqlExecutor, SqlStep } from '../sql/sql-executor.js';

/** One person's confirm of one intent, and the grant that it gives. */
export interface Confirm {
  intentId: string;
  grant: NewGrant;
  draft: GrantDraft;
}

/** The same as {@link answerStep}, for many. */
const CONFIRM: GrantGate = {
  table: 'weixin_intent',
  where: "t.status = 'pending' AND t.expires_at > v.granted_at",
  set: { status: "'confirmed'", openid: 'v.openid', answered_at: 'v.granted_at' },
};
const CONFIRM_ON_POSTGRES = recordGroup(CONFIRM);

/**
 * The conditional statement that makes a state single-use: of any number of answers at once, one finds the
 * row pending.
 */
export function answerStep(
  id: string,
  status: 'confirmed' | 'cancelled',
  openid: string | null,
  at: number,
): SqlStep {
  return {
    name: 'answer intent',
    sql: "UPDATE weixin_intent SET status = ?, openid = ?, answered_at = ? WHERE id = ? AND status = 'pending' AND expires_at > ?",
    params: [status, openid, at, id, at],
    expect: 'one',
  };
}

/**
 * Records confirms and their grants by the group. Whether a confirm is refused is for {@link GroupWork.alone}
 * to say: here it is left out.
 */
export class ConfirmGroup implements GroupWork<Confirm, boolean> {
  constructor(
    private readonly sql: SqlExecutor,
    readonly alone: (confirm: Confirm) => Promise<boolean>,
  ) {}

  async together(confirms: Confirm[]): Promise<(true | undefined)[] | undefined> {
    const chosen = distinct(confirms);
    const recorded = await this.record([...chosen]);
    return recorded && confirms.map((confirm) => (recorded(confirm) && chosen.has(confirm)) || undefined);
  }

  /** Tells of which the grant is written. */
  private async record(confirms: Confirm[]): Promise<((confirm: Confirm) => boolean) | undefined> {
    const drafts = confirms.map(({ intentId, draft }) => ({ ...draft, gateId: intentId }));
    const { dialect } = this.sql;
    if (dialect === 'postgres') {
      const rows = await this.sql.all<{ id: string }>(CONFIRM_ON_POSTGRES, [groupParameter(drafts)]);
      const ids = new Set(rows.map(({ id }) => id));
      return ({ draft }) => ids.has(draft.row.id);
    }
    const steps =
      dialect === 'mysql'
        ? recordGroupSteps(CONFIRM, drafts)
        : drafts.flatMap(({ gateId, row, liveKey }) => [
            answerStep(gateId, 'confirmed', row.openid, Number(row.granted_at)),
            ...recordSteps(dialect, { row, liveKey }),
          ]);
    return (await this.sql.atomically(steps)).applied ? () => true : undefined;
  }
}

/**
 * The first confirm of each intent and of each live key: the conditions would refuse the others, and have
 * the group halved for them.
 */
function distinct(confirms: Confirm[]): Set<Confirm> {
  const taken = new Set<string>();
  return new Set(
    confirms.filter(({ intentId, draft: { liveKey } }) => {
      const keys = liveKey === null ? [intentId] : [intentId, liveKey];
      const free = keys.every((key) => !taken.has(key));
      if (free) for (const key of keys) taken.add(key);
      return free;
    }),
  );
}
