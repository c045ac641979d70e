import { nextTurn } from '../kernel/next-turn.js';
import { DatabaseError } from './database.error.js';
import { GroupCommit } from './group-commit.js';

const away = new DatabaseError('the database is not available', true);
const refused = new DatabaseError('the database refused a statement', false);

/** Work whose transactions end when the test says so. */
class HeldWork {
  readonly groups: {
    items: number[];
    end(answers?: (string | undefined)[]): void;
    fail(error: Error): void;
  }[] = [];
  readonly singles: { item: number; end(): void; fail(error: Error): void }[] = [];

  together(items: number[]): Promise<(string | undefined)[] | undefined> {
    return new Promise((end, fail) => this.groups.push({ items, end, fail }));
  }

  alone(item: number): Promise<string> {
    return new Promise((resolve, fail) =>
      this.singles.push({ item, fail, end: () => resolve(`${item} alone`) }),
    );
  }
}

describe('GroupCommit', () => {
  let work: HeldWork;
  let commit: GroupCommit<number, string>;
  /** What callers were told so far. */
  let told: Record<number, string>;
  beforeEach(() => {
    work = new HeldWork();
    commit = new GroupCommit(work);
    told = {};
  });

  const run = (...items: number[]) => {
    for (const item of items) {
      commit.run(item).then(
        (answer) => {
          told[item] = answer;
        },
        (error) => {
          told[item] = error.message;
        },
      );
    }
  };
  const answered = (items: number[]) => items.map((item) => `${item} together`);
  const fewTurns = async () => {
    for (let turn = 0; turn < 5; turn++) await nextTurn();
  };
  /** Two that go alone, and do not come back. */
  const busy = () => run(-1, -2);

  it('serves who comes alone at once, in the same turn', () => {
    run(1);
    expect(work.singles.map(({ item }) => item)).toEqual([1]);
    run(2);
    expect(work.singles.map(({ item }) => item)).toEqual([1, 2]);
  });

  it('takes all that waits into the next group, in its order, and has two groups in flight at most', async () => {
    busy();
    run(1, 2, 3);
    await fewTurns();
    run(4);
    await fewTurns();
    run(5, 6);
    await fewTurns();
    expect(work.groups.map(({ items }) => items)).toEqual([[1, 2, 3], [4]]);
    run(7);
    work.groups[1].end(answered([4]));
    await fewTurns();
    expect(work.groups.map(({ items }) => items)).toEqual([[1, 2, 3], [4], [5, 6, 7]]);
  });

  it('takes 500 into a group at most', async () => {
    busy();
    run(...Array.from({ length: 1100 }, (_, index) => index));
    await fewTurns();
    work.groups[0].end(answered(work.groups[0].items));
    await fewTurns();
    expect(work.groups.map(({ items }) => items.length)).toEqual(
      [500, 500, 100].slice(0, work.groups.length),
    );
    expect(work.groups.length).toBeGreaterThan(1);
  });

  it('tells nobody before the transaction has ended, and then each its own answer', async () => {
    busy();
    run(1, 2, 3);
    await fewTurns();
    expect(told).toEqual({});
    work.groups[0].end(['a', 'b', 'c']);
    await fewTurns();
    expect(told).toEqual({ 1: 'a', 2: 'b', 3: 'c' });
  });

  it('forms groups from the first item on where it is told to', async () => {
    commit = new GroupCommit(work, 0);
    run(1, 2);
    await fewTurns();
    expect(work.singles).toEqual([]);
    expect(work.groups.map(({ items }) => items)).toEqual([[1, 2]]);
  });

  it('does alone what was left out, and neither the others nor the next group wait for that', async () => {
    busy();
    run(1, 2, 3);
    await fewTurns();
    work.groups[0].end(['a', undefined, 'c']);
    await fewTurns();
    expect(told).toEqual({ 1: 'a', 3: 'c' });
    expect(work.singles.at(-1)?.item).toBe(2);
    run(4, 5);
    await fewTurns();
    expect(work.groups[1].items).toEqual([4, 5]);
    work.singles.at(-1)?.end();
    await fewTurns();
    expect(told).toEqual({ 1: 'a', 3: 'c', 2: '2 alone' });
  });

  it.each([
    ['is refused', (group: HeldWork['groups'][number]) => group.end(undefined)],
    ['fails', (group: HeldWork['groups'][number]) => group.fail(refused)],
  ])('halves a group that %s until one stands alone, which decides for itself', async (_, trouble) => {
    busy();
    run(1, 2, 3, 4);
    await fewTurns();
    for (let at = 0; at < work.groups.length; at++) {
      const group = work.groups[at];
      if (group.items.includes(3)) trouble(group);
      else group.end(answered(group.items));
      await fewTurns();
    }
    expect(work.groups.map(({ items }) => items)).toEqual([[1, 2, 3, 4], [1, 2], [3, 4], [3], [4]]);
    expect(told).toEqual({ 1: '1 together', 2: '2 together', 4: '4 together' });
    work.singles.at(-1)?.fail(refused);
    await fewTurns();
    expect(told[3]).toBe(refused.message);
  });

  it('tells all of a group that the database is away, and tries none of them again', async () => {
    busy();
    run(1, 2);
    await fewTurns();
    run(3);
    work.groups[0].fail(away);
    await fewTurns();
    expect(told).toEqual({ 1: away.message, 2: away.message });
    expect(work.groups.map(({ items }) => items)).toEqual([[1, 2], [3]]);
    expect(work.singles).toHaveLength(2);
  });
});
