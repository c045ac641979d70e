import { DatabaseError } from '../errors.js';

/** The most in one transaction: more would hold its locks too long, and stop the event loop too long on SQLite. */
const GROUP_LIMIT = 500;
/** While the database works on one, the next is on its way to it, and what comes meanwhile gathers. */
const IN_FLIGHT = 2;

/** Work that comes in pieces, each with conditions and an answer of its own. */
export interface GroupWork<Piece, Answer> {
  /**
   * Does all of them in one transaction, and resolves after its COMMIT with an answer for each; `undefined` in place of one that was left out
   * and has to be done alone. Without any answers: nothing was written, and the group is to be halved. Rejects when nothing was written because
   * of an error that one of them may have caused; with a temporary {@link DatabaseError} when the database itself is in trouble.
   */
  together(pieces: Piece[]): Promise<(Answer | undefined)[] | undefined>;
  /** One of them, in a transaction of its own, whatever it has to wait for. Decides. */
  alone(piece: Piece): Promise<Answer>;
}

interface Waiting<Piece, Answer> {
  piece: Piece;
  resolve(answer: Answer | PromiseLike<Answer>): void;
  reject(error: unknown): void;
}

/**
 * Group commit: what is asked for while the database is busy is committed together, and every caller gets an answer of its own after that COMMIT.
 * There is no timer: who comes alone is served at once, and the busier it gets the larger the groups are. A group that fails is halved until the
 * piece that is at fault stands alone; the others are committed without it.
 */
export class GroupCommit<Piece, Answer> {
  private waiting: Waiting<Piece, Answer>[] = [];
  /** Counted apart, so that pieces that have to wait for somebody's lock keep no group waiting. */
  private readonly inFlight = { alone: 0, groups: 0 };

  /** @param gather resolves when what was asked for may set out; for SQLite, which works within our own turn, so that nothing would ever wait for it */
  constructor(
    private readonly work: GroupWork<Piece, Answer>,
    private readonly gather?: () => Promise<void>,
  ) {}

  /** @throws {DatabaseError} and whatever `alone` throws for this piece */
  run(piece: Piece): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ piece, resolve, reject });
      if (!this.gather) this.setOut();
      else if (this.waiting.length === 1) void this.gather().then(() => this.setOut());
    });
  }

  private setOut(): void {
    const { length } = this.waiting;
    if (length === 1 && this.inFlight.alone < IN_FLIGHT) this.fly('alone', this.waiting.splice(0));
    else if (length > 0 && this.inFlight.groups < IN_FLIGHT)
      this.fly('groups', this.waiting.splice(0, GROUP_LIMIT));
  }

  private fly(how: 'alone' | 'groups', group: Waiting<Piece, Answer>[]): void {
    this.inFlight[how]++;
    const flight = how === 'alone' ? this.single(group[0]) : this.together(group);
    void flight.finally(() => {
      this.inFlight[how]--;
      this.setOut();
    });
  }

  /** Never rejects, as the next one. */
  private async single({ piece, resolve, reject }: Waiting<Piece, Answer>): Promise<void> {
    await this.work.alone(piece).then(resolve, reject);
  }

  private async together(group: Waiting<Piece, Answer>[]): Promise<void> {
    let answers: (Answer | undefined)[] | undefined;
    try {
      answers = await this.work.together(group.map(({ piece }) => piece));
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
