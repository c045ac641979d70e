import { nextTurn } from '../kernel/next-turn.js';
import { DatabaseError } from './database.error.js';

/**
 * The most in one transaction: more would hold its locks too long, and stop the event loop too long on
 * SQLite.
 */
const GROUP_LIMIT = 500;
/** While the database works on one, the next is on its way to it, and what comes meanwhile gathers. */
const GROUPS_IN_FLIGHT = 2;
/** Before groups are formed. For few callers a transaction each costs less. */
const SINGLES_IN_FLIGHT = 2;

/** Work that comes in items, each with conditions and an answer of its own. */
export interface GroupWork<Item, Answer> {
  /**
   * Does all of them in one transaction, and resolves after its COMMIT with an answer for each; `undefined`
   * in place of one that was left out and has to be done alone. Without any answers: nothing was written, and
   * the group is to be halved. Rejects when nothing was written because of an error that one of them may have
   * caused; with a temporary {@link DatabaseError} when the database itself is in trouble.
   */
  together(items: Item[]): Promise<(Answer | undefined)[] | undefined>;
  /** One of them, in a transaction of its own, whatever it has to wait for. Decides. */
  alone(item: Item): Promise<Answer>;
}

interface Waiting<Item, Answer> {
  item: Item;
  resolve(answer: Answer | PromiseLike<Answer>): void;
  reject(error: unknown): void;
}

/**
 * Group commit: what is asked for while the database is busy is committed together, and every caller gets an
 * answer of its own after that COMMIT. There is no timer: who comes alone is served at once, and the busier
 * it gets the larger the groups are. A group that fails is halved until the item that is at fault stands
 * alone; the others are committed without it.
 */
export class GroupCommit<Item, Answer> {
  private readonly waiting: Waiting<Item, Answer>[] = [];
  /** Counted apart, so that items that wait for somebody's lock keep no group waiting. */
  private readonly inFlight = { singles: 0, groups: 0 };

  /**
   * @param singles so many at once go alone. 0 on SQLite, which works within our own turn, so that nothing
   * would ever wait for it
   */
  constructor(
    private readonly work: GroupWork<Item, Answer>,
    private readonly singles = SINGLES_IN_FLIGHT,
  ) {}

  /** @throws {DatabaseError} and whatever `alone` throws for this item */
  run(item: Item): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ item, resolve, reject });
      this.setOut();
    });
  }

  private setOut(): void {
    const { inFlight, waiting } = this;
    if (waiting.length === 1 && inFlight.singles < this.singles) {
      this.fly('singles', this.single(waiting.splice(0)[0]));
    } else if (waiting.length > 0 && inFlight.groups < GROUPS_IN_FLIGHT) {
      this.fly('groups', this.nextGroup());
    }
  }

  private fly(how: 'singles' | 'groups', flight: Promise<void>): void {
    this.inFlight[how]++;
    void flight.finally(() => {
      this.inFlight[how]--;
      this.setOut();
    });
  }

  /** All that this turn of the event loop brings, not only the first of it. */
  private async nextGroup(): Promise<void> {
    await nextTurn();
    const group = this.waiting.splice(0, GROUP_LIMIT);
    if (group.length > 0) await this.together(group);
  }

  /** Never rejects, as the next one. */
  private async single({ item, resolve, reject }: Waiting<Item, Answer>): Promise<void> {
    await this.work.alone(item).then(resolve, reject);
  }

  private async together(group: Waiting<Item, Answer>[]): Promise<void> {
    let answers: (Answer | undefined)[] | undefined;
    try {
      answers = await this.work.together(group.map(({ item }) => item));
    } catch (error) {
      if (error instanceof DatabaseError && error.temporary) {
        for (const { reject } of group) reject(error);
        return;
      }
    }
    if (!answers && group.length > 1) {
      const half = group.length >> 1;
      await this.together(group.slice(0, half));
      await this.together(group.slice(half));
      return;
    }
    for (const [index, waiting] of group.entries()) {
      const answer = answers?.[index];
      // Not awaited: what one of them has to wait for is not for the next group to wait for.
      if (answer === undefined) void this.single(waiting);
      else waiting.resolve(answer);
    }
  }
}
