import { type DatabaseKind, openDatabase } from '../../test/support/test-databases.js';
import { fill, settleDown } from '../ledger/fill.js';
import { Sender } from '../send/processes.js';
import type { Cost } from '../support/measure.js';
import type { LoopStops } from './loop-watch.js';
import type { Memory } from './memory-watch.js';
import type { Question } from './worker.js';

const FIRST_SCENE = 1000;

/**
 * A database with grants under scenes, as many as there are rounds, and a process that broadcasts to them.
 */
export class BroadcastLedger {
  private constructor(
    private readonly sender: Sender,
    private readonly scenes: number[],
    private readonly drop: () => Promise<void>,
  ) {}

  /** @param rounds the grants of each round: everybody under one scene */
  static async open(
    kind: DatabaseKind,
    rounds: number[],
    server: { origin: string; inFlight: number },
  ): Promise<BroadcastLedger> {
    const { dataSource, database, close } = await openDatabase(kind);
    try {
      let from = 1;
      for (const [round, rows] of rounds.entries()) {
        await fill(dataSource, kind, { from, rows, spent: 0, scene: FIRST_SCENE + round });
        from += rows;
      }
      await settleDown(dataSource, kind);
      await dataSource.destroy();
      const job = { ...server, ledger: database.options };
      const sender = await Sender.start(job, {}, new URL('worker.ts', import.meta.url));
      return new BroadcastLedger(
        sender,
        rounds.map((_, round) => FIRST_SCENE + round),
        close,
      );
    } catch (error) {
      await close();
      throw error;
    }
  }

  async broadcast(grants: number): Promise<Cost> {
    return (await this.ask<{ cost: Cost }>({ ask: 'broadcast', scene: this.next(), grants })).cost;
  }

  async oneByOne(grants: number): Promise<Cost> {
    return (await this.ask<{ cost: Cost }>({ ask: 'oneByOne', scene: this.next(), grants })).cost;
  }

  loop(grants: number): Promise<LoopStops> {
    return this.ask({ ask: 'loop', scene: this.next(), grants });
  }

  memory(grants: number, early: number): Promise<Memory> {
    return this.ask({ ask: 'memory', scene: this.next(), grants, early });
  }

  async close(): Promise<void> {
    this.sender.end();
    await this.drop();
  }

  private ask<Answer>(question: Question): Promise<Answer> {
    return this.sender.ask<Answer>(question);
  }

  private next(): number {
    const scene = this.scenes.shift();
    if (scene === undefined) throw new Error('more rounds than there are grants for');
    return scene;
  }
}
