import type { GrantRepository } from '../../grant/grant.repository.js';
import { DatabaseError } from '../../sql/database.error.js';
import type { GroupWork } from '../../sql/group-commit.js';
import type { SqlExecutor } from '../../sql/sql-executor.js';
import { type Sending, sendingEach } from './message.sql.js';
import type { MessageRecord, OutgoingMessage } from './message.types.js';

export type Acceptance = MessageRecord | 'no-grant' | 'duplicate';

/** What the group needs of the record of messages. */
export interface AcceptWork {
  /** The message with an id and a lease, not written yet. */
  draft(message: OutgoingMessage): Sending;
  /** Which of these messages have a row. @throws {DatabaseError} */
  existing(ids: string[]): Promise<Set<string>>;
  accepted(sending: Sending): MessageRecord;
  alone(message: OutgoingMessage): Promise<Acceptance>;
}

/**
 * Claims a grant for each of the messages that came together, and writes them down, in one transaction. Never
 * two of one key: each of those would be a claim of its own, and the group could not tell which of them has
 * won. Whoever finds no grant here, or one that somebody else is just taking, is left out: whether there is
 * none is for {@link GroupWork.alone} to say.
 */
export class AcceptGroup implements GroupWork<OutgoingMessage, Acceptance> {
  constructor(
    private readonly sql: SqlExecutor,
    private readonly grants: GrantRepository,
    private readonly work: AcceptWork,
  ) {}

  alone(message: OutgoingMessage): Promise<Acceptance> {
    return this.work.alone(message);
  }

  async together(messages: OutgoingMessage[]): Promise<(MessageRecord | undefined)[] | undefined> {
    const answers = messages.map((): MessageRecord | undefined => undefined);
    const places = this.distinct(messages);
    if (places.length < 2) return messages.length < 2 ? undefined : answers;
    const group = places.map((at) => this.work.draft(messages[at]));
    const written = await this.write(group);
    // By their places: two callers may have handed over one and the same object.
    for (const [index, at] of places.entries())
      if (written.has(group[index].id)) answers[at] = this.work.accepted(group[index]);
    return answers;
  }

  /** The ids of those that were written. */
  private async write(group: Sending[]): Promise<Set<string>> {
    const ids = group.map(({ id }) => id);
    const keys = group.map(({ message }) => message);
    const steps = this.grants.claimEachSteps(keys, sendingEach(this.sql.dialect, group));
    try {
      const result = await this.sql.atomically(steps);
      if (result.applied && result.affected[0] === ids.length) return new Set(ids);
      return await this.work.existing(ids);
    } catch (error) {
      if (!(error instanceof DatabaseError && error.temporary)) throw error;
      // The answer to our COMMIT may have been lost: then they are accepted all the same, and go on.
      const written = await this.work.existing(ids).catch(() => new Set<string>());
      if (written.size === 0) throw error;
      return written;
    }
  }

  /** The places of the first message of each key, and of each idempotency key. */
  private distinct(messages: OutgoingMessage[]): number[] {
    const taken = new Set<string>();
    return messages.flatMap((message, at) => {
      const { appId, openid, templateId, scene, channel } = this.grants.keyOf(message);
      const keys = [JSON.stringify([appId, openid, templateId, scene, channel])];
      if (message.idempotencyKey !== undefined) keys.push(JSON.stringify([appId, message.idempotencyKey]));
      if (keys.some((key) => taken.has(key))) return [];
      for (const key of keys) taken.add(key);
      return [at];
    });
  }
}
